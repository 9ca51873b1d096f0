// What a browser with scripts gets on top: keys, counts while selecting, forms out without a reload. Every page works without it.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const root = document.documentElement;
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* closed */ } },
};
const seen = (element) => element && element.checkVisibility();
const say = (words) => { const status = $("#status"); if (status) { status.textContent = ""; setTimeout(() => { status.textContent = words; }, 50); } };

// -- where the eyes are: the item that has focus, else the open card --
const items = () => $$("[data-item]").filter(seen);
const current = () => document.activeElement?.closest("[data-item]") ?? $(".card[data-item]");
const handle = (item) => $(".fld", item);

function move(step) {
  const all = items(), at = all.indexOf(current());
  const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  if (next) { handle(next).focus(); next.scrollIntoView({ block: "nearest" }); }
  else $(`a[rel=${step > 0 ? "next" : "prev"}]`)?.click();
}

// A key presses what carries it: in the current item first, then anywhere on the page.
function press(key, where = [current(), document]) {
  for (const place of where) {
    const hit = place && $$(`[data-key="${key}"]`, place).find(seen);
    if (hit) { hit.matches("input") ? (hit.focus(), hit.select()) : hit.click(); return true; }
  }
  return false;
}

// A closed row is opened for whatever it needs a person to see first; a plain acceptance is sent from where it stands.
function decide(key, mode) {
  const item = current();
  if (!item || press(key, [item]) || item.matches(".card")) return;
  if (key === "a" && "quick" in item.dataset) return accept(item);
  const link = new URL(handle(item).href);
  if (mode && link.searchParams.has("open")) link.searchParams.set("do", mode);
  location.assign(link);
}

function accept(item) {
  if ("sent" in item.dataset) return;
  item.dataset.sent = "";
  const all = items(), after = all[all.indexOf(item) + 1] ?? all[all.indexOf(item) - 1];
  const back = new URL(location.href);
  for (const name of ["open", "do"]) back.searchParams.delete(name);
  const form = document.createElement("form");
  form.method = "post";
  form.action = `/artifacts/${encodeURIComponent(item.dataset.item)}/decide`;
  const fields = { csrf: $("input[name=csrf]").value, status: "accepted", next: back.pathname + back.search + (after ? `#a-${after.dataset.item}` : "") };
  for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(form);
  form.requestSubmit();
}

function many(key) {
  if ($(".tick :checked")) return press(key, [$("#many")]);
  const batch = current()?.closest("[data-batch]") ?? $("[data-batch]");
  if (key === "A" && batch) $("[data-batch-accept]", batch)?.click();
}

function turn(card, mode) {
  card.dataset.mode = mode;
  const pane = $(`form.pane.${mode}`, card);
  const first = pane ? $$("input:not([type=hidden]), select, textarea, button:not([disabled])", pane).find(seen) : null;
  (first ?? $$("[data-key]", card).find(seen) ?? handle(card)).focus();
}

