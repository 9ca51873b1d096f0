// Symbols of the sprite, for what scripts draw: one that is on the page already, with another name.
import { $ } from "./dom.js";

export function icon(name) {
  const made = $("svg.ic").cloneNode(true), use = $("use", made);
  made.setAttribute("class", "ic");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  return made;
}
