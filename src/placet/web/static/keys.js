// The keys: one table for what they do, the bar at the foot, the help and the palette. A key presses what carries it.
import { $, $$, copy, make, notice, root, say, seen, store } from "./dom.js";
import { accept, deaf, takeBack } from "./decide.js";
import { hasDraft } from "./drafts.js";
import { current, handle, items, look, move, openCard, waits } from "./items.js";
import { turn, open } from "./card.js";
import { boxes, lead, select, ticked } from "./select.js";

let from = null; // where one was before a key led into a field; Escape leads back
function enter(field) {
  from = document.activeElement;
  field.focus();
  field.select();
  field.addEventListener("blur", () => { from = null; }, { once: true });
}

export function press(key, where = [current(), document]) {
  for (const place of where) {
    const hit = place && $$(`[data-key="${key}"]`, place).find(seen);
    if (hit?.matches("input")) enter(hit);
    else hit?.click();
    if (hit) return true;
  }
  return false;
}

// What nobody looks at is not decided: with the focus on no proposal, the first press only leads to the first that is in sight.
function lost() {
  const all = items();
  if (current() || !all.length) return false;
  look(all.find((item) => item.getBoundingClientRect().top >= 0) ?? all.at(-1));
  return true;
}

// A closed row is opened for whatever it needs a person to see first; a plain acceptance is sent from where it stands.
function decide(key, mode) {
  if (lost()) return;
  const item = current();
  if (!item || (key === "a" && deaf()) || !waits(item) || press(key, [item]) || item.matches(".card")) return;
  if (key === "a" && "quick" in item.dataset && !hasDraft(item)) return accept(item);
  open(item, mode);
}

const batch = () => current()?.closest("[data-batch]");

function acceptMany() {
  if (deaf() || (!ticked().length && lost())) return;
  ticked().length ? press("A", [$("#many")]) : $("[data-batch-accept]", batch() ?? document.createElement("i"))?.click();
}

// What R takes is seen before it is taken: the batch is selected, and the reasons are out. Leaving them lets go of it again.
let taken = [], came = null; // by R, and from where
function rejectMany() {
  if (!ticked().length && lost()) return;
  [taken, came] = [ticked().length || !batch() ? [] : boxes(batch()), current()];
  select(taken);
  const whys = $("#many .whys"), first = $(".reasons button", whys);
  if (!ticked().length) return;
  whys.open = true;
  first.focus();
  say(`${ticked().length} selected. 1 to 7 says why they are rejected.`);
}

// Of a list of what is over, the one that the focus is on; else what was done last.
function undo() {
  const button = current() && $("[data-undo]", current());
  button ? button.click() : takeBack() || press("z");
}

async function copyLink() {
  const item = current(), address = item ? `${location.origin}/artifacts/${item.dataset.item}` : location.href;
  await copy(address, "Link copied");
}

const row = "[data-item]", may = (act) => `[data-status=pending][data-may~=${act}]`, here = ".side";
const to = (place) => ({ on: `.side a[href="${place}"]`, run: () => location.assign(place), bar: false });
export const KEYS = [
  { key: "j", words: "next", on: `${row}, a[rel=next]`, run: () => move(1) },
  { key: "k", words: "previous", on: `${row}, a[rel=prev]`, run: () => move(-1) },
  { key: "Enter", words: "open", on: row },
  { key: "x", words: "select", on: ".tick", run: () => lost() || $(".tick [name=artifact]", current() ?? document)?.click() },
  { key: "a", words: "accept", on: may("accepted"), run: () => decide("a", null) },
  { key: "e", words: "edit", on: may("edited"), run: () => decide("e", "edit") },
  { key: "r", words: "reject, then 1 to 7 for why", short: "reject", on: may("rejected"), run: () => decide("r", "reject") },
  { key: "A", words: "accept the selected, else the batch", short: "accept many", on: "#many, [data-batch-accept]", run: acceptMany },
  { key: "R", words: "reject the selected, else the batch, then 1 to 7 for why", on: ".tick", run: rejectMany, bar: false },
  { key: "l", words: "next of the selected that is left out", short: "next left out", on: "[data-left-out] button", run: () => lead() },
  { key: "z", words: "undo", on: "[data-key=z], [data-item] [data-undo], [data-sent]", run: undo, bar: "main :is([data-key=z], [data-undo])" },
  { key: "o", words: "open in source", on: "[data-key=o]", run: () => press("o") },
  { key: "y", words: "copy the link", on: here, run: copyLink, bar: "main > header [data-copy]" },
  { key: "u", words: "back", on: here, run: () => history.back(), bar: "main[data-alone]" },
  { key: "t", words: "table instead of plot", short: "table only", on: "[data-key=t]", run: () => press("t") },
  { key: "n", words: "new session, or read a note", on: "[data-key=n]", run: () => press("n"), bar: false },
  { key: "[", words: "newer source", on: "[data-key='[']", run: () => press("["), bar: false },
  { key: "]", words: "older source", on: "[data-key=']']", run: () => press("]"), bar: false },
  { key: "/", words: "search customers", on: "[data-key='/']", run: () => press("/"), bar: false },
  { key: "g i", words: "go to the inbox", ...to("/inbox") },
  { key: "g c", words: "go to the customers", ...to("/customers") },
  { key: "g n", words: "go to insights", ...to("/insights") },
  { key: "Escape", words: "leave a form, clear the selection", on: ".card, #many", bar: false },
  { key: "Ctrl+Enter", words: "save an edit; from a row's box, go to what is done with the selected", on: ".card, .tick", bar: false },
  { key: "Ctrl+K", words: "find anything by name", on: here, run: find, bar: false, always: true },
  { key: "?", words: "all keys", on: "body", run: help, always: true },
];
const works = (entry) => $$(entry.on).some(seen);

