// The page of a run, made alive: predictions, values under the pointer, series and scales, tables
// that sort, buttons that copy. Without this script the page shows everything, only it stands still.
"use strict";

const main = document.querySelector("main");
const texts = JSON.parse(document.getElementById("texts").textContent);
const t = (english) => texts[english];

/** An element with attributes and contents; attributes that begin with "on" are listeners. */
function make(name, attributes = {}, ...contents) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...contents);
  return element;
}

const live = make("p", { class: "live", "aria-live": "polite" });
main.append(live);

// ---- Predictions: a lesson shows its figures after a guess.

for (const lesson of document.querySelectorAll(".lesson")) {
  const reveal = lesson.querySelector(".reveal");
  const choices = [...lesson.querySelectorAll(".choices li")];
  const answer = lesson.dataset.answer;
  const show = (guess) => {
    reveal.hidden = false;
    choices.forEach((choice, k) => {
      const [button] = choice.children;
      button.disabled = true;
      const notes = [];
      if (k === guess) notes.push(t("your guess"));
      if (String(k) === answer) notes.push(t("what this run shows"));
      if (String(k) === answer) choice.classList.add("right");
      if (notes.length) choice.append(" ← ", notes.join(", "));
    });
    more.remove();
    reveal.focus();
  };
  choices.forEach((choice, k) => {
    choice.replaceChildren(make("button", { type: "button", onclick: () => show(k) }, choice.textContent));
  });
  const more = make("button", { type: "button", class: "more", onclick: () => show() }, t("show me"));
  lesson.querySelector(".choices").after(more);
  reveal.hidden = true;
  reveal.tabIndex = -1;
  // A link to one of its figures leads to something that shows.
  if (location.hash && reveal.querySelector(location.hash)) show();
}

// ---- Copy buttons.

for (const pre of document.querySelectorAll("pre")) {
  const copy = async (event) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      event.target.textContent = live.textContent = t("copied");
    } catch {
      // A page from a file may not use the clipboard: the reader can.
      getSelection().selectAllChildren(pre);
    }
  };
  pre.after(make("button", { type: "button", class: "copy", onclick: copy }, t("copy")));
}

// ---- Tables that sort by a column.

for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const cell = (row) => row.cells[column].textContent;
    const number = (row) => parseFloat(cell(row).replace("−", "-"));
    const sort = () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const rows = [...body.rows];
      const numeric = rows.some((row) => !Number.isNaN(number(row)));
      const order = (a, b) => (numeric ? number(a) - number(b) : cell(a).localeCompare(cell(b)));
      // What is no number stays below.
      const empty = (row) => numeric && Number.isNaN(number(row));
      rows.sort((a, b) => empty(a) - empty(b) || sign * order(a, b));
      body.append(...rows);
    };
    head.replaceChildren(make("button", { type: "button", onclick: sort }, head.textContent));
  });
}

// ---- Figures.

/** Four significant digits, as short as they can be. */
const short = (v) => String(Number(v.toPrecision(4))).replace("-", "−").replace("e+", "e");

/** The place of a value on an axis, from 0 at its first end to 1 at the other. */
function fraction({ scale, from, to }, v) {
  if (v === null) return NaN;
  if (scale !== "log") return (v - from) / (to - from);
  return v > 0 ? Math.log(v / from) / Math.log(to / from) : NaN;
}

