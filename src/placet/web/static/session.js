// The session: what a person says goes to the chat's endpoint, what comes back is shown as it comes. The conversation lives in
// this page and nowhere else; what was proposed is the server's, and the working folder is the page as the server has it.
import { $, $$, make, say, seen, signIn } from "./dom.js";
import { came, follow } from "./came.js";
import { icon } from "./draw.js";
import { go, here } from "./page.js";
import { Questions } from "./questions.js";
import { Failed, fold, output, said, turn } from "./turn.js";

const root = () => $("#session"), log = () => $("#log"), words = () => $("#words");
const known = JSON.parse(root().dataset.words), agent = root().dataset.agent;
const chatId = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36)).join("");
const messages = [];
let running = null, steps = {}, questions = null, left = null, noteTitle = "", tab = here().searchParams.has("open") ? "folder" : "chat", soon = 0, lost = false, stuck = null; // `stuck`: what a last turn that failed left

// -- saying something --

function send(parts, shown) {
  if (running) return;
  for (const button of stuck ? $$(".btn", stuck) : []) button.remove(); // they are about the last message, which it is no more
  stuck = null;
  messages.push({ id: `m${messages.length}`, role: "user", parts });
  if (shown) { noteTitle = titled(shown); log().append(mine(shown)); steps = {}; left = null; }
  return answer();
}

// A long text is a note and has a title, its first line if no other; the turns that follow name the same one.
const titled = (text) => $("#note-title").value.trim() || (isLong(text) ? text.split("\n")[0].slice(0, 80) : "");
const isLong = (text) => text.split(/\s+/).length >= 60;
const about = () => ({ ...(noteTitle && { title: noteTitle }), ...($("#note-day").value && { occurredAt: $("#note-day").value }) });

async function answer() {
  const mineNow = new AbortController(), message = { id: `m${messages.length}`, role: "assistant", parts: [] };
  const bubble = make("div", { className: "theirs own", attributes: { role: "group", "aria-label": agent } }, make("p", { className: "meta", textContent: agent })), text = make("p", { className: "typing" });
  let whole = false;
  bubble.append(text);
  log().append(bubble);
  running = mineNow;
  paint();
  down();
  try {
    for await (const part of turn(root().dataset.chat, { id: chatId, messages, ...about() }, $("input[name=csrf]").value, mineNow.signal)) {
      fold(message, part);
      if (part.type === "data-progress") { steps[part.data.step] = part.data; paint(); }
      else if (part.type === "data-nudge") ask(part.data, bubble);
      else if (part.type === "data-artifact") folder(part.data.batchId);
      else if (part.type === "tool-output-available") left = output(message, "extract_and_ask")?.notProposed ?? left;
      else if (part.type === "text-delta") { write(text, said(message)); down(); }
    }
    messages.push(message);
    clearTimeout(soon);
    await came(message, bubble, toFolder);
    down();
    whole = true;
  } catch (error) {
    if (error.name !== "AbortError" && !(error instanceof Failed)) throw error;
    if (!said(message)) text.remove();
    if (bubble.contains(questions?.element)) { questions.element.remove(); questions = null; } // the next try asks them again
    bubble.append(failed(error, bubble));
    for (const step of Object.values(steps)) if (step.state === "active") step.state = "stopped";
  } finally {
    running = null;
    text.classList.remove("typing");
    paint();
    down();
  }
  if (whole) sendAnswers();
  if (questions?.open.length) $("input", questions.element)?.focus();
  else words().focus({ preventScroll: true });
}

// What a failed or stopped turn leaves: the note stands where it was, and can be sent again or taken back.
function failed(error, bubble) {
  const stopped = error.name === "AbortError", last = messages.at(-1), note = said(last);
  say(stopped ? "Stopped." : error.message);
  const box = stuck = make("div", { className: stopped ? "notice plain own" : "refusal", attributes: stopped ? {} : { role: "alert" } }, icon(stopped ? "info" : "triangle-alert"),
    make("p", {}, make("b", { textContent: stopped ? "Stopped. " : "No answer. " }), stopped ? "What was proposed before that stays." : `${error.message} What you wrote is still here.`));
  if (error.signedOut) box.append(signIn());
  box.append(make("button", { type: "button", className: "btn sm", textContent: "Retry", onclick: () => { bubble.remove(); answer(); } }));
  if (note) box.append(make("button", { type: "button", className: "btn sm quiet", textContent: "Change it", onclick: () => {
    bubble.previousElementSibling?.remove();
    bubble.remove();
    messages.pop();
    paint();
    put(note);
  } }));
  return box;
}

