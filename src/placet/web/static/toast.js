// What was just done, for ten seconds, with the way back. Never for errors.
import { $, make, markup, seen } from "./dom.js";

const FOR_MS = 10_000;
let timer = 0, over = () => {};

export function toast(said, undo = null, after = () => {}) {
  drop();
  $("[data-said]")?.remove(); // what the server said of the time before
  over = after;
  const words = make("p", {}, ...(said.shown ? markup(said.shown) : [said.sentence]));
  const made = make("div", { id: "toast", className: "toast", attributes: { role: "region", "aria-label": "Just done" } }, words);
  if (undo) {
    const button = make("button", { type: "button", className: "btn sm", onclick: undo }, "Undo", make("kbd", { textContent: "z", attributes: { "aria-hidden": "true" } }));
    button.dataset.key = "z";
    made.append(button);
  }
  made.onmouseenter = made.onfocus = () => clearTimeout(timer);
  made.addEventListener("focusin", () => clearTimeout(timer));
  made.onmouseleave = wait;
  made.addEventListener("focusout", wait);
  $(".app").append(made);
  wait();
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(drop, FOR_MS);
}

export function drop() {
  clearTimeout(timer);
  const shown = $("#toast");
  if (!shown) return;
  if (shown.contains(document.activeElement)) $("#main").focus();
  shown.remove();
  over();
  over = () => {};
}

export const undoable = () => seen($("#toast [data-key=z]"));
