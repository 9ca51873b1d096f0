// Opening a proposal in its list, and the forms of its card.
import { $, $$, notice, seen } from "./dom.js";
import { byId, handle } from "./items.js";
import { go, stayAt } from "./page.js";

// A reason is typed once, for whichever of the forms it is sent with.
function share(card) {
  const fields = $$("textarea[name=reason]", card), typed = fields.find(({ value }) => value)?.value;
  for (const field of typed ? fields.filter(({ value }) => !value) : []) {
    field.value = typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export function turn(card, mode) {
  share(card);
  card.dataset.mode = mode;
  const pane = $(`form.pane.${mode}`, card);
  const first = pane ? $$("input:not([type=hidden]), select, textarea, button:not([disabled])", pane).find(seen) : null;
  (first ?? $$(`.acts.${mode} .btn`, card).find(seen) ?? handle(card)).focus();
}

export async function open(item, mode = null) {
  const id = item.dataset.item, link = new URL(handle(item).href), opens = link.searchParams.has("open"), was = location.href;
  handle(item).focus({ preventScroll: true });
  const went = await go(link);
  if (!went) stayAt(was);
  if (went === false) notice("Not opened. The server did not answer.");
  const card = went && byId(id);
  if (!card || !card.contains(document.activeElement)) return; // whoever went on meanwhile is not called back
  if (mode && opens && $(`form.pane.${mode}`, card)) turn(card, mode);
  else if (card.dataset.mode !== "read") turn(card, card.dataset.mode); // what was typed into it is there again
  else handle(card).focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const switches = event.target.closest?.("[data-mode-to]");
  if (switches) {
    event.preventDefault();
    const card = switches.closest(".card"), from = card.dataset.mode;
    turn(card, switches.dataset.modeTo);
    if (switches.dataset.modeTo === "read") $(`[data-mode-to="${from}"]`, card)?.focus();
    return;
  }
  const opener = event.target.closest?.("[data-item] :is(.fld, [data-opens])");
  if (opener && opener.pathname === location.pathname) {
    event.preventDefault();
    open(opener.closest("[data-item]"), opener.dataset.opens ?? null);
  }
});