// Below what was typed meanwhile, which is not lost.
function put(text) {
  const box = words(), typed = box.value.trimEnd();
  box.value = typed ? `${typed}\n\n${text}` : text;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

// -- showing it --

function mine(text) {
  const bubble = make("div", { className: "mine own", attributes: { role: "group", "aria-label": "You" } });
  if (!isLong(text)) { bubble.textContent = text; return bubble; }
  bubble.append(make("details", {}, make("summary", { className: "sheet-line" }, icon("file-text"), make("b", { textContent: noteTitle }), make("span", { className: "meta nw", textContent: `${text.split(/\s+/).length} words` })), make("p", { textContent: text })));
  return bubble;
}

// Addresses of ours become links; questions that stand in their own fields are not said twice.
function write(element, text) {
  const asked = new Set((questions?.open ?? []).map((each) => each.question));
  const lines = text.split("\n").filter((line) => !asked.has(line.replace(/^\d+\. /, ""))).join("\n").trimEnd();
  const pieces = lines.split(/(\/(?:batches|customers)\/[A-Za-z0-9_-]+)/);
  element.replaceChildren(...pieces.map((piece, n) => n % 2 ? make("a", { href: piece, textContent: piece.startsWith("/batches") ? "the batch" : "the overview" }) : piece));
}

function ask(question, bubble) {
  if (!questions?.knows(question.id)) {
    const stands = bubble.contains(questions?.element);
    if (!stands && !questions?.open.length) questions = new Questions(sendAnswers);
    if (!stands) bubble.append(questions.element);
  }
  questions.take(question);
}

// Questions can be settled while the turn that asks them goes on; then its end sends them.
function sendAnswers() {
  const parts = running ? [] : questions?.answers() ?? [];
  if (parts.length) send(parts);
}

// The folder is the server's: the address names the batch, and the page is asked for again.
function folder(batch) {
  const url = here(), ids = (url.searchParams.get("batch") ?? "").split(".").filter(Boolean);
  if (!ids.includes(batch)) { url.searchParams.set("batch", [...ids, batch].join(".")); history.replaceState(null, "", url); }
  clearTimeout(soon);
  soon = setTimeout(() => go(here(), "replace"), 120);
}

function toFolder() {
  tab = "folder";
  paint();
}

function paint() {
  const now = root();
  now.dataset.tab = tab;
  for (const each of $$("[role=tab]")) { each.setAttribute("aria-selected", String(each.dataset.tab === tab)); each.tabIndex = each.dataset.tab === tab ? 0 : -1; }
  $("#begin").hidden = log().children.length > 0;
  $("#lost").hidden = !lost;
  $("#stop").hidden = !running;
  $("#send").hidden = Boolean(running);
  log().setAttribute("aria-busy", String(Boolean(running)));
  const states = { active: ["pending", " is under way"], done: ["accepted", " is done"], skipped: ["withdrawn", " was not needed"], stopped: ["withdrawn", " stopped"] };
  for (const row of $$("[data-step]")) {
    const step = steps[row.dataset.step], [mark, sr] = states[step?.state] ?? ["pending", " has not begun"];
    const waits = step?.step === "ask" && step.state === "active";
    row.dataset.state = waits ? "asks" : step?.state ?? "waits";
    $("use", row).setAttribute("href", $("use", row).getAttribute("href").replace(/#.*/, `#${mark}`));
    $("[data-said-state]", row).textContent = waits ? " waits for you" : sr;
    $("[data-detail]", row).textContent = step?.detail ?? (step?.total ? `${step.done} of ${step.total}` : step?.state === "skipped" ? "nothing to ask" : "");
  }
  const done = Object.values(steps).filter((step) => ["done", "skipped"].includes(step.state)).length;
  $("[data-steps]").textContent = `${done} of 5`;
  $("#tab-progress").replaceChildren("Progress ", make("span", { className: "num", textContent: `${done}/5` }));
  if (left?.length && !$("#seen-here .seen:not(.own)")) {
    $("#seen-here .own")?.remove();
    $("#seen-here").append(make("section", { className: "seen own" }, make("h3", { textContent: "Seen, not proposed" }), make("ul", {}, ...left.map((each) =>
      make("li", {}, make("b", { textContent: known.fields[each.fieldKey] ?? "Something" }), make("span", {}, `${known.seen[each.reason] ?? each.reason} `, make("q", { textContent: each.sourceText })))))));
  } else if ($("#seen-here .seen:not(.own)") || !left) $("#seen-here .own")?.remove();
}

function down() {
  const box = $(".scroll");
  if (seen(box)) box.scrollTop = box.scrollHeight;
  if (matchMedia("(max-width: 900px)").matches && tab === "chat") scrollTo(0, document.documentElement.scrollHeight);
}

// -- hands --

function submit() {
  const text = words().value.trim();
  if (!text || running) return words().focus();
  words().value = "";
  send([{ type: "text", text }], text);
}

addEventListener("submit", (event) => { if (event.target.id === "say") { event.preventDefault(); submit(); } });
addEventListener("click", (event) => {
  const on = (selector) => event.target.closest?.(selector);
  if (on("#stop")) running?.abort();
  if (on("[data-say]")) send([{ type: "text", text: on("[data-say]").dataset.say }], on("[data-say]").dataset.say);
  if (on("[data-fill]")) put(on("[data-fill]").dataset.fill);
  if (on("[role=tab]")) { tab = on("[role=tab]").dataset.tab; paint(); }
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && running && !$("dialog[open]")) running.abort();
  const at = ["ArrowLeft", "ArrowRight"].indexOf(event.key), tabs = $$("[role=tab]");
  if (at >= 0 && event.target.matches("[role=tab]")) { const next = tabs.at((tabs.indexOf(event.target) + (at ? 1 : -1) + tabs.length) % tabs.length); next.click(); next.focus(); }
});
document.addEventListener("placet:changed", () => { paint(); follow(); });

// Leaving: what is typed is asked about, and the page that comes after a reload says where the chat went. Only that it was.
addEventListener("beforeunload", (event) => { if (running || words().value.trim()) event.preventDefault(); });
addEventListener("pagehide", () => { try { if (messages.length) sessionStorage.setItem("placet.chat", location.pathname); } catch { /* closed */ } });
addEventListener("pageshow", (event) => {
  try {
    lost = !event.persisted && sessionStorage.getItem("placet.chat") === location.pathname;
    sessionStorage.removeItem("placet.chat");
  } catch { /* closed */ }
  paint();
});
paint();
if (tab === "chat" && matchMedia("(pointer: fine)").matches) words().focus({ preventScroll: true });
