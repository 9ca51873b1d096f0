// What was decided, or undone, and not answered for: its ids stay with this tab until the server has said what became of them,
// and the next page says which of them still wait, or stand. Nothing is sent again by itself.
import { $, make, markup, notice } from "./dom.js";

const GRACE_MS = 5000; // what outlived its page may still be on its way
const MOST = 200; // ids that are kept
const key = `placet.unsaved.${document.body.dataset.me}`;
const ours = new Set(); // sent from this page, whose rows say themselves what became of them
const UNDO = "undo:";
export const toUndo = (ids) => ids.map((id) => UNDO + id); // how it is remembered that decisions were to be undone

function kept() {
  try { return new Map(JSON.parse(sessionStorage.getItem(key))); } catch { return new Map(); }
}

function keep(ids) {
  try { ids.size ? sessionStorage.setItem(key, JSON.stringify([...ids].slice(-MOST))) : sessionStorage.removeItem(key); } catch { /* closed */ }
}

export function sent(ids) {
  const all = kept();
  for (const id of ids) { all.delete(UNDO + id); all.set(id, Date.now()); ours.add(id); }
  keep(all);
}

export function answered(ids) {
  const all = kept();
  for (const id of ids) all.delete(id);
  keep(all);
}

async function ask() {
  const asked = new Map([...kept()].filter(([id]) => !ours.has(id))), at = Date.now(); // the answer tells of now, however late it comes
  let waiting = [];
  if (asked.size) {
    try {
      const answer = await fetch(`/unsaved?ids=${[...asked.keys()].join(".")}`, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      waiting = await answer.json();
    } catch { return; }
    // What still waits may be saved yet, and is then to be undone.
    answered([...asked.keys()].filter((id) => !waiting.some((each) => id.endsWith(each.id))));
  }
  const still = kept(); // another answer, or whoever reads, may have been quicker
  waiting = waiting.filter(({ id }) => still.has(id));
  const late = waiting.filter(({ id }) => at - asked.get(id) >= GRACE_MS);
  if (late.length < waiting.length) setTimeout(ask, GRACE_MS);
  tell(late);
}

function tell(late) {
  const ids = late.map(({ id }) => id).join(" ");
  if (ids === ($("[data-unsaved]")?.dataset.unsaved ?? "")) return;
  $("[data-unsaved]")?.remove();
  if (!ids) return;
  const those = (undo, lost, so) => {
    const some = late.filter(({ id }) => id.startsWith(UNDO) === undo);
    const links = some.flatMap(({ id, href, shown }, at) => [at ? ", " : "", make("a", { href, onclick: () => answered([id]) }, ...markup(shown))]);
    return some.length ? [lost, ...links, so] : [];
  };
  const leave = () => { answered(late.map(({ id }) => id)); tell([]); $("#main").focus(); };
  notice([...those(false, "Not saved: ", ". What you decided was lost. "), ...those(true, "Not undone: ", ". What you decided stands.")], make("button", { className: "btn sm", onclick: leave }, "Leave it")).dataset.unsaved = ids;
}

addEventListener("pageshow", ask);
document.addEventListener("placet:changed", ask);
