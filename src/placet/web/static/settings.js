// What is chosen for this browser: the theme, and whether single keys work.
import { $, $$, root, say, store } from "./dom.js";

const theme = store.get("placet.theme") ?? "", keys = $("#keys-here");
for (const choice of $$("input[name=theme]")) {
  choice.checked = choice.value === theme;
  choice.addEventListener("change", () => {
    choice.value ? (root.dataset.theme = choice.value) : delete root.dataset.theme;
    store.set("placet.theme", choice.value || null);
    say("Saved in this browser");
  });
}
keys.checked = store.get("placet.keys") !== "off";
keys.addEventListener("change", () => {
  root.classList.toggle("no-keys", !keys.checked);
  store.set("placet.keys", keys.checked ? null : "off");
  say("Saved in this browser");
});
