// Everything by name: what keys do here, where one can go, whose page to open.
import { $, $$, make, say } from "./dom.js";

const MOST = 12, NOTHING = "Nothing of that name.";
const leads = (href) => () => location.assign(href);

// Fill the box that `keys.js` has opened, with what works here among the keys; `back` is where the focus was.
export function palette(dialog, input, list, keys, back) {
  const actions = keys.filter((entry) => entry.run && entry.key !== "Ctrl+K").map((entry) => ({ words: entry.words[0].toUpperCase() + entry.words.slice(1), key: entry.key, run: entry.run }));
  const places = [...new Map($$(".side a[href], .tabs nav a[href]").map((link) => [link.href, { words: link.querySelector("span")?.textContent.trim() || link.firstChild.textContent.trim() || link.textContent.trim(), run: leads(link.href) }])).values()];
  for (const button of $$(".side .me-acts button")) places.push({ words: button.textContent.trim(), run: () => button.click() });
  let found = [], at = 0, customers = [], fields = [], asked = 0, none = "", enter = false; // `enter`: it was pressed while looking
  // A field is a place of the customer one is at, else what the inbox is narrowed to.
  const [, whose] = location.pathname.match(/^(\/customers\/[^/]+)/) ?? [];
  const place = ({ key, label }) => ({ words: label, run: leads(whose && whose !== "/customers/new" ? `${whose}/profile#f-${key}` : `/inbox?field=${key}`) });

  function draw() {
    const word = input.value.trim().toLowerCase();
    const fits = (entry) => entry.words.toLowerCase().includes(word);
    found = [...actions.filter(fits), ...places.filter(fits), ...fields.filter(fits), ...customers.filter((each) => !places.some((place) => place.words === each.words))].slice(0, MOST);
    at = Math.min(at, Math.max(found.length - 1, 0));
    list.replaceChildren(...found.map((entry, n) => make("li", { id: `palette-${n}`, attributes: { role: "option", "aria-selected": String(n === at) }, onclick: () => choose(n) },
      make("span", { textContent: entry.words }), ...(entry.key ? entry.key.split(" ").map((part) => make("kbd", { textContent: part, attributes: { "aria-hidden": "true" } })) : []))));
    found.length ? input.setAttribute("aria-activedescendant", `palette-${at}`) : input.removeAttribute("aria-activedescendant");
    if (!found.length) { list.append(make("li", { className: "meta", attributes: { role: "option", "aria-disabled": "true", "aria-selected": "false" }, textContent: none })); say(none); }
    $("[aria-selected=true]", list)?.scrollIntoView({ block: "nearest" });
  }

  function choose(n) {
    const entry = found[n];
    enter = !entry;
    if (entry) { dialog.close(); back?.focus?.(); entry.run(); }
  }

  input.addEventListener("input", async () => {
    const mine = ++asked, word = input.value.trim();
    let names = [], words = NOTHING;
    [at, customers, enter, none] = [0, [], false, word[1] ? "Looking…" : NOTHING];
    draw();
    if (!word[1]) return;
    try {
      if (!fields.length) fields = (await (await fetch("/api/fields")).json()).fields.map(place);
      const answer = await (await fetch(`/api/customers?limit=6&q=${encodeURIComponent(word)}`)).json();
      names = answer.customers.map((each) => ({ words: each.name, run: leads(`/customers/${encodeURIComponent(each.id)}`) }));
    } catch { words = "The server did not answer."; } // the actions and pages are there all the same
    if (mine !== asked || !dialog.open) return;
    [customers, none] = [names, words];
    draw();
    if (enter) choose(at);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) { event.preventDefault(); at = (at + step + found.length) % found.length; draw(); }
    else if (event.key === "Enter") { event.preventDefault(); choose(at); }
  });
  draw();
  input.onkeydown = null;
  if (input.value) input.dispatchEvent(new Event("input")); // typed before this was there, and entered
  if (input.value && dialog.dataset.entered === input.value) choose(at);
}
