// Which rows are selected: counted before anything is sent, and kept in the address, so that reload and Back bring them back.
import { $, $$, make, say } from "./dom.js";
import { look, waits } from "./items.js";
import { here, stayAt } from "./page.js";

export const ticked = () => $$(".tick [name=artifact]:checked");
// The boxes of a batch's rows that may be selected now.
export const boxes = (batch) => $$(".tick [name=artifact]", batch).filter((box) => waits(box.closest("[data-item]")));

export function count() {
  const bulk = $("#many");
  if (!bulk) return;
  for (const all of $$("[data-all]")) {
    const its = boxes(all.closest("[data-batch]")), on = its.filter((box) => box.checked).length;
    all.checked = on > 0 && on === its.length;
    all.indeterminate = on > 0 && !all.checked;
  }
  const all = ticked(), held = all.map((box) => box.dataset.held).filter(Boolean), taken = all.length - held.length;
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
  const rows = ticked().filter((box) => why(box.dataset.held)), from = document.activeElement.closest("[data-item]") ?? led;
  const next = rows.find((box) => from?.compareDocumentPosition(box) & 4 && !from.contains(box)) ?? rows[0];
  led = next.closest("[data-item]");
  look(led);
  say(`${rows.indexOf(next) + 1} of ${rows.length} left out: ${next.dataset.held}`);
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
}

addEventListener("change", ({ target }) => {
  if (!target.closest?.(".tick")) return;
  select(target.matches("[data-all]") ? boxes(target.closest("[data-batch]")) : [target], target.checked);
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