// -- the keys: one table for what they do, the bar at the foot and the help --
const row = "[data-item]", waiting = "[data-item] .tick, .card [data-key=a], .pend";
const KEYS = [
  { key: "j", words: "next", on: `${row}, a[rel=next]`, run: () => move(1) },
  { key: "k", words: "previous", on: `${row}, a[rel=prev]`, run: () => move(-1) },
  { key: "Enter", words: "open", on: row },
  { key: "x", words: "select", on: ".tick", run: () => $(".tick input", current() ?? document)?.click() },
  { key: "a", words: "accept", on: waiting, run: () => decide("a", null) },
  { key: "e", words: "edit", on: waiting, run: () => decide("e", "edit") },
  { key: "r", words: "reject, then 1 to 7 for why", short: "reject", on: waiting, run: () => decide("r", "reject") },
  { key: "A", words: "accept the selected, else the batch", short: "accept batch", on: "#many, [data-batch-accept]", run: () => many("A") },
  { key: "R", words: "reject the selected", on: "#many", run: () => many("R"), bar: false },
  { key: "o", words: "the source", on: "[data-key=o]", run: () => press("o") },
  { key: "n", words: "read a note", on: "[data-key=n]", run: () => press("n"), bar: false },
  { key: "[", words: "newer source", on: "[data-key='[']", run: () => press("["), bar: false },
  { key: "]", words: "older source", on: "[data-key=']']", run: () => press("]"), bar: false },
  { key: "/", words: "search customers", on: "[data-key='/']", run: () => press("/"), bar: false },
  { key: "g i", words: "inbox", on: ".side", run: () => location.assign("/inbox"), bar: false },
  { key: "g c", words: "customers", on: ".side", run: () => location.assign("/customers"), bar: false },
  { key: "Escape", words: "leave a form, clear the selection", on: ".card, #many", bar: false },
  { key: "?", words: "all keys", on: "body", run: help },
];
const caps = (key) => key.split(" ").map((part) => `<kbd>${{ Enter: "Enter", Escape: "Esc" }[part] ?? part}</kbd>`).join("");
const works = (entry) => $$(entry.on).length > 0;

function bar() {
  if (!$(".app")) return;
  const foot = Object.assign(document.createElement("div"), { className: "keys" });
  foot.setAttribute("aria-hidden", "true");
  foot.innerHTML = KEYS.filter((entry) => entry.bar !== false && works(entry)).map((entry) => `<span>${caps(entry.key)}${entry.short ?? entry.words}</span>`).join("");
  document.body.append(foot);
}

function help() {
  let dialog = $("#keys-help");
  if (!dialog) {
    dialog = Object.assign(document.createElement("dialog"), { id: "keys-help" });
    dialog.setAttribute("aria-labelledby", "keys-title");
    dialog.innerHTML = `<h2 id="keys-title">Keys</h2><p class="meta">Lower case decides one, upper case many.</p>
      <dl>${KEYS.map((entry) => `<dt>${caps(entry.key)}</dt><dd>${entry.words}</dd>`).join("")}</dl>
      <label class="box"><input type="checkbox" id="keys-on"> Single keys work on this computer</label>
      <form method="dialog" class="acts"><button class="btn">Close</button></form>`;
    document.body.append(dialog);
    const box = $("#keys-on", dialog);
    box.checked = !root.classList.contains("no-keys");
    box.addEventListener("change", () => { root.classList.toggle("no-keys", !box.checked); store.set("placet.keys", box.checked ? null : "off"); });
  }
  dialog.showModal();
}

let prefix = "", forget = 0;
addEventListener("keydown", (event) => {
  const target = event.target;
  const typing = target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) { target.form.requestSubmit(); return; }
  if (event.key === "Escape" && !$("dialog[open]")) return leave(target, typing);
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
  if ($("dialog[open]") || (root.classList.contains("no-keys") && event.key !== "?")) return;
  const reasons = $('.card[data-mode="reject"]');
  if (reasons && /^[1-7]$/.test(event.key)) { event.preventDefault(); $$(".reasons button", reasons)[event.key - 1].click(); return; }
  const pressed = prefix + event.key;
  clearTimeout(forget);
  prefix = "";
  if (KEYS.some((entry) => entry.key.startsWith(`${pressed} `))) { prefix = `${pressed} `; forget = setTimeout(() => { prefix = ""; }, 1500); return; }
  const entry = KEYS.find((each) => each.key === pressed);
  if (entry?.run && works(entry)) { event.preventDefault(); entry.run(); }
});

function leave(target, typing) {
  const card = target.closest?.(".card") ?? $('.card:not([data-mode="read"])');
  if (card && card.dataset.mode !== "read") { const from = card.dataset.mode; turn(card, "read"); $(`[data-mode-to="${from}"]`, card)?.focus(); }
  else if (typing) target.blur();
  else press("Escape", [$("#many")]);
}

