// What came of a turn: a card for each proposal in the chat, worded as its row in the working folder and with the words it was
// read from. The row is the proposal; what is pressed here is done there, and what becomes of it there shows here.
import { accept } from "./decide.js";
import { $, $$, make } from "./dom.js";
import { turn } from "./card.js";
import { byId, waits } from "./items.js";
import { go, here } from "./page.js";

let folder = () => {};

export async function came(message, bubble, toFolder) {
  const ids = message.parts.filter((part) => part.type === "data-artifact").map((part) => part.data.id);
  if (!ids.length) return;
  folder = toFolder;
  await go(here(), "replace");
  const cards = ids.map(byId).filter(Boolean).map(card);
  bubble.append(make("ul", { className: "came", attributes: { "aria-label": "Proposed" } }, ...cards));
}

function card(row) {
  const id = row.dataset.item, title = $(".fld", row).textContent;
  const line = make("a", { href: `#a-${id}`, onclick: (event) => { event.preventDefault(); show(id); } },
    $(".mark", row).cloneNode(true), make("b", { textContent: title }), $(".val", row).cloneNode(true), $(".cf", row)?.cloneNode(true) ?? "");
  const made = make("li", {}, line, make("div", { className: "more" }, $(`#words-${CSS.escape(id)} .ev`)?.cloneNode(true) ?? ""));
  $(".around", made)?.remove();
  made.dataset.came = id;
  if (!$(".tick", row)) return made; // who may not decide sees no buttons
  const button = (words, look, onclick) => make("button", { type: "button", className: `btn sm ${look}`, onclick }, words, make("span", { className: "sr", textContent: `: ${title}` }));
  $(".more", made).append(make("div", { className: "acts" },
    button("Accept", "yes", () => take(id)), button("Edit", "", () => show(id, "edit")), button("Reject", "no", () => show(id, "reject"))));
  return made;
}

// What a plain acceptance is enough for is sent from here; for the rest the card in the folder opens, and if it is open has its button.
async function take(id) {
  const row = byId(id), button = row?.matches(".card[data-mode=read]") && $("[data-key=a]", row);
  if (button && !$("[data-need]", row)) { button.click(); return follow(); }
  if (!row || !waits(row) || !("quick" in row.dataset)) return show(id);
  const saved = accept(row);
  follow();
  ($(".came li:not([data-is]) .btn") ?? $("#words")).focus({ preventScroll: true });
  await saved;
  follow();
  if ($(".refusal", byId(id) ?? row)) { folder(); byId(id)?.scrollIntoView({ block: "nearest" }); }
}

async function show(id, mode) {
  folder();
  const url = here();
  url.searchParams.set("open", id);
  url.hash = `a-${id}`;
  await go(url);
  const opened = byId(id);
  opened?.scrollIntoView({ block: "nearest" });
  if (mode && opened?.matches(".card") && $(`form.pane.${mode}`, opened)) turn(opened, mode);
  else if (opened) $(".fld", opened).focus({ preventScroll: true });
}

export function follow() {
  for (const made of $$("[data-came]")) {
    const row = byId(made.dataset.came), is = row?.dataset.shown ?? row?.dataset.status;
    if (!row || !$(".mark", row)) continue;
    is === "pending" ? delete made.dataset.is : (made.dataset.is = is);
    const mark = $(".mark", row).cloneNode(true);
    if (is !== "pending") mark.className = `mark ${is}`;
    $(".mark", made).replaceWith(mark);
  }
}
