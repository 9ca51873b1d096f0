// The few words every other module speaks: finding elements, what is remembered in this browser, and saying what happened.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const root = document.documentElement;

export const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* closed */ } },
};

export async function copy(text, said) {
  try { await navigator.clipboard.writeText(text); say(said); } catch { say(text); }
}

export const seen = (element) => Boolean(element?.checkVisibility());

// One place says what happened, for those who do not see it.
let said = "", saidAt = 0;
export function say(words) {
  const status = $("#status");
  [said, saidAt] = [words, performance.now()];
  if (!status) return;
  status.textContent = "";
  setTimeout(() => { status.textContent = words; }, 50);
}

// What came of something else, or of somebody else's doing: it does not take the place of what was just said.
export const alsoSay = (words) => say(performance.now() - saidAt < 3000 ? `${said} ${words}` : words);

// An element with properties, attributes (in `attributes`) and children; text is never markup.
export function make(tag, { attributes = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// What the server made markup of, escaped and with odd characters marked, as nodes.
export const markup = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes];

// What was said of the time before, by the page or by its server, goes with the next that is said; what was lost stays.
export function forgetSaid() {
  for (const old of $$(".notice:is(.own, [data-said]):not([data-unsaved])")) old.remove();
}

// A word of the page's own about something that did not work and belongs to no row, and what can be done about it.
export function notice(words, ...more) {
  forgetSaid();
  const made = make("div", { className: "notice refused own", attributes: { role: "alert" } }, make("div", {}, make("p", {}, ...[words].flat())), ...more);
  const above = $$("#main > :is(header, .tabs)").at(-1);
  above ? above.after(made) : $("#main").prepend(made);
  return made;
}

// In a window of its own, so that nothing of this page is lost; coming back, it goes on where it was.
export const signIn = () => make("a", { className: "btn sm", href: "/sign-in", target: "_blank", textContent: "Sign in" });
export const askedToSignIn = () => $(".own a[href='/sign-in']");
export const signedOut = () => askedToSignIn() ?? notice("You are signed out. What you typed is still here.", signIn());
