// What is chosen for this browser: the theme, and whether single keys work; and what they do, from the table that does it.
import { $, make, root, say, store } from "./dom.js";
import { KEYS, caps } from "./keys.js";

const theme = $("#theme-here"), keys = $("#keys-here");
theme.value = store.get("placet.theme") ?? "";
theme.addEventListener("change", () => {
  theme.value ? (root.dataset.theme = theme.value) : delete root.dataset.theme;
  store.set("placet.theme", theme.value || null);
  say("Saved in this browser");
});
keys.checked = store.get("placet.keys") !== "off";
keys.addEventListener("change", () => {
  root.classList.toggle("no-keys", !keys.checked);
  store.set("placet.keys", keys.checked ? null : "off");
  say("Saved in this browser");
});
$("#keys-list").replaceChildren(...KEYS.map((entry) => make("div", {}, make("dt", {}, ...caps(entry.key)), make("dd", { textContent: entry.words }))));