/** Ticks for an axis that has room for about `most` of them. */
function ticks({ scale, from, to }, most) {
  if (scale === "log") {
    const [low, high] = [from, to].map(Math.log10);
    const factors = high - low < most / 3 ? [1, 2, 5] : [1];
    const step = Math.max(1, Math.ceil((high - low) / most));
    const found = [];
    for (let k = Math.ceil(low / step) * step - step; k <= high; k += step) {
      found.push(...factors.map((factor) => factor * Number(`1e${k}`)));
    }
    return found.filter((v) => v >= from * 0.999 && v <= to * 1.001);
  }
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Outlines of markers of radius 1 around 0, as viz draws them. */
const SHAPES = {
  circle: "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1 -1 0Z",
  square: "M-.9-.9H.9V.9H-.9Z",
  diamond: "M0-1.2L1.2 0L0 1.2L-1.2 0Z",
  triangle: "M0-1.2L1.1 .8H-1.1Z",
  cross: "M-.9-.7L-.7-.9L0-.2L.7-.9L.9-.7L.2 0L.9 .7L.7 .9L0 .2L-.7 .9L-.9 .7L-.2 0Z",
  plus: "M-.2-1.2H.2V-.2H1.2V.2H.2V1.2H-.2V.2H-1.2V-.2H-.2Z",
};

class Figure {
  constructor(figure, data) {
    this.figure = figure;
    this.panels = data.panels;
    this.off = new Set();
    this.changed = { x: false, y: false };
    this.runs = false;
    this.at = null;
    this.views = ["wide", "narrow"].map((name) => this.view(figure.querySelector(`.${name}`), data[name]));
    const controls = this.controls();
    if (controls.length) {
      const bar = make("div", { class: "controls", role: "group", "aria-label": t("what the figure shows") }, ...controls);
      figure.querySelector("figcaption").before(bar);
    }
  }

  view(box, places) {
    const svg = box.querySelector("svg");
    const tip = make("div", { class: "tip", hidden: "" });
    box.append(tip);
    const view = { box, svg, places, tip };
    if (this.panels.every((panel) => this.readable(panel).length === 0)) return view;
    const title = svg.querySelector("title").textContent;
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `${title}: ${t("arrow keys read the values")}`);
    box.addEventListener("pointermove", (event) => this.point(view, event));
    box.addEventListener("pointerdown", (event) => this.point(view, event));
    box.addEventListener("pointerleave", () => this.leave());
    box.addEventListener("blur", () => this.leave());
    box.addEventListener("keydown", (event) => this.key(view, event));
    return view;
  }

  // ---- Controls.

  controls() {
    const toggle = (contents, pressed, change) =>
      make(
        "button",
        {
          type: "button",
          "aria-pressed": pressed,
          onclick: (event) => {
            const button = event.currentTarget;
            const on = button.getAttribute("aria-pressed") !== "true";
            button.setAttribute("aria-pressed", on);
            change(on);
            this.draw();
          },
        },
        ...contents,
      );
    const marks = this.panels.flatMap((panel) => panel?.marks ?? []);
    const colors = new Map();
    for (const { series, color, kind } of marks) {
      if (series && color && (kind === "line" || !colors.has(series))) colors.set(series, color);
    }
    const controls = [];
    if (colors.size > 1) {
      for (const [series, color] of colors) {
        const change = (on) => (on ? this.off.delete(series) : this.off.add(series));
        controls.push(toggle([this.swatch(color), series], true, change));
      }
    }
    for (const axis of ["y", "x"]) {
      const panels = this.panels.filter((panel) => this.rescalable(panel, axis));
      if (panels.length === 0) continue;
      const other = panels[0][axis].scale === "log" ? "linear" : "logarithmic";
      controls.push(toggle([`${axis}: ${t(other)}`], false, (on) => (this.changed[axis] = on)));
    }
    if (marks.some((mark) => mark.runs.length > 1)) {
      controls.push(toggle([t("single seeds")], false, (on) => (this.runs = on)));
    }
    return controls;
  }

  /** A square in the colour of a series; as SVG, since the style of dark figures paints it. */
  swatch(color) {
    const svg = this.element("svg", { viewBox: "0 0 10 10", "aria-hidden": "true", class: "swatch" });
    svg.append(this.element("rect", { width: 10, height: 10, rx: 2, fill: color }));
    return svg;
  }

  element(name, attributes, text = "") {
    const { namespaceURI } = this.figure.querySelector("svg");
    const element = document.createElementNS(namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  }

  // ---- Scales.

  /** The numbers along an axis of all marks of a panel that are measured values. */
  values(panel, axis) {
    const index = axis === "x" ? 0 : 1;
    const marks = panel.marks.filter(({ kind }) => kind === "line" || kind === "points");
    return marks.flatMap(({ points }) => points.map((point) => point[index])).filter((v) => v !== null);
  }

  /** Whether a panel can be drawn on the other scale. */
  rescalable(panel, axis) {
    const known = ({ kind, value }) => ["line", "band", "points", "text"].includes(kind) && !value;
    if (!panel || panel[axis].scale === "categories" || !panel.marks.every(known)) return false;
    const values = this.values(panel, axis);
    return values.some((v) => v > 0) && values.every((v) => (axis === "x" ? v > 0 : v >= 0));
  }

  /** The axis of a panel as it is shown; panels with equal axes keep equal ones. */
  axis(panel, name) {
    const own = panel[name];
    if (!this.changed[name] || !this.rescalable(panel, name)) return own;
    const same = JSON.stringify(own);
    const alike = this.panels.filter((other) => other && JSON.stringify(other[name]) === same);
    const positive = alike.flatMap((other) => this.values(other, name)).filter((v) => v > 0);
    const most = positive.reduce((a, b) => Math.max(a, b));
    const high = Math.min(most, Math.max(own.from, own.to));
    if (own.scale === "log") return { ...own, scale: "linear", from: 0, to: high * 1.04 };
    const low = Math.max(positive.reduce((a, b) => Math.min(a, b)), high * 1e-9);
    const margin = (high / low) ** 0.04 || 1.1;
    return { ...own, scale: "log", from: low / margin, to: high * margin };
  }

  place(view, k, [x, y]) {
    const { left, top, width, height } = view.places[k];
    const panel = this.panels[k];
    return [
      left + fraction(this.axis(panel, "x"), x) * width,
      top + height - fraction(this.axis(panel, "y"), y) * height,
    ];
  }

  // ---- Drawing.

  draw() {
    this.leave();
    for (const view of this.views) {
      this.panels.forEach((panel, k) => panel && this.drawPanel(view, k));
      for (const group of view.svg.querySelectorAll("[data-series]")) {
        const off = this.off.has(group.dataset.series);
        group.classList.toggle("off", off);
      }
    }
  }

  drawPanel(view, k) {
    const group = view.svg.querySelector(`[data-panel="${k}"]`);
    const panel = this.panels[k];
    group.querySelector(".own")?.remove();
    const changed = ["x", "y"].filter((axis) => this.changed[axis] && this.rescalable(panel, axis));
    group.classList.toggle("rescaled", changed.length > 0);
    for (const axis of ["x", "y"]) group.classList.toggle(`other-${axis}`, changed.includes(axis));
    const own = this.element("g", { class: "own" });
    const { left, top, width, height } = view.places[k];
    const id = `${this.figure.id}-${view.box.className}-${k}`;
    const clip = this.element("clipPath", { id });
    clip.append(this.element("rect", { x: left, y: top, width, height }));
    const marks = this.element("g", { "clip-path": `url(#${id})` });
    for (const axis of changed) this.drawTicks(view, k, axis, own);
    own.append(clip, marks);
    for (const mark of panel.marks) {
      const series = this.element("g", { "data-series": mark.series });
      if (changed.length) this.drawMark(view, k, mark, series);
      if (this.runs) {
        const xs = mark.points.map(([x]) => x);
        for (const run of mark.runs) {
          const d = this.path(view, k, run.map((y, i) => [xs[i], y]));
          series.append(this.element("path", { d, fill: "none", stroke: mark.color, "stroke-width": 8, opacity: 0.6 }));
        }
      }
      if (series.hasChildNodes()) marks.append(series);
    }
    group.append(own);
  }

  /** A path through points, broken where one has no place. */
  path(view, k, points) {
    let pen = "M";
    return points
      .map((point) => {
        const [x, y] = this.place(view, k, point);
        if (!Number.isFinite(x + y)) {
          pen = "M";
          return "";
        }
        const step = `${pen}${x.toFixed(0)} ${y.toFixed(0)}`;
        pen = "L";
        return step;
      })
      .join("");
  }

  drawMark(view, k, mark, group) {
    const { kind, color, opacity, points, size, dash, marker, every } = mark;
    if (kind === "band") {
      const floor = this.axis(this.panels[k], "y").from;
      const there = points.filter((point) => !point.includes(null));
      const edge = (i) => there.map((point) => [point[0], Math.max(point[i], floor)]);
      const d = this.path(view, k, [...edge(1), ...edge(2).reverse()]);
      if (d) group.append(this.element("path", { d: `${d}Z`, fill: color, "fill-opacity": opacity }));
    }
    if (kind === "line") {
      const style = { fill: "none", stroke: color, "stroke-width": size, "stroke-opacity": opacity };
      if (dash) style["stroke-dasharray"] = dash.join(" ");
      group.append(this.element("path", { d: this.path(view, k, points), ...style }));
    }
    if (marker) {
      const radius = kind === "line" ? 22 + 0.8 * size : size;
      points.forEach((point, i) => {
        const [x, y] = this.place(view, k, point);
        if ((kind === "line" && i % every) || !Number.isFinite(x + y)) return;
        const transform = `translate(${x} ${y}) scale(${radius})`;
        const edge = { stroke: "#FFFFFF", "stroke-width": 0.15 };
        group.append(this.element("path", { d: SHAPES[marker], fill: color, ...edge, transform }));
      });
    }
  }

  drawTicks(view, k, axis, group) {
    const { left, top, width, height, ...labels } = view.places[k];
    const scale = this.axis(this.panels[k], axis);
    const across = axis === "x";
    for (const v of ticks(scale, across ? width / 600 : height / 350)) {
      const at = fraction(scale, v) * (across ? width : height);
      const [x, y] = across ? [left + at, top + height] : [left, top + height - at];
      const grid = across ? `M${x} ${top}V${y}` : `M${x} ${y}h${width}`;
      const tick = across ? `M${x} ${y}v35` : `M${x} ${y}h-35`;
      group.append(this.element("path", { d: grid, stroke: "#E7E9EC", "stroke-width": 8, fill: "none" }));
      group.append(this.element("path", { d: tick, stroke: "#9BA2AB", "stroke-width": 9, fill: "none" }));
      if (!labels[`${axis}_labels`]) continue;
      const place = across ? { x, y: y + 165, "text-anchor": "middle" } : { x: x - 70, y: y + 40, "text-anchor": "end" };
      group.append(this.element("text", { ...place, "font-size": 110, fill: "#555D67" }, short(v)));
    }
  }

  // ---- Values.

  /** The marks of a panel whose values can be read: of each series the longest. */
  readable(panel) {
    const kinds = ["line", "points", "bars", "histogram"];
    const marks = (panel?.marks ?? []).filter((mark) => kinds.includes(mark.kind) && !this.off.has(mark.series));
    const named = marks.some((mark) => mark.series);
    const longest = (mark) =>
      marks.every((other) => other === mark || other.series !== mark.series || other.points.length < mark.points.length ||
        (other.points.length === mark.points.length && marks.indexOf(other) > marks.indexOf(mark)));
    return marks.filter((mark) => (named ? mark.series : true)).filter((mark) => !mark.series || longest(mark));
  }

  /** Where a reader can stop in a panel, from left to right: the place, and the rows to show. */
  stops(view, k) {
    const panel = this.panels[k];
    const marks = this.readable(panel);
    const rises = ({ points }) => points.every((point, i) => i === 0 || point[0] > points[i - 1][0]);
    if (marks.length && marks.every((mark) => mark.kind === "line" && rises(mark))) {
      const stops = new Map();
      for (const mark of marks) {
        const bands = panel.marks.filter(({ kind, series }) => kind === "band" && series && series === mark.series);
        mark.points.forEach(([x, y], i) => {
          if (y === null) return;
          if (!stops.has(x)) stops.set(x, { at: [x, y], head: [panel.x.title, short(x)], rows: [] });
          const ends = bands.map(({ points }) => points[i]).filter((point) => point?.[0] === x && point[1] !== null);
          const [low, high] = [1, 2].map((end) => ends.map((point) => point[end]));
          const band = ends.length ? ` (${short(Math.min(...low))} … ${short(Math.max(...high))})` : "";
          stops.get(x).rows.push({ mark, at: [x, y], text: short(y) + band });
        });
      }
      return [...stops.values()].sort((a, b) => a.at[0] - b.at[0]);
    }
    const stops = marks.flatMap((mark) =>
      mark.points.map((point) => {
        const [a, b, c] = point;
        const row = (at, text) => ({ at, head: [], rows: [{ mark, at, text }] });
        if (mark.kind === "bars") return row([a, b], `${panel.y.names[b] ?? b}: ${short(a ?? NaN)}`);
        if (mark.kind === "histogram") return row([(a + b) / 2, c], `${short(a)} … ${short(b)}: ${short(c)}`);
        const value = c === undefined ? "" : `, ${mark.value} ${short(c)}`;
        return row([a, b], `${panel.x.title} ${short(a ?? NaN)}, ${panel.y.title} ${short(b ?? NaN)}${value}`);
      }),
    );
    return stops.filter(({ at }) => at.every((v) => v !== null)).sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1]);
  }

  point(view, event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(view.svg.getScreenCTM().inverse());
    const near = ({ left, top, width, height }) =>
      point.x > left - 60 && point.x < left + width + 60 && point.y > top - 60 && point.y < top + height + 60;
    const k = view.places.findIndex((place, i) => this.panels[i] && near(place));
    const stops = k < 0 ? [] : this.stops(view, k);
    const free = stops.some(({ head }) => head.length === 0);
    const distances = stops.map(({ at }) => {
      const [x, y] = this.place(view, k, at);
      return Math.abs(x - point.x) + (free ? Math.abs(y - point.y) : 0);
    });
    const nearest = distances.reduce((best, d, i) => (d < (distances[best] ?? Infinity) ? i : best), -1);
    if (nearest < 0) return this.leave();
    this.show(view, k, stops, nearest);
  }

  key(view, event) {
    if (event.target !== view.box) return;
    const panels = this.panels.map((_, k) => k).filter((k) => this.readable(this.panels[k]).length > 0);
    let { k = panels[0], i = -1 } = this.at ?? {};
    const turn = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (turn) k = panels[(panels.indexOf(k) + turn + panels.length) % panels.length];
    const stops = this.stops(view, k);
    const steps = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: stops.length - 1, ArrowUp: i, ArrowDown: i };
    if (event.key === "Escape") return this.leave();
    if (!(event.key in steps)) return;
    event.preventDefault();
    i = Math.min(Math.max(steps[event.key], 0), stops.length - 1);
    this.show(view, k, stops, i);
    const { head, rows } = stops[i];
    const said = rows.map(({ mark, text }) => `${mark.series} ${text}`.trim()).join("; ");
    live.textContent = [this.panels[k].title, head.join(" "), said].filter(Boolean).join(", ");
  }

  show(view, k, stops, i) {
    this.leave();
    this.at = { k, i };
    const { at, head, rows } = stops[i];
    const { left, top, width, height } = view.places[k];
    const probe = this.element("g", { class: "probe" });
    const [x] = this.place(view, k, at);
    if (head.length) probe.append(this.element("path", { d: `M${x} ${top}v${height}`, stroke: "#555D67", "stroke-width": 8 }));
    for (const row of rows) {
      const [cx, cy] = this.place(view, k, row.at);
      if (!Number.isFinite(cx + cy) || cy < top - 1 || cy > top + height + 1) continue;
      probe.append(this.element("circle", { cx, cy, r: 40, fill: row.mark.color, stroke: "#FFFFFF", "stroke-width": 12 }));
    }
    view.svg.append(probe);
    const lines = rows.map(({ mark, text }) => {
      const name = mark.series ? `${mark.series} ` : "";
      return make("div", {}, this.swatch(mark.color), name, make("b", {}, text));
    });
    view.tip.replaceChildren(...(head.length ? [make("div", {}, head.join(" "))] : []), ...lines);
    view.tip.hidden = false;
    // Beside the place, on the side that has more room.
    const scale = view.svg.getBoundingClientRect().width / view.svg.viewBox.baseVal.width;
    const offset = view.svg.getBoundingClientRect().left - view.box.getBoundingClientRect().left;
    const px = offset + x * scale;
    const after = left + width / 2 > x || head.length === 0;
    const wanted = after ? px + 12 : px - 12 - view.tip.offsetWidth;
    view.tip.style.left = `${Math.max(0, Math.min(wanted, view.box.clientWidth - view.tip.offsetWidth))}px`;
    const py = head.length ? top * scale + 8 : this.place(view, k, at)[1] * scale + 12;
    view.tip.style.top = `${py}px`;
  }

  leave() {
    this.at = null;
    for (const { svg, tip } of this.views ?? []) {
      tip.hidden = true;
      svg.querySelector(".probe")?.remove();
    }
  }
}

for (const figure of document.querySelectorAll("figure")) {
  new Figure(figure, JSON.parse(figure.querySelector("script").textContent));
}

// On paper, everything is open.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