// Its box is there at once, so that no key after it is taken for a decision; what it finds comes with its script.
function find() {
  if ($("#palette")) return $("#palette").close();
  const back = document.activeElement, words = "An action, a page, a field or a customer";
  const input = make("input", { type: "text", autocomplete: "off", placeholder: words, attributes: { role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": words, "aria-autocomplete": "list" } });
  const list = make("ul", { id: "palette-list", attributes: { role: "listbox", "aria-label": "Found" } });
  const dialog = make("dialog", { id: "palette", attributes: { "aria-label": "Find anything by name" } }, input, list);
  dialog.addEventListener("close", () => { dialog.remove(); if (document.activeElement === document.body) back?.focus?.(); });
  input.onkeydown = ({ key }) => { if (key === "Enter") dialog.dataset.entered = input.value; }; // until its script is there
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  import("./palette.js").then(({ palette }) => palette(dialog, input, list, KEYS.filter(works), back), () => { dialog.close(); notice("Nothing can be found. The server did not answer."); });
}

// Where a key works by itself it has a cap; the parts of "g i" are pressed one after the other.
export function caps(key) {
  return key.split(/[ +]/).map((part) => make("kbd", { textContent: { Escape: "Esc" }[part] ?? part }));
}

export function bar() {
  if (!$(".app")) return;
  const foot = $(".keys") ?? document.body.appendChild(make("div", { className: "keys", attributes: { "aria-hidden": "true" } }));
  foot.replaceChildren(...KEYS.filter((entry) => entry.bar !== false && (!entry.bar || $(entry.bar)) && works(entry)).map((entry) => make("span", {}, ...caps(entry.key), entry.short ?? entry.words)));
}

function help() {
  let dialog = $("#keys-help");
  if (!dialog) {
    const box = make("input", { type: "checkbox", id: "keys-on", checked: !root.classList.contains("no-keys") });
    box.addEventListener("change", () => { root.classList.toggle("no-keys", !box.checked); store.set("placet.keys", box.checked ? null : "off"); });
    dialog = make("dialog", { id: "keys-help", attributes: { "aria-labelledby": "keys-title" } },
      make("h2", { id: "keys-title", textContent: "Keys" }), make("p", { className: "meta", textContent: "Lower case decides one, upper case many." }),
      make("dl", {}, ...KEYS.flatMap((entry) => [make("dt", {}, ...caps(entry.key)), make("dd", { textContent: entry.words })])),
      make("label", { className: "box" }, box, " Single keys work in this browser"),
      make("form", { method: "dialog", className: "acts" }, make("button", { className: "btn", textContent: "Close" })));
    document.body.append(dialog);
  }
  dialog.showModal();
}

let prefix = "", forget = 0;
addEventListener("keydown", (event) => {
  const target = event.target, control = event.ctrlKey || event.metaKey;
  const typing = target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]"), form = target.form;
  if (control && event.key.toLowerCase() === "k" && !event.shiftKey && $(here)) { event.preventDefault(); return find(); }
  if (event.key === "Enter" && control) {
    if (target.closest?.(".tick")) { event.preventDefault(); $("#many .btn:not(:disabled)")?.focus(); }
    else if (form?.matches(".edit") || (typing && form && !form.matches(".reject"))) form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && !$("dialog[open]")) return leave(target, typing);
  const composed = "[]".includes(event.key) && event.altKey && !event.metaKey; // AltGr or Option, as many keyboards have them
  if (typing || ((control || event.altKey) && !composed) || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
  if ($("dialog[open]") || (root.classList.contains("no-keys") && event.key !== "?")) return;
  const why = $(".whys[open]:focus-within, .card[data-mode=reject]:focus-within");
  if (why && /^[1-7]$/.test(event.key)) { event.preventDefault(); $$(".reasons button", why)[event.key - 1].click(); return; }
  const letter = /^[a-z]$/i.test(event.key); // which means many only with Shift: Caps Lock is no decision
  const pressed = prefix + (letter ? event.key[event.shiftKey ? "toUpperCase" : "toLowerCase"]() : event.key);
  clearTimeout(forget);
  prefix = "";
  if (KEYS.some((entry) => entry.key.startsWith(`${pressed} `))) { prefix = `${pressed} `; forget = setTimeout(() => { prefix = ""; }, 1500); return; }
  const entry = KEYS.find((each) => each.key === pressed);
  if (entry?.run && works(entry)) { event.preventDefault(); entry.run(); }
});

function leave(target, typing) {
  const card = target.closest?.(".card") ?? openCard(), whys = $(".whys[open]");
  if (whys) {
    whys.open = false;
    if (!taken.length) return $("summary", whys).focus();
    select(taken.splice(0), false);
    look(came);
  }
  else if (card && card.dataset.mode !== "read") { const from = card.dataset.mode; turn(card, "read"); $(`[data-mode-to="${from}"]`, card)?.focus(); }
  else if (typing) { const back = from ?? (card && handle(card)); target.blur(); back?.focus(); }
  else if (!press("Escape", [$("#many")]) && current()) look(current());
}

for (const name of ["placet:changed", "placet:selected"]) document.addEventListener(name, bar);
bar();