// -- forms --
addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-mode-to]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const card = link.closest(".card"), from = card.dataset.mode;
    turn(card, link.dataset.modeTo);
    if (link.dataset.modeTo === "read") $(`[data-mode-to="${from}"]`, card)?.focus();
  }
  const quote = event.target.closest?.(".doc mark");
  if (quote && !event.target.closest("a") && getSelection().isCollapsed) $("a", quote)?.click();
  const opener = event.target.closest?.(".item .fld, .pend .fld");
  if (opener) sessionStorage.setItem("placet.at", JSON.stringify([opener.closest("[data-item]").dataset.item, opener.closest("[data-item]").getBoundingClientRect().top]));
  if (event.target.closest?.("[data-theme-switch]")) switchTheme();
});

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if ("sent" in form.dataset) { event.preventDefault(); return; }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const sent of $$("[data-sent]")) delete sent.dataset.sent;
  for (const button of $$("[aria-busy]")) button.removeAttribute("aria-busy");
  count(); // Back brings ticks with it
});

for (const field of $$("[data-need]")) {
  const check = () => field.setCustomValidity(field.value.trim() ? "" : field.dataset.need);
  check();
  field.addEventListener("input", check);
  field.addEventListener("invalid", () => say(field.dataset.need));
}
for (const form of $$("form[data-auto]")) form.addEventListener("change", () => form.requestSubmit());

// What Accept takes of the selection, and what it leaves out, said before it is pressed.
function count() {
  const bulk = $("#many");
  if (!bulk) return;
  const ticked = $$(".tick :checked"), held = ticked.map((box) => box.dataset.held).filter(Boolean);
  const kinds = [...new Set(held)].map((why) => { const n = held.filter((each) => each === why).length; return `${n} ${n > 1 ? why.replace(/^needs/, "need") : why}`; });
  const taken = ticked.length - held.length;
  $("[data-selected]", bulk).textContent = `${ticked.length} selected`;
  $("[data-accept]", bulk).textContent = `Accept ${taken}`;
  $("[data-reject]", bulk).textContent = `Reject ${ticked.length}`;
  $("[data-left-out]", bulk).textContent = held.length ? `${held.length} left out: ${kinds.join(", ")}` : "";
  $("[data-key=A]", bulk).disabled = taken === 0;
}
addEventListener("change", (event) => { if (event.target.closest?.(".tick")) count(); });
addEventListener("reset", (event) => { if (event.target.id === "many") setTimeout(count); });

function switchTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const order = dark ? ["", "light", "dark"] : ["", "dark", "light"];
  const next = order[(order.indexOf(root.dataset.theme ?? "") + 1) % 3];
  next ? (root.dataset.theme = next) : delete root.dataset.theme;
  store.set("placet.theme", next || null);
  say(next ? `${next} theme` : "The theme of the system");
}

// -- on arrival: the columns stay where they were, focus is on what is open, what happened is said --
bar();
count();
const open = $(".card[data-item]");
try {
  const [id, top] = JSON.parse(sessionStorage.getItem("placet.at") ?? "[]");
  const item = id && document.getElementById(`a-${id}`);
  if (item && location.hash === `#a-${id}`) scrollBy(0, item.getBoundingClientRect().top - top);
  sessionStorage.removeItem("placet.at");
} catch { /* nothing remembered */ }
// Only once the page has loaded: going to a fragment, the browser takes the focus away from where it was.
addEventListener("load", () => setTimeout(() => {
  if (document.activeElement !== document.body) return;
  const wrong = $("[aria-invalid]");
  if (wrong) wrong.focus();
  else if (open && open.dataset.mode !== "read") turn(open, open.dataset.mode);
  else if (open) handle(open).focus({ preventScroll: true });
  else if (location.hash.startsWith("#a-")) handle($(location.hash) ?? document.createElement("i"))?.focus();
}));
const said = $("[data-said] p");
if (said) say(said.textContent);
