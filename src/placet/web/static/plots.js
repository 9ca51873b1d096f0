// The plot of the insights, drawn from the table that stands below it. `t` leaves the table alone.
/* global uPlot */
import { $, $$, root, store } from "./dom.js";

let plot = null;
const colour = (name) => getComputedStyle(root).getPropertyValue(name);
// A custom property with light-dark() is read as it is written; an element says what it comes to.
function ink(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function draw() {
  const box = $("#calibration"), rows = $$(".tab tr[data-point]", box.closest("section")).reverse();
  box.replaceChildren();
  plot?.destroy();
  plot = null;
  if (!rows.length) { box.hidden = true; return; }
  const labels = rows.map((row) => $("th", row).textContent), number = (name) => rows.map((row) => Number(row.dataset[name] ?? 0));
  const points = number("point"), low = number("low"), high = number("high"), from = number("from"), to = number("to"), floor = Math.min(20, ...low) < 20 ? 0 : 20, text = ink("--text-3"), line = ink("--ink"), grid = ink("--line"), soft = ink("--ink-soft"), edge = ink("--ink-line"), font = `12px ${colour("--sans")}`;
  // What each word promises, under the points.
  const boxes = (u) => {
    const { ctx } = u, scale = devicePixelRatio, wide = Math.abs(u.valToPos(0.3, "x", true) - u.valToPos(-0.3, "x", true));
    ctx.save();
    [ctx.fillStyle, ctx.strokeStyle, ctx.lineWidth] = [soft, edge, scale];
    ctx.setLineDash([3 * scale, 3 * scale]);
    points.forEach((_, n) => {
      if (!to[n]) return;
      const top = u.valToPos(to[n], "y", true), box = [u.valToPos(n, "x", true) - wide / 2, top, wide, u.valToPos(from[n], "y", true) - top];
      ctx.fillRect(...box);
      ctx.strokeRect(...box);
    });
    ctx.restore();
  };
  const whiskers = (u) => {
    const { ctx } = u, scale = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = line;
    ctx.lineWidth = 2 * scale;
    points.forEach((value, n) => {
      const x = u.valToPos(n, "x", true), [y, top, bottom] = [value, high[n], low[n]].map((each) => u.valToPos(each, "y", true)), arm = 6 * scale;
      ctx.beginPath();
      for (const [x1, y1, x2, y2] of [[x, top, x, bottom], [x - arm, top, x + arm, top], [x - arm, bottom, x + arm, bottom]]) { ctx.moveTo(x1, y1); ctx.lineTo(x2, y2); }
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, y, 5 * scale, 0, 2 * Math.PI);
      ctx.fill();
      ctx.fillStyle = ink("--text");
      ctx.font = `600 ${12 * scale}px ${colour("--sans")}`;
      [ctx.textAlign, ctx.textBaseline] = ["left", "middle"];
      ctx.fillText(`${value} %`, x + (to[n] ? Math.abs(u.valToPos(0.3, "x", true) - u.valToPos(0, "x", true)) : 4 * scale) + 8 * scale, y);
      ctx.fillStyle = line;
    });
    ctx.restore();
  };
  plot = new uPlot({
    width: box.clientWidth, height: box.clientHeight, legend: { show: false }, cursor: { show: false },
    scales: { x: { time: false, range: [-0.5, points.length - 0.5] }, y: { range: [floor, 100] } },
    series: [{}, { points: { show: false }, paths: () => null }],
    axes: [{ stroke: text, font, grid: { show: false }, ticks: { show: false }, splits: () => labels.map((_, n) => n), values: () => labels }, { stroke: text, font, size: 56, grid: { stroke: grid, width: 1 }, ticks: { show: false }, splits: () => [0, 20, 40, 60, 80, 100].filter((each) => each >= floor), values: (_, all) => all.map((each) => `${each} %`) }],
    hooks: { drawAxes: [boxes], draw: [whiskers] },
  }, [points.map((_, n) => n), points], box);
}

function tables(only) {
  root.classList.toggle("tables-only", only);
  $("#as-table").setAttribute("aria-pressed", String(only));
  if (!only) draw();
}

if ($("#calibration")) {
  $("#as-table").addEventListener("click", () => { const only = !root.classList.contains("tables-only"); store.set("placet.tables", only ? "only" : null); tables(only); });
  const start = () => tables(store.get("placet.tables") === "only");
  document.readyState === "complete" ? start() : addEventListener("load", start);
  let soon = 0;
  const again = () => { clearTimeout(soon); soon = setTimeout(() => { if (!root.classList.contains("tables-only")) draw(); }, 80); };
  addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(root, { attributeFilter: ["data-theme"] });
}
