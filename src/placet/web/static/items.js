// The proposals on a page: which one the eyes are on, which comes next, and how a row shows what was decided on it.
import { $, $$, seen } from "./dom.js";

export const items = () => $$("[data-item]:not([data-kept])").filter(seen);
export const openCard = () => $(".card[data-item]:not([data-shown])");
export const current = () => document.activeElement?.closest("[data-item]") ?? openCard();
export const handle = (item) => $(".fld", item);
export const byId = (id) => document.getElementById(`a-${id}`);
export const waits = (item) => item.dataset.status === "pending" && !("sent" in item.dataset) && !("kept" in item.dataset);

export function look(item) {
  handle(item).focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

export function move(step) {
  const all = items(), at = all.indexOf(current());
  const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  if (next) return look(next);
  const link = $(`a[rel=${step > 0 ? "next" : "prev"}]`);
  if (!link) return;
  sessionStorage.setItem("placet.edge", step > 0 ? "first" : "last"); // on the next page it goes on there
  link.click();
}

export function nextWaiting(item) {
  const all = items().filter((each) => each === item || waits(each)), at = all.indexOf(item);
  return all[at + 1] ?? all[at - 1];
}

// Pencil turns to ink in place, before the server has said so; `restore` takes it back.
export function ink(item, status) {
  const ring = $(".mark use", item), words = $(".mark .sr", item);
  for (const old of $$(".refusal, .err", item)) old.remove();
  item.dataset.sent = "";
  item.dataset.shown = status;
  if (ring && !item.was) {
    item.was = [ring.getAttribute("href"), words.textContent];
    ring.setAttribute("href", item.was[0].replace(/#.*/, `#${status}`));
    words.textContent = { accepted: "Accepted", edited: "Accepted with a change", rejected: "Rejected" }[status] ?? status;
  }
}

export function restore(item) {
  const ring = $(".mark use", item);
  if (item.was && ring) [ring.attributes.href.value, $(".mark .sr", item).textContent] = item.was;
  delete item.was;
  for (const name of ["sent", "shown", "kept"]) delete item.dataset[name];
}

// It is saved. The row stays for a moment, so that one sees where one was, then the page is as the server has it.
export function keep(item) {
  delete item.dataset.sent;
  delete item.was;
  item.dataset.kept = "";
  item.removeAttribute("data-quick");
  item.classList.remove("card");
  if (item.matches(".item")) for (const part of $$(":scope > :not(.row, .refusal)", item)) part.remove();
  const tick = $(".tick input", item);
  if (tick) tick.checked = false;
}
