// What others do arrives by itself. Each message only says that something happened; what it looks like the page asks for.
import { $, notice, say, signedOut } from "./dom.js";
import { decidedElsewhere } from "./decide.js";
import { byId } from "./items.js";
import { refresh } from "./page.js";

const heard = new Set();
let proposed = []; // what the page does not show yet
let stream = null, place = document.body.dataset.place, soon = 0;

function concerns(event) {
  const only = $("#main").dataset.live;
  return only === "*" || only === event.customerId;
}

function hear(message) {
  place = message.lastEventId || place;
  const event = JSON.parse(message.data);
  if (heard.has(event.id)) return;
  heard.add(event.id);
  if (heard.size > 500) heard.delete(heard.values().next().value);
  if (!concerns(event)) return;
  if (event.actor.id !== document.body.dataset.me) {
    if (event.kind.endsWith(".proposed")) proposed.push(event.artifactId);
    else decidedElsewhere(event);
  }
  again();
}

// What one may see changed: the page says so, its rows turn grey, and those that are not one's own any more go.
function lose(customer) {
  const only = $("#main").dataset.live;
  if (customer && only !== "*" && only !== customer) return again();
  const name = customer && ($(`[id="c-${CSS.escape(customer)}"]`) ?? $("h1")).textContent.trim();
  notice(customer ? `${only === "*" && name === "Inbox" ? "A customer" : name} was attached to somebody else. What waited there is no longer yours to decide.`
    : "What you stand in for changed. This list shows what is yours to decide now.");
  again();
}

function again(after = 150) {
  clearTimeout(soon);
  soon = setTimeout(catchUp, after);
}

// Of what was proposed only what the page shows, or the inbox counts, is said: the rest is to be seen, and another's to decide.
async function catchUp() {
  const waiting = () => parseInt($("a[href='/inbox'] .num")?.textContent ?? 0), before = waiting(), arrived = proposed;
  proposed = [];
  await refresh();
  if (arrived.some(byId) || (arrived.length && waiting() > before)) say("A new proposal arrived.");
}

// Something on the page will be true in a moment, and nobody will say so.
function lookSoon() { if ($("[data-soon]")) again(1500); }
document.addEventListener("placet:changed", lookSoon);
lookSoon();

function open() {
  if (stream || document.hidden || !place) return;
  stream = new EventSource(`/api/stream?lastEventId=${encodeURIComponent(place)}`);
  stream.onmessage = hear;
  stream.addEventListener("access", (message) => { place = message.lastEventId || place; lose(JSON.parse(message.data).customerId); });
  stream.addEventListener("reset", (message) => { place = message.lastEventId || place; again(); });
  stream.onopen = () => {
    if (document.documentElement.dataset.live === "off") again(); // what was taken away meanwhile nobody tells
    document.documentElement.dataset.live = "on";
  };
  stream.onerror = () => {
    document.documentElement.dataset.live = "off";
    if (stream.readyState !== EventSource.CLOSED) return; // it tries again by itself
    close();
    setTimeout(ask, 3000);
  };
}

// The server said no, or a proxy did: find out whether we are still signed in before trying again.
async function ask() {
  try {
    const answer = await fetch("/api/me");
    if (answer.status !== 401) return open();
    signedOut();
  } catch { setTimeout(ask, 3000); }
}

function close() {
  stream?.close();
  stream = null;
}

// A page nobody looks at holds no connection: browsers allow few. Coming back it goes on where it was.
if (place && $("#main")?.dataset.live) {
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}
