// Which rows are selected: counted before anything is sent, and kept in the address, so that reload and Back bring them back.
import { $, $$, make, say } from "./dom.js";
import { look, waits } from "./items.js";
import { here, stayAt } from "./page.js";

export const ticked = () => $$(".tick [name=artifact]:checked");
// The boxes of a batch's rows that may be selected now.
export const boxes = (batch) => $$(".tick [name=artifact]", batch).filter((box) => waits(box.closest("[data-item]")));

const isPlain = (box) => "quick" in box.closest("[data-item]").dataset;
// Of rivals that are selected together accepting takes none: the first of them would set the others aside.
export const clashes = ({ dataset: { rival } }) => Boolean(rival) && ticked().filter((box) => box.dataset.rival === rival).length > 1;
// Why accepting the selected leaves this one out; nothing where it does not.
export const heldBy = (box) => box.dataset.held || (clashes(box) ? "rivals of each other" : "");

export function count() {
  const bulk = $("#many");
  if (!bulk) return;
  for (const all of $$("[data-all]")) {
    const its = boxes(all.closest("[data-batch]")), plain = its.filter(isPlain);
    all.checked = plain.length > 0 && plain.every((box) => box.checked);
    all.indeterminate = !all.checked && its.some((box) => box.checked);
  }
  const all = ticked(), held = all.map(heldBy).filter(Boolean), taken = all.length - held.length;
  $("[data-selected]", bulk).textContent = `${all.length} selected`;
  $("[data-accept]", bulk).textContent = `Accept ${taken}`;
  $("[data-reject]", bulk).textContent = `Reject ${all.length}`;
  $("[data-key=A]", bulk).disabled = taken === 0;
  const out = $("[data-left-out]", bulk);
  out.replaceChildren(held.length ? `${held.length} left out: ` : "");
  for (const [at, why] of [...new Set(held)].entries()) {
    const n = held.filter((each) => each === why).length;
    const onclick = () => lead((each) => each === why);
    out.append(at ? ", " : "", make("button", { type: "button", className: "btn quiet sm", onclick }, `${n} ${n > 1 ? why.replace(/^needs/, "need") : why}`));
  }
  document.dispatchEvent(new Event("placet:selected"));
}

// To the next of what is left out, for whatever reason or for one, after the row the eyes are on; after the last comes the first.
let led = null;
export function lead(why = Boolean) {
  const rows = ticked().filter((box) => why(heldBy(box))), from = document.activeElement.closest("[data-item]") ?? led;
  const next = rows.find((box) => from?.compareDocumentPosition(box) & 4 && !from.contains(box)) ?? rows[0];
  led = next.closest("[data-item]");
  look(led);
  say(`${rows.indexOf(next) + 1} of ${rows.length} left out: ${heldBy(next)}`);
}

function remember() {
  const url = here(), ids = ticked().map((box) => box.value);
  if (!ids.length && !url.searchParams.has("sel")) return;
  ids.length ? url.searchParams.set("sel", ids.join(".")) : url.searchParams.delete("sel");
  stayAt(url);
}

export function select(boxes, on = true) {
  for (const box of boxes) box.checked = on;
  count();
  remember();
  const all = ticked(), held = all.filter(heldBy).length;
  say(all.length ? `${all.length} selected.${held ? ` ${held} left out.` : ""}` : "Nothing is selected.");
}

// A batch's own box takes what the batch would take; the rest is selected one by one, by whoever looked at it.
function selectOf(batch) {
  const all = boxes(batch), plain = all.filter(isPlain);
  plain.every((box) => box.checked) ? select(all, false) : select(plain);
}

addEventListener("change", ({ target }) => {
  if (!target.closest?.(".tick")) return;
  target.matches("[data-all]") ? selectOf(target.closest("[data-batch]")) : select([target], target.checked);
});
// With Shift, all from the box pressed before to this one become as it is.
let before = null;
addEventListener("click", ({ target: box, shiftKey }) => {
  if (!box.matches?.(".tick [name=artifact]")) return;
  const all = boxes(document), ends = [all.indexOf(before), all.indexOf(box)].sort((a, b) => a - b);
  if (shiftKey && ends[0] >= 0) select(all.slice(ends[0], ends[1] + 1), box.checked);
  before = box;
});
addEventListener("reset", (event) => { if (event.target.id === "many") setTimeout(() => select(ticked(), false)); });
document.addEventListener("placet:changed", () => { count(); remember(); });
addEventListener("pageshow", count); // Back brings ticks with it
count();
