// What is chosen for this browser: the theme, and whether single keys work.
import { $, root, say, store } from "./dom.js";

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
