// Decisions: shown at once, sent once, saved or taken back with the reason. The forms are the pages' own; without this
// module they are sent by the browser.
import { $, $$, alsoSay, forgetSaid, make, notice, say, signIn } from "./dom.js";
import { draftIn, typedIn } from "./drafts.js";
import { byId, current, handle, ink, items, keep, look, nextWaiting, restore, waits } from "./items.js";
import { lookedAt, lookedAtEach } from "./looked.js";
import { go, here, refresh } from "./page.js";
import { clashes, heldBy, ticked } from "./select.js";
import { drop, toast, undoable } from "./toast.js";
import { answered, sent, toUndo } from "./unsaved.js";

const DEAF_MS = 500; // after the focus went on, so that a second press of the same key decides nothing unseen
let deafUntil = 0, newest = { over: true }; // the last decision: whether it is answered for, and to be taken back
export const deaf = () => performance.now() < deafUntil;
export const goDeaf = () => { deafUntil = performance.now() + DEAF_MS; };
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const csrf = () => $("input[name=csrf]").value;

// What the server answers, or what it could not: `lost` means that nobody knows, and that the same key finds out. Until there is
// an answer, to whoever may decide, the ids are remembered.
async function send(action, body, key, ids = []) {
  sent(ids);
  const said = await ask(action, body, key);
  if (!said.lost && ![401, 403].includes(said.status)) answered(said.error ? [...ids, ...toUndo(ids)] : ids);
  return said;
}

async function ask(action, body, key) {
  try {
    const keepalive = String(body).length < 50_000; // it is sent though the person leaves the page at once
    const answer = await fetch(action, { method: "POST", body, keepalive, headers: { accept: "application/json", "idempotency-key": key } });
    const said = await answer.json();
    if (answer.ok) return said;
    const error = answer.status === 401 ? "You are signed out." : said.error;
    return { code: said.code, error, lost: answer.status >= 500, status: answer.status };
  } catch {
    return { error: "The server did not answer.", lost: true };
  }
}

// -- one --

export function accept(item) {
  if (waits(item)) return plainly(item, { status: "accepted" });
}

// Without the card's form.
const plainly = (item, said) => decide(item, `/artifacts/${encodeURIComponent(item.dataset.item)}/decide`, new URLSearchParams({ csrf: csrf(), looked: lookedAt(item), ...said }));

export function sendCard(form, submitter) {
  const item = form.closest("[data-item]");
  if (!waits(item)) return;
  const body = new URLSearchParams(new FormData(form, submitter));
  body.set("looked", lookedAt(item));
  decide(item, form.getAttribute("action"), body);
}

async function decide(item, action, body, again) { // `again` is the key of what was lost; it says the same, to the letter
  const status = body.get("status"), card = item.matches(".card"), mine = (newest = { ids: [item.dataset.item] });
  if (!again) body.set("csrf", csrf()); // the one of now, where somebody signed in again
  const key = again ?? newKey();
  ink(item, status);
  onward(item);
  const said = await send(action, body, key, [item.dataset.item]);
  if (!said.error) return saved([item], said, mine);
  mine.over = true;
  restore(item);
  const busy = document.activeElement?.matches("input:not([type=checkbox]), textarea, select"); // with something else by now
  if (card && !busy && said.code !== "already_decided") await returnTo(item);
  if (said.status === 422 && !busy && wrong(item, said, status)) return;
  refuse(item, status, said, () => decide(item, action, body, said.lost ? key : null));
}

// On to the next that waits; where a card was open the next one opens.
function onward(item) {
  const next = nextWaiting(item), card = item.matches(".card");
  goDeaf();
  next ? look(next) : $("#main").focus();
  if (!card) return;
  const url = here();
  url.searchParams.delete("do");
  next ? url.searchParams.set("open", next.dataset.item) : url.searchParams.delete("open");
  url.hash = "";
  go(url, "replace");
}

async function returnTo(item) {
  const url = here();
  url.searchParams.set("open", item.dataset.item);
  await go(url, "replace");
  handle(item)?.focus({ preventScroll: true });
}

// In a list a row stays for a moment; alone on its page it becomes what it is now.
const listed = () => !$("#main").matches("[data-alone]");

async function saved(done, said, mine) {
  const ids = done.map((item) => item.dataset.item), made = ids.filter((id, at) => said.results[at]?.revertible);
  mine.over = true;
  for (const [at, item] of done.entries()) said.results[at]?.outcome !== "signed" && listed() ? keep(item) : restore(item);
  if (mine.back) {
    answered(toUndo(mine.ids));
    if (ids.length) { fold(done); return undo(ids); } // of what cannot be it says so
  }
  say(said.sentence);
  toast(said, made.length ? () => undo(made) : null, () => fold(done));
  await refresh();
}

