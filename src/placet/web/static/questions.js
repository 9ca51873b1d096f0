// The questions of a turn: answered or skipped one by one, then sent together, once the turn that asks them is over: it may ask
// one more. None of them is kept anywhere.
import { $, make } from "./dom.js";
import { icon } from "./draw.js";

const NUMBER = ["No", "One", "Two", "Three"];

export class Questions {
  constructor(settled) {
    this.settled = settled;
    this.all = new Map();
    this.sent = false;
    this.title = make("h2");
    this.skip = make("button", { type: "button", className: "btn quiet sm", textContent: "Skip the rest", onclick: () => this.skipRest() });
    this.list = make("ol");
    this.element = make("section", { className: "asked", attributes: { "aria-label": "Questions" } },
      make("header", {}, this.title, make("span", { className: "meta", textContent: "Answer or skip. Skipping all is fine." }), this.skip), this.list);
  }

  knows(id) { return this.all.has(id); }

  // As the server sees it now. One that is open again says why the answer was not taken.
  take(question) {
    const known = this.all.get(question.id) ?? {};
    this.all.set(question.id, { ...known, ...question, answer: question.status === "active" ? undefined : known.answer });
    if (question.status === "active") this.sent = false;
    this.draw();
  }

  get open() { return [...this.all.values()].filter((each) => each.status === "active"); }

  settle(question, status, answer) {
    Object.assign(question, { status, answer });
    this.draw();
    this.open.length ? $("input", this.element)?.focus() : this.settled();
  }

  // The answers as the parts of a message; none while one is open, and none a second time.
  answers() {
    if (this.sent || this.open.length) return [];
    this.sent = true;
    return [...this.all.values()].map((each) => ({ type: "data-nudge", data: { id: each.id, status: each.status, ...(each.answer ? { answer: each.answer } : {}) } }));
  }

  skipRest() {
    const rest = this.open;
    rest.slice(0, -1).forEach((each) => Object.assign(each, { status: "skipped" }));
    if (rest.length) this.settle(rest.at(-1), "skipped");
  }

  // A row that says what it said stays as it is: with the words typed into it so far, and the focus.
  draw() {
    const now = this.open[0], many = this.all.size;
    this.title.textContent = `${NUMBER[many] ?? many} question${many === 1 ? "" : "s"}`;
    this.skip.hidden = this.open.length < 2;
    for (const each of this.all.values()) {
      const look = JSON.stringify([each === now, each.status, each.question, each.hint, each.why, each.answer]);
      if (look === each.look) continue;
      const row = this.row(each, each === now);
      each.row ? each.row.replaceWith(row) : this.list.append(row);
      Object.assign(each, { look, row });
    }
  }

  row(each, now) {
    const look = { active: "pending", answered: "accepted", skipped: "withdrawn" }[each.status];
    const row = make("li", { className: now ? "now" : "" }, make("span", { className: `mark ${each.status}` }, icon(look)), make("span", { className: "q", textContent: each.question }),
      make("span", { className: "a", textContent: each.status === "skipped" ? "Skipped" : each.status === "answered" ? each.answer ?? "Answered" : "" }));
    if (!now) return row;
    const input = make("input", { autocomplete: "off", maxLength: 4000, attributes: { "aria-label": each.question } });
    const form = make("form", {}, input, make("button", { className: "btn yes solid-here", textContent: "Answer" }), make("button", { type: "button", className: "btn", textContent: "Skip", onclick: () => this.settle(each, "skipped") }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      input.value.trim() ? this.settle(each, "answered", input.value.trim()) : input.focus();
    });
    row.append(form);
    if (each.hint || each.why) row.append(make("p", { className: "meta why-asked", textContent: each.hint || each.why }));
    return row;
  }
}
