// The note beside its proposals: whichever is looked at has its words marked; words the agent missed can be marked by hand.
import { $, $$, make } from "./dom.js";
import { byId, current } from "./items.js";

const paper = () => $(".doc");

function light(item, scroll) {
  if (!paper()) return;
  const number = item?.dataset.n;
  for (const mark of $$("mark", paper())) mark.classList.toggle("open", Boolean(number) && mark.dataset.n.split(" ").includes(number));
  for (const each of $$("[data-item].lit")) if (each !== item) each.classList.remove("lit");
  item?.classList.add("lit");
  if (scroll && item) $("mark.open", paper())?.scrollIntoView({ block: "nearest" });
}

const marked = (target) => {
  const mark = target.closest?.(".doc mark");
  return mark && $$(`[data-item][data-n="${mark.dataset.n.split(" ")[0]}"]`)[0];
};

addEventListener("mouseover", (event) => {
  const item = event.target.closest?.("[data-item]") ?? marked(event.target);
  if (item) light(item, false);
});
addEventListener("mouseout", (event) => {
  if (event.target.closest?.("[data-item], .doc mark") && !event.relatedTarget?.closest?.("[data-item], .doc mark")) light(current(), false);
});
addEventListener("focusin", (event) => { const item = event.target.closest?.("[data-item]"); if (item) light(item, true); });
addEventListener("click", (event) => {
  const item = marked(event.target);
  if (item && !event.target.closest("a") && getSelection().isCollapsed) { event.preventDefault(); $(".fld", byId(item.dataset.item)).click(); }
});
document.addEventListener("placet:changed", () => light(current(), true));

// As the note has them: without the numbers of quotes and lines.
function wordsOf(range) {
  const part = range.cloneContents();
  for (const ours of $$("sup, .sr, .no", part)) ours.remove();
  const lines = $$(".ln", part);
  return (lines.length ? lines.map((line) => line.textContent.trim()).join("\n") : part.textContent).trim();
}

// Words a person marks lead to the form that proposes from them.
document.addEventListener("selectionchange", () => {
  const link = $("[data-mark-words]"), chosen = getSelection(), words = link && chosen.rangeCount ? wordsOf(chosen.getRangeAt(0)) : "";
  if (!link) return;
  $("#mark-these")?.remove();
  if (!words || words.length > 1000 || !paper()?.contains(chosen.anchorNode) || !paper().contains(chosen.focusNode)) return;
  const box = chosen.getRangeAt(0).getBoundingClientRect(), frame = $(".paper").getBoundingClientRect();
  const made = make("a", { id: "mark-these", className: "btn sm", href: `${link.getAttribute("href")}?quote=${encodeURIComponent(words)}`, textContent: "Propose from these words" });
  made.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
  $(".paper").append(made);
  made.style.top = `${box.bottom - frame.top + $(".paper").scrollTop + 6}px`;
  made.style.left = `${Math.max(8, Math.min(box.left - frame.left, frame.width - 190))}px`;
});
light(current(), true);