// Rows that were kept go with the next page, once nobody looks back at them; not for a moment do they look as if they waited.
function fold(rows) {
  const kept = rows.filter(({ dataset }) => "kept" in dataset && !("lost" in dataset));
  for (const { dataset } of kept) { dataset.status = dataset.shown; delete dataset.kept; }
  if (kept.length) refresh();
}

// -- refused --

// A value or a reason that is missing or wrong: the focus goes where it is to be mended.
function wrong(item, said, status) {
  const missing = ["reason_required", "reason_too_long"].includes(said.code);
  const field = missing ? $(`textarea[name=reason][form^="${status === "edited" ? "edit" : "accept"}"], form.edit textarea[name=reason]`, item)
    : status === "edited" ? $(`form.edit :is(input:not([type=hidden]), select, textarea)`, item) : null;
  if (!field) return false;
  const id = `${field.id || field.name}-err`;
  $(`[id="${id}"]`, item)?.remove();
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
  field.closest(".field").classList.add("bad");
  field.closest(".field").append(make("p", { className: "err own", id, textContent: said.error }));
  if (status === "edited") item.dataset.mode = "edit";
  say(said.error);
  field.focus();
  return true;
}

function refuse(item, status, said, again) {
  const taken = said.code === "already_decided";
  const head = said.lost ? "Not saved." : status === "rejected" ? "Not rejected." : "Not accepted.";
  const block = make("div", { className: "refusal own", attributes: { role: "alert" } }, make("p", {}, make("b", { textContent: head }), ` ${said.error}`));
  if (taken && !listed()) {
    notice(`${head} ${said.error}`);
    return refresh();
  }
  if (taken) {
    block.append(make("a", { className: "btn sm", href: `/artifacts/${encodeURIComponent(item.dataset.item)}`, textContent: "Show the decision" }));
    item.dataset.kept = item.dataset.lost = "";
    for (const box of $$(".tick input", item)) box.checked = false;
  } else if (said.code === "stale") {
    block.append(make("a", { className: "btn sm", href: handle(item).href, textContent: "See all three values" }));
  } else if (said.code === "reason_required") {
    block.append(make("a", { className: "btn sm", href: handle(item).href, attributes: { "data-opens": "read" }, textContent: "Give a reason" }));
  } else {
    block.append(...ways(said, again));
  }
  ($(".row", item) ?? item.lastElementChild).after(block);
  item.scrollIntoView({ block: "nearest" });
  if (said.lost) untilKnown([item], block);
  if (said.lost || taken || said.code === "stale" || said.status === 404) refresh();
}

// Without an answer it may have been saved all the same. The page as it is by now knows.
function untilKnown(rows, block) {
  const title = rows.length > 1 ? `${rows.length} proposals are` : `${(handle(rows[0]) ?? $("h1")).textContent} is`;
  document.addEventListener("placet:changed", function known() {
    const newer = !block.parentNode || rows.some(({ dataset }) => "sent" in dataset || "kept" in dataset); // was decided since
    if (!newer && rows.some((item) => item.isConnected && waits(item))) return;
    document.removeEventListener("placet:changed", known);
    block.remove();
    if (newer) return;
    answered(rows.map((item) => item.dataset.item));
    const sentence = `${title} decided after all.`;
    if (!undoable()) toast({ sentence }); // a way back that is offered is not taken away
    alsoSay(sentence);
  });
}

// What became of what the reader did, above the list and in sight, however far down they are; with the way on, where `again` may help.
function tell(words, { lost, status } = {}, again) {
  const block = notice(words, ...(lost || status === 401 ? ways({ status }, again) : []));
  block.scrollIntoView({ block: "nearest" });
  return block;
}

// To sign in, and to try again; signed in again, the page has to learn its new token first.
function ways({ status }, again) {
  const out = status === 401, onclick = out ? async () => await refresh() && again() : again;
  return [...(out ? [signIn()] : []), make("button", { type: "button", className: "btn sm", onclick }, "Retry")];
}

// -- many --

