// One of too many to list is typed: those of whom it is a part of the name are suggested, and leaving the field loses no place.
import { $, make } from "./dom.js";

addEventListener("input", async ({ target }) => {
  const { suggest } = target.dataset, word = target.value.trim();
  if (!suggest || !word) return;
  try {
    const { customers } = await (await fetch(suggest + encodeURIComponent(word))).json();
    if (target.value.trim() !== word) return;
    const names = customers.map(({ name }) => name), twin = (name) => names.indexOf(name) !== names.lastIndexOf(name);
    target.list.replaceChildren(...customers.map(({ id, name }) => make("option", { value: twin(name) ? `${name}, ${id}` : name })));
  } catch { /* what is typed is found all the same */ }
});

// Escape gives up what was typed, and the filter stays; browsers would empty the field, which is another filter.
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("[list][data-filter]")) { event.preventDefault(); event.target.value = event.target.defaultValue; }
}, true);

// A text that Tab leaves is a changed filter before the next filter has the focus, which is where it then stays.
addEventListener("change", ({ target }) => {
  if (target.list) setTimeout(() => { const next = $("[data-filter]:focus-visible"); if (next) sessionStorage.setItem("placet.filter", next.dataset.filter); });
});
