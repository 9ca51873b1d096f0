// An edit that leaves nothing clears the value: the form says so, and so does its button, wherever that stands. `say`: aloud too.
export function clears(form, say) {
  const told = form.querySelector("[data-clears]"), parts = [...form.elements];
  const empty = !parts.some((part) => part.name.startsWith("value.") && (part.type === "checkbox" ? part.checked : part.value.trim()));
  if (empty && told.hidden) say?.(told.textContent);
  told.hidden = !empty;
  for (const part of parts) for (const words of part.querySelectorAll("[data-if-clear]")) { words.hidden = !empty; words.previousSibling.hidden = empty; }
}
