// The page asks for itself again and carries over what changed, so that nothing a person typed, opened or selected is lost.
/* global Idiomorph */
import { $, $$, askedToSignIn, signedOut } from "./dom.js";
import { bringBack, dirty, hold, unsent } from "./drafts.js";
import { byId, current, handle } from "./items.js";

let wanted = location.href, turn = 0, newest = null;
const path = (url) => { const { pathname, search } = new URL(url, location.href); return pathname + search; };

// A value that was revealed is in this page only: it stays until it changes, or the page is left.
const revealed = (old) => old.matches(".fl-v") && !$(".hidden-v", old);

const callbacks = {
  beforeNodeMorphed(old, fresh) {
    if (!(old instanceof Element)) return true;
    if ("sent" in (old.dataset ?? {}) && old.matches("[data-item]")) return false; // its decision is under way
    if (old.matches("input[type=checkbox]") && fresh.matches("input[type=checkbox]")) fresh.checked = old.checked;
    else if (old.matches("input:not([type=hidden]), textarea, select")) return !dirty(old);
    if (old.matches(".card") && fresh.matches(".card[data-status=pending]") && old.dataset.mode !== "read" && fresh.dataset.mode === "read") fresh.dataset.mode = old.dataset.mode;
    if (revealed(old) && $(".hidden-v", fresh) && old.dataset.version === fresh.dataset.version) return false;
    if (old.matches("details[open]") && fresh.matches("details")) fresh.open = true;
    return true;
  },
  // What is under way stands in the page as it was; the newer page does not bring it a second time in another form.
  beforeNodeAdded: (node) => !(node instanceof Element && node.id && document.getElementById(node.id)?.matches("[data-sent], [data-kept]")),
  beforeNodeRemoved: (node) => !(node instanceof Element && (node.matches("[data-kept], [data-sent], [data-said], .own") || $("[data-kept], [data-sent]", node))),
};

export const here = () => new URL(location.href);

// Another address of the same page, such as with another card open.
export function go(url, how = "push") {
  wanted = new URL(url, location.href).href;
  if (how !== "stay") history[how === "push" ? "pushState" : "replaceState"](null, "", wanted);
  return refresh();
}

// False where the page could not be had, null where nobody is signed in. Where somebody asks for a newer one meanwhile, it is that one that is waited for.
export function refresh() {
  return (newest = carry(++turn));
}

async function carry(mine) {
  let text, answer;
  try {
    answer = await fetch(path(wanted), { headers: { accept: "text/html" } });
    text = await answer.text();
  } catch { return mine === turn ? false : newest; }
  if (mine !== turn) return newest;
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
    unsent() || $("[data-sent]") || askedToSignIn() ? signedOut() : location.assign(answer.url); // what is typed, or can be sent again, is not thrown away
    return null;
  }
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (!$("#main", fresh)) return false;
  carryOver(fresh);
  return true;
}

export const stayAt = (url) => { wanted = new URL(url, location.href).href; history.replaceState(null, "", wanted); };

function carryOver(fresh) {
  const anchor = current() ?? $$("[data-item]").find((item) => item.getBoundingClientRect().bottom > 0);
  const id = anchor?.id, top = anchor?.getBoundingClientRect().top, focused = document.activeElement?.closest("[data-item]")?.dataset.item;
  document.title = fresh.title;
  hold();
  for (const part of [".side", "#main", ".tabbar"]) {
    const old = $(part), now = $(part, fresh);
    if (old && now) Idiomorph.morph(old, now, { callbacks });
  }
  bringBack();
  const item = id && document.getElementById(id);
  if (item && !item.closest(".props")) scrollBy(0, item.getBoundingClientRect().top - top);
  if (focused && document.activeElement === document.body && byId(focused)) handle(byId(focused)).focus({ preventScroll: true });
  document.dispatchEvent(new Event("placet:changed"));
}

addEventListener("popstate", () => go(location.href, "stay"));
