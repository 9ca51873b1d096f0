// What a browser with scripts gets on top. Every page works without it: a page is links and forms.
import { $, $$, copy, root, say, store } from "./dom.js";
import { sendCard, sendMany } from "./decide.js";
import { byId, handle, items, look } from "./items.js";
import { turn } from "./card.js";
import "./keys.js";
import "./live.js";

// -- forms: decisions are shown before they are saved, others are sent once --
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.matches("[data-decides=one]") && form.closest("[data-item]")) { event.preventDefault(); return sendCard(form, event.submitter); }
  if (form.matches("[data-decides=many]")) { event.preventDefault(); return sendMany(form, event.submitter); }
  if ("sent" in form.dataset) { event.preventDefault(); return; }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const sent of $$("form[data-sent]")) delete sent.dataset.sent;
  for (const button of $$("[aria-busy]")) button.removeAttribute("aria-busy");
});
addEventListener("input", ({ target }) => { need(target); clears(target.form, say); });
addEventListener("invalid", (event) => { if (event.target.dataset.need) say(event.target.dataset.need); }, true);
// A filter chosen by keys keeps the focus on the page that it leads to; after a press the list's own keys work at once.
for (const name of ["change", "click"]) addEventListener(name, ({ target }) => {
  const filter = target.closest?.("[data-filter]");
  if (filter?.matches(":focus-visible")) sessionStorage.setItem("placet.filter", filter.dataset.filter);
  if (name === "change" && target.closest("form[data-auto]")) target.form.requestSubmit();
});

function need(field) {
  if (field.dataset?.need) field.setCustomValidity(field.value.trim() ? "" : field.dataset.need);
}

// An edit that leaves nothing clears the value; what says so is asked for once somebody types into one.
async function clears(form, speak) {
  if (form && $("[data-clears]", form)) (await import("./clears.js")).clears(form, speak);
}

addEventListener("click", (event) => {
  const from = event.target.closest?.("[data-copy]");
  if (from) return copy(from.dataset.copy || location.href, from.dataset.copied);
  if (!event.target.closest?.("[data-theme-switch]")) return;
  const dark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches && "dark")) === "dark";
  store.set("placet.theme", root.dataset.theme = dark ? "light" : "dark"); // back to the system's: settings
  say(dark ? "Light" : "Dark");
});

// -- on arrival: focus is on what is open, or where the last page was left; what happened is said --
function needs() { for (const field of $$("[data-need]")) need(field); }
document.addEventListener("placet:changed", () => { needs(); $$("form").forEach((form) => clears(form)); });
needs();
addEventListener("load", () => setTimeout(() => {
  const [edge, filter] = ["placet.edge", "placet.filter"].map((name) => { const left = sessionStorage.getItem(name); sessionStorage.removeItem(name); return left; });
  if (document.activeElement !== document.body) return;
  const wrong = $("[aria-invalid]"), open = $(".card[data-item]");
  if (filter) $(`[data-filter="${filter}"]`)?.focus({ preventScroll: true });
  else if (wrong) wrong.focus();
  else if (open && open.dataset.mode !== "read") turn(open, open.dataset.mode);
  else if (open) handle(open).focus({ preventScroll: true });
  else if (location.hash.startsWith("#a-")) handle(byId(location.hash.slice(3)) ?? document.createElement("i"))?.focus();
  else if (edge) { const at = items().at(edge === "first" ? 0 : -1); if (at) look(at); }
}));
const said = $("[data-said] p");
if (said) say(said.textContent);
