// What is typed and not sent. Of an open proposal it is there again when one comes back to it, its row says so meanwhile, and
// leaving the page asks first. It is in this page's memory only: nothing of it is stored.
import { $, $$, make, root, seen } from "./dom.js";

const drafts = new Map(); // id -> the form it is typed into, and what by field
const FIELDS = ":is(input:not([type=hidden]), select, textarea)";
const ticks = (field) => field.type === "checkbox";
const key = (field) => [field.form?.id, field.name, ticks(field) ? field.value : field.id].join(" ");
const typedInto = (within) => $$(FIELDS, within).filter((field) => !field.closest(".tick, [data-sent]") && seen(field) && dirty(field));

// Whether a person typed or chose something in it.
export function dirty(field) {
  if (ticks(field)) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max($$("option", field).findIndex((option) => option.defaultSelected), 0);
}

export const hasDraft = (item) => drafts.has(item.dataset.item);

// The field of a proposal with a change that is not sent; the row itself where the change waits to be opened again.
export const draftIn = (item) => typedInto(item).find((field) => field.form?.matches(".edit")) ?? (hasDraft(item) ? $(".fld", item) : undefined);

// Before the page is carried over, and after.
export function hold() {
  for (const card of $$(".card[data-item]")) {
    const typed = typedInto(card);
    if (typed.length) drafts.set(card.dataset.item, { mode: card.dataset.mode, typed: new Map(typed.map((field) => [key(field), ticks(field) ? field.checked : field.value])) });
    else drafts.delete(card.dataset.item);
  }
}

export function bringBack() {
  for (const old of $$(".draft")) old.remove();
  const waiting = $$("[data-item][data-status=pending]").filter(hasDraft);
  for (const id of drafts.keys()) if (!waiting.some((item) => item.dataset.item === id)) drafts.delete(id);
  for (const item of waiting) {
    const { mode, typed } = drafts.get(item.dataset.item);
    if (!item.matches(".card")) $(".fl", item)?.append(make("span", { className: "flag warn draft own", textContent: "Typed, not sent" }));
    else if (!typedInto(item).length) {
      for (const field of $$(FIELDS, item).filter((each) => typed.has(key(each)))) field[ticks(field) ? "checked" : "value"] = typed.get(key(field));
      if ($(`.pane.${mode}`, item)) item.dataset.mode = mode;
    }
  }
}

// What was typed into a proposal and not sent, in words.
export function typedIn(item) {
  hold();
  return [...(drafts.get(item.dataset.item)?.typed.values() ?? [])].filter((value) => typeof value === "string").join(", ");
}

export function unsent() {
  hold();
  return drafts.size > 0 || $$("#main form[method=post]").some((form) => typedInto(form).length > 0);
}

// Listened to only where something was typed: a page with such a listener is not kept for Back by every browser.
function ask(event) {
  if (unsent()) event.preventDefault();
}
if ($(".app")) root.addEventListener("input", () => addEventListener("beforeunload", ask));
