// How long the evidence of each proposal was before the reader's eyes. It goes along with the decision and is the page's word;
// nothing waits for it.
import { $ } from "./dom.js";
import { current, openCard } from "./items.js";

const spent = new Map(); // id -> ms
let at = null, since = 0;
// Beside a note the words of whatever is in focus are marked in it; in a chat they stand with what came of it; elsewhere in the open card.
const inChat = () => $("[data-came]:is(:hover, :focus-within)")?.dataset.came;
const shown = () => document.hidden ? null : inChat() ?? (openCard() ?? ($(".doc") && current()))?.dataset.item;

function count() {
  const now = performance.now();
  if (at) spent.set(at, (spent.get(at) ?? 0) + now - since);
  [at, since] = [shown(), now];
}
for (const name of ["focusin", "mouseover", "visibilitychange", "placet:changed"]) document.addEventListener(name, count);
count();

// As the form of one decision says it, and as that of many does.
export function lookedAt(item) {
  count();
  const ms = spent.get(item.dataset.item);
  return ms === undefined ? "no" : String(Math.round(ms));
}
export const lookedAtEach = (items) => items.map((item) => `${item.dataset.item} ${lookedAt(item)}`);
