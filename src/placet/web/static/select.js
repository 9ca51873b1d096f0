// Which rows are selected: counted before anything is sent, and kept in the address, so that reload and Back bring them back.
import { $, $$ } from "./dom.js";
import { here, stayAt } from "./page.js";

const ticked = () => $$(".tick :checked");

export function count() {
  const bulk = $("#many");
  if (!bulk) return;
  const all = ticked(), held = all.map((box) => box.dataset.held).filter(Boolean), taken = all.length - held.length;
  $("[data-selected]", bulk).textContent = `${all.length} selected`;
  $("[data-accept]", bulk).textContent = `Accept ${taken}`;
  $("[data-reject]", bulk).textContent = `Reject ${all.length}`;
  $("[data-key=A]", bulk).disabled = taken === 0;
  const out = $("[data-left-out]", bulk);
  out.replaceChildren(held.length ? `${held.length} left out: ` : "");
  for (const [at, why] of [...new Set(held)].entries()) {
    const these = all.filter((box) => box.dataset.held === why), n = these.length;
    const first = these[0].closest("[data-item]");
    const link = Object.assign(document.createElement("a"), { href: `#${first.id}`, textContent: `${n} ${n > 1 ? why.replace(/^needs/, "need") : why}` });
    link.addEventListener("click", (event) => { event.preventDefault(); $(".fld", first).focus(); });
    out.append(at ? ", " : "", link);
  }
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

addEventListener("change", (event) => { if (event.target.closest?.(".tick")) { count(); remember(); } });
addEventListener("reset", (event) => { if (event.target.id === "many") setTimeout(() => select(ticked(), false)); });
document.addEventListener("placet:changed", () => { count(); remember(); });
addEventListener("pageshow", count); // Back brings ticks with it
count();