// The selected rows, or a whole batch. What was not taken says why; of the selected it stays selected.
export async function sendMany(form, submitter) {
  if ("sent" in form.dataset) return;
  forgetSaid();
  forgetTry();
  if (submitter?.matches("[data-dry]")) return tryOut(form, submitter);
  const whole = !form.matches("#many"), action = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  let body = chosen(form, submitter), key = newKey();
  for (const its of ["csrf", "next"]) body.delete(its); // the page's own, which may be another by now
  const asked = `${action} ${body}`;
  body.set("csrf", csrf());
  const status = action.includes("/accept") ? "accepted" : "rejected";
  const among = whole ? $$("[data-item]", form.closest("[data-batch]") ?? document).filter(waits) : ticked().map((box) => box.closest("[data-item]"));
  const taken = status === "rejected" ? among : among.filter((item) => (whole ? "quick" in item.dataset : !heldBy($(".tick input", item))));
  const changed = taken.map(draftIn).find(Boolean);
  if (changed) { // what is typed is neither thrown away nor passed over
    notice(`Nothing was ${status}. Save your change to ${handle(changed.closest("[data-item]")).textContent} first, or leave it.`);
    return changed.focus();
  }
  const last = taken.at(-1) ?? among.at(-1);
  for (const each of lookedAtEach(among)) body.append("looked", each);
  form.dataset.sent = "";
  submitter?.setAttribute("aria-busy", "true");
  submitter?.closest("details")?.removeAttribute("open");
  for (const item of taken) ink(item, status);
  const mine = (newest = { ids: taken.map((item) => item.dataset.item) }), rest = items().filter(waits), next = rest.find((item) => last?.compareDocumentPosition(item) & 4) ?? rest.at(-1);
  goDeaf();
  next ? look(next) : $("#main").focus();
  if (form.lost?.asked === asked) ({ body, key } = form.lost); // the same again, to the letter: it is done once
  const said = await send(action, body, key, mine.ids);
  form.lost = said.lost ? { asked, body, key } : undefined;
  delete form.dataset.sent;
  submitter?.removeAttribute("aria-busy");
  if (said.error) {
    mine.over = true;
    taken.forEach(restore);
    const block = tell(`Nothing was ${status}. ${said.error}`, said, () => sendMany(form, submitter));
    if (!said.lost) return;
    if (taken.length) untilKnown(taken, block);
    return refresh();
  }
  const done = [], results = [];
  for (const result of said.results) {
    const item = byId(result.artifactId);
    if (!item) continue;
    if (["applied", "unchanged", "signed"].includes(result.outcome)) { done.push(item); results.push(result); continue; }
    restore(item);
    if (!whole || result.outcome !== "left_out") refuse(item, status, { code: result.code, error: result.error }, () => plainly(item, { status, reason: body.get("reason") ?? "" }));
  }
  await saved(done, { ...said, results }, mine);
  document.dispatchEvent(new Event("placet:changed"));
}

// What the form says; rivals that were selected together are not among what is to be accepted.
function chosen(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter)), rejects = submitter?.formAction.includes("/reject");
  for (const box of rejects ? [] : ticked().filter(clashes)) body.delete("artifact", box.value);
  return body;
}

// What Accept would do, row by row. Nothing is decided, and it stands until anything changes.
function forgetTry() { for (const old of $$(".would")) old.remove(); }
async function tryOut(form, submitter) {
  const said = await send(submitter.formAction, chosen(form, submitter), newKey());
  if (said.error) return tell(`Not tried. ${said.error}`);
  for (const result of said.results) {
    const item = byId(result.artifactId), taken = !result.error;
    const words = taken ? { signed: "Would be signed; a second signature decides." }[result.outcome] ?? "Would be accepted." : `Would stay. ${result.error}`;
    if (item) ($(".row", item) ?? item.lastElementChild).after(make("p", { className: `would meta${taken ? " taken" : ""}`, textContent: words }));
  }
  say(said.sentence);
  addEventListener("change", forgetTry, { once: true });
}

// -- undone --

// What was decided last, though the server has not answered yet: it is undone once it is saved. False where all is answered.
export function takeBack() {
  if (newest.over) return false;
  newest.back = true;
  sent(toUndo(newest.ids));
  say("It will be undone once it is saved.");
  return true;
}

// All that can be, whatever becomes of the others; what was lost is sent again to the letter, so that it is done once.
async function undo(ids, body = new URLSearchParams([["csrf", csrf()], ...ids.map((id) => ["artifact", id])]), key = newKey()) {
  drop();
  forgetSaid();
  const said = await send("/decisions/revert", body, key, toUndo(ids));
  if (said.error) {
    tell(`Not undone. ${said.error}`, said, () => (said.lost ? undo(ids, body, key) : undo(ids)));
    if (said.status === 401) return; // nothing of this page is lost
  } else if (said.details.length) tell([said.sentence, ...said.details].join(" "));
  else { say(said.sentence); toast(said); }
  await refresh();
  if (document.activeElement === document.body) (current() ?? items()[0])?.querySelector(".fld").focus();
}

// What somebody else decided on a row that is on the page: it says so before it goes.
export function decidedElsewhere(event) {
  const item = byId(event.artifactId), status = event.kind.split(".").at(-1);
  if (!item || !waits(item) || !["accepted", "edited", "rejected", "superseded", "withdrawn", "expired"].includes(status)) return;
  const word = { edited: "Accepted with a change" }[status] ?? status[0].toUpperCase() + status.slice(1);
  const said = event.actor.type === "system" ? word : `${word} by ${event.actor.name}`;
  const typed = typedIn(item), told = `${handle(item).textContent}: ${said}.`;
  typed ? notice(`${told} You had typed, and not sent: ${typed}`) : alsoSay(told);
  if (item.matches(".card")) return; // the server shows an open one as it is now
  ink(item, status);
  keep(item);
  $(".age, .by", item)?.replaceWith(make("span", { className: "by meta", textContent: said }));
  setTimeout(() => fold([item]), 10_000);
}
