// Makes figures alive: values under the pointer and by keys, other scales, series on and off.
// Before it stands what it says: `const texts`.

const t = (english) => texts[english];
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const set = (element, attributes) => {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

function make(name, attributes, ...contents) {
  const element = set(document.createElement(name), attributes);
  element.append(...contents);
  return element;
}

function makeButton(label, onclick, name = "") {
  const button = make("button", { type: "button", class: `press ${name}` }, label);
  button.onclick = onclick;
  return button;
}

const live = make("p", { class: "live", "aria-live": "polite" });
document.querySelector("main").append(live);

/** Some significant digits, as short as they can be. */
function short(v, digits = 4) {
  const rounded = Number(v.toPrecision(digits));
  const tiny = v !== 0 && Math.abs(v) < 1e-3;
  return (tiny ? rounded.toExponential() : String(rounded)).replaceAll("-", "−").replace("e+", "e");
}

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

function draw(name, attributes, parent, text = "") {
  const element = set(document.createElementNS("http://www.w3.org/2000/svg", name), attributes);
  element.textContent = text;
  parent?.append(element);
  return element;
}

/** A square in the colour of a series; SVG, since the dark style paints that. */
function swatch(fill) {
  const svg = draw("svg", { viewBox: "0 0 10 10", "aria-hidden": true, class: "swatch" });
  draw("rect", { width: 10, height: 10, rx: 2, fill }, svg);
  return svg;
}

/** The measured numbers of a panel along an axis. */
function measured({ marks }, axis) {
  const points = marks.flatMap(({ kind, points }) => (/line|points/.test(kind) ? points : []));
  return points.map((p) => p[axis === "x" ? 0 : 1]).filter((v) => v !== null);
}

/** Whether a panel can have the other scale, linear or logarithmic. */
function rescalable(panel, axis) {
  const known = ({ kind, value }) => /line|band|points|text/.test(kind) && !value;
  if (!panel || panel[axis].scale === "categories" || !panel.marks.every(known)) return false;
  const numbers = measured(panel, axis);
  return numbers.some((v) => v > 0) && numbers.every((v) => v > 0 || (v === 0 && axis === "y"));
}

/** The axis with the other scale, over all panels with the same axis. */
function rescaled(panels, panel, axis) {
  const own = panel[axis];
  const same = (p) => p && JSON.stringify(p[axis]) === JSON.stringify(own);
  const numbers = panels.filter(same).flatMap((p) => measured(p, axis)).filter((v) => v > 0);
  numbers.sort((a, b) => a - b);
  const to = Math.min(numbers.at(-1), Math.max(own.from, own.to));
  if (own.scale === "log") return { ...own, scale: "linear", from: 0, to: to * 1.04 };
  const margin = Math.max(to / numbers[0], 2) ** 0.04;
  return { ...own, scale: "log", from: numbers[0] / margin, to: to * margin };
}

/** The place of a point in the SVG, on the axes shown or on others. */
function place({ left, top, width, height, axes }, [x, y], { x: across, y: up } = axes) {
  return [left + fraction(across, x) * width, top + height - fraction(up, y) * height];
}

/** A path through points, broken where one has no place. */
function path(pane, points) {
  let [pen, d] = ["M", ""];
  for (const point of points) {
    const [x, y] = place(pane, point);
    const there = isFinite(x + y);
    if (there) d += `${pen}${x.toFixed(0)} ${y.toFixed(0)}`;
    pen = there ? "L" : "M";
  }
  return d;
}

function drawMark(pane, { kind, color, opacity, points, size, dash, marker, every, stepped }, group) {
  const corners = stepped ? points.flatMap((p, i) => [[p[0], ...points[i && i - 1].slice(1)], p]) : points;
  if (kind === "band") {
    const there = corners.filter((point) => !point.includes(null));
    const edge = (end) => there.map((point) => [point[0], Math.max(point[end], pane.axes.y.from)]);
    const d = path(pane, [...edge(1), ...edge(2).reverse()]);
    draw("path", { d: d && `${d}Z`, fill: color, "fill-opacity": opacity }, group);
  }
  if (kind === "line") {
    const stroke = { stroke: color, "stroke-width": size, "stroke-dasharray": dash ?? "none" };
    draw("path", { d: path(pane, corners), fill: "none", opacity, ...stroke }, group);
  }
  if (!marker) return;
  const radius = kind === "line" ? 22 + 0.8 * size : size;
  points.forEach((point, i) => {
    const [x, y] = place(pane, point);
    if ((kind === "line" && i % every) || !isFinite(x + y)) return;
    const transform = `translate(${x} ${y}) scale(${radius})`;
    draw("path", { d: SHAPES[marker], fill: color, stroke: "#FFFFFF", "stroke-width": 0.15, transform }, group);
  });
}

function drawTicks(pane, axis, group) {
  const { left, top, width, height } = pane;
  const across = axis === "x";
  for (const v of ticks(pane.axes[axis], across ? width / 600 : height / 350)) {
    const at = fraction(pane.axes[axis], v) * (across ? width : height);
    const [x, y] = across ? [left + at, top + height] : [left, top + height - at];
    const [grid, tick] = across ? [`V${top}`, "v35"] : [`h${width}`, "h-35"];
    draw("path", { d: `M${x} ${y}${grid}`, stroke: "#E7E9EC", "stroke-width": 8 }, group);
    draw("path", { d: `M${x} ${y}${tick}`, stroke: "#9BA2AB", "stroke-width": 9 }, group);
    if (!pane[`${axis}_labels`]) continue;
    const [dx, dy, anchor] = across ? [0, 165, "middle"] : [-70, 40, "end"];
    const font = { "font-size": 110, fill: "#555D67", "text-anchor": anchor };
    draw("text", { x: x + dx, y: y + dy, ...font }, group, short(v));
  }
}

/** Draws what the controls ask for: other scales, single runs. */
function drawPane(pane) {
  const { panel, group, left, top, width, height, id, state } = pane;
  const changed = ["x", "y"].filter((axis) => state.changed[axis] && rescalable(panel, axis));
  pane.axes = { x: panel.x, y: panel.y };
  for (const axis of changed) pane.axes[axis] = rescaled(state.panels, panel, axis);
  group.querySelector(".own")?.remove();
  group.classList.toggle("rescaled", changed.length > 0);
  for (const axis of ["x", "y"]) group.classList.toggle(`other-${axis}`, changed.includes(axis));
  const drawn = [...group.children].filter((child) => "series" in child.dataset);
  const own = draw("g", { class: "own" }, group);
  for (const axis of changed) drawTicks(pane, axis, own);
  draw("rect", { x: left, y: top, width, height }, draw("clipPath", { id }, own));
  const marks = draw("g", { "clip-path": `url(#${id})` }, own);
  panel.marks.forEach((mark, i) => {
    const series = draw("g", { "data-series": mark.series }, marks);
    if (mark.kind === "text") {
      // Texts stay, beside their points.
      drawn[i].classList.add("text");
      for (const point of mark.points) {
        const [[x0, y0], [x, y]] = [place(pane, point, panel), place(pane, point)];
        drawn[i].setAttribute("transform", `translate(${x - x0} ${y - y0})`);
      }
    } else if (changed.length) {
      drawMark(pane, mark, series);
    }
    for (const run of state.runs ? mark.runs : []) {
      const d = path(pane, run.map((y, k) => [mark.points[k][0], y]));
      draw("path", { d, fill: "none", stroke: mark.color, "stroke-width": 7, opacity: 0.7 }, series);
    }
  });
}

function drawAll(state) {
  leave(state);
  state.panes.forEach(drawPane);
  for (const group of all("[data-series]", state.figure)) {
    group.classList.toggle("off", state.off.has(group.dataset.series));
  }
}

/** Buttons for the series, the scales and the single runs. */
function controls(state) {
  const toggle = (contents, pressed, change) => {
    const button = makeButton("", () => {
      pressed = !pressed;
      button.ariaPressed = pressed;
      change(pressed);
      drawAll(state);
    });
    button.ariaPressed = pressed;
    button.append(...contents);
    return button;
  };
  const marks = state.panels.flatMap((panel) => panel?.marks ?? []);
  const colors = new Map();
  for (const { series, color, kind } of marks) {
    if (series && (kind === "line" || !colors.has(series))) colors.set(series, color);
  }
  const buttons = [...(colors.size > 1 ? colors : [])].map(([series, color]) =>
    toggle([swatch(color), series], true, (on) => (on ? state.off.delete(series) : state.off.add(series))),
  );
  for (const axis of ["y", "x"]) {
    const scales = state.panels.filter((p) => rescalable(p, axis)).map((p) => p[axis].scale);
    const other = scales[0] === "log" ? "linear" : "logarithmic";
    if (new Set(scales).size === 1) buttons.push(toggle([`${axis}: ${t(other)}`], false, (on) => (state.changed[axis] = on)));
  }
  if (marks.some(({ runs }) => runs.length > 1)) {
    buttons.push(toggle([t("single seeds")], false, (on) => (state.runs = on)));
  }
  return buttons;
}

/** The marks of a panel whose values can be read: of each series the longest. */
function readable({ panel, state }) {
  const marks = panel.marks.filter(({ kind, series }) => /line|points|bars|hist/.test(kind) && !state.off.has(series));
  const longest = new Map();
  for (const mark of marks.filter(({ series }) => series)) {
    if (!(longest.get(mark.series)?.points.length >= mark.points.length)) longest.set(mark.series, mark);
  }
  return longest.size ? [...longest.values()] : marks;
}

/** Where a reader can stop in a panel, from left to right. Curves are read together at each x. */
function stops(pane) {
  const { panel } = pane;
  const marks = readable(pane);
  const rises = ({ points }) => points.every((point, i) => i === 0 || point[0] > points[i - 1][0]);
  if (marks.every((mark) => mark.kind === "line" && rises(mark))) {
    const found = new Map();
    for (const mark of marks) {
      const bands = panel.marks.filter(({ kind, series }) => kind === "band" && series === mark.series);
      mark.points.forEach(([x, y], i) => {
        if (y === null) return;
        const ends = bands.map(({ points }) => points[i]).filter((point) => point?.[0] === x && point[1] !== null);
        const [low, high] = [Math.min(...ends.map((end) => end[1])), Math.max(...ends.map((end) => end[2]))];
        const band = ends.length ? ` (${short(low, 3)} … ${short(high, 3)})` : "";
        if (!found.has(x)) found.set(x, { at: [x, y], head: `${panel.x.title} ${short(x)}`, rows: [] });
        found.get(x).rows.push({ mark, at: [x, y], text: short(y) + band });
      });
    }
    return [...found.values()].sort((a, b) => a.at[0] - b.at[0]);
  }
  const describe = {
    bars: ([value, k]) => [[value, k], `${panel.y.names[k]}: ${short(value)}`],
    histogram: ([low, high, count]) => [[(low + high) / 2, count], `${short(low)} … ${short(high)}: ${short(count)}`],
    line: ([x, y]) => [[x, y], `${panel.x.title} ${short(x)}, ${panel.y.title} ${short(y)}`],
    points: ([x, y, value], mark) => {
      const more = value === undefined ? "" : `, ${mark.value} ${short(value)}`;
      return [[x, y], describe.line([x, y])[1] + more];
    },
  };
  const stop = (mark, point) => {
    const [at, text] = describe[mark.kind](point, mark);
    return { at, rows: [{ mark, at, text }] };
  };
  const whole = (point) => !point.includes(null);
  const found = marks.flatMap((mark) => mark.points.filter(whole).map((point) => stop(mark, point)));
  return found.sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1]);
}

function show(pane, { at, head, rows }) {
  const { state, svg, box, tip, left, top, width, height } = pane;
  leave(state);
  const probe = draw("g", { class: "probe" }, svg);
  const [x, y] = place(pane, at);
  if (head) draw("path", { d: `M${x} ${top}v${height}`, stroke: "#555D67", "stroke-width": 8 }, probe);
  for (const { at, mark } of rows) {
    const [cx, cy] = place(pane, at);
    if (!(cy >= top - 1 && cy <= top + height + 1)) continue;
    // Points in the colours of a scale keep their own.
    const [fill, stroke] = mark.value ? ["none", "#1A1D21"] : [mark.color, "#FFFFFF"];
    draw("circle", { cx, cy, r: 45, fill, stroke, "stroke-width": 14 }, probe);
  }
  const line = ({ mark, text }) => {
    const name = mark.value ? [] : [swatch(mark.color), `${mark.series} `];
    return make("div", {}, ...name, make("b", {}, text));
  };
  tip.replaceChildren(make("div", {}, head ?? ""), ...rows.map(line));
  tip.hidden = false;
  // On the side of the place that has more room.
  const [frame, outer] = [svg, box].map((element) => element.getBoundingClientRect());
  const scale = frame.width / svg.viewBox.baseVal.width;
  const beside = frame.left - outer.left + x * scale;
  const wanted = x < left + width / 2 ? beside + 12 : beside - 12 - tip.offsetWidth;
  tip.style.left = `${Math.max(0, Math.min(wanted, outer.width - tip.offsetWidth))}px`;
  tip.style.top = `${(head ? top : y) * scale + 10}px`;
}

function leave({ panes }) {
  for (const { svg, tip } of panes) {
    tip.hidden = true;
    svg.querySelector(".probe")?.remove();
  }
}

/** Shows the values nearest to the pointer. */
function point(panes, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(panes[0].svg.getScreenCTM().inverse());
  const near = ({ left, top, width, height }) =>
    Math.abs(at.x - left - width / 2) < width / 2 + 60 && Math.abs(at.y - top - height / 2) < height / 2 + 60;
  const pane = panes.find(near);
  let [least, nearest] = [Infinity];
  for (const stop of pane ? stops(pane) : []) {
    const [x, y] = place(pane, stop.at);
    const apart = Math.abs(x - at.x) + (stop.head ? 0 : Math.abs(y - at.y));
    if (apart < least) [least, nearest] = [apart, stop];
  }
  nearest ? show(pane, nearest) : leave(panes[0].state);
}

/** Reads the values of one panel after the other by the arrow keys. */
function listen(panes, box) {
  let [k, i] = [0, -1];
  box.onkeydown = (event) => {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === "Escape") leave(panes[0].state);
    if (!steps) return;
    event.preventDefault();
    // mdBook would turn the page.
    event.stopPropagation();
    k = (k + steps[0] + panes.length) % panes.length;
    const found = stops(panes[k]);
    if (found.length === 0) return;
    i = Math.min(Math.max(i + steps[1], 0), found.length - 1);
    show(panes[k], found[i]);
    const said = found[i].rows.map(({ mark, text }) => `${mark.series} ${text}`.trim()).join("; ");
    live.textContent = [panes[k].panel.title, found[i].head, said].filter(Boolean).join(", ");
  };
}

for (const figure of all("figure")) {
  const { panels, ...places } = JSON.parse(figure.querySelector("script").textContent);
  const state = { figure, panels, panes: [], off: new Set(), changed: {}, runs: false };
  for (const [view, there] of Object.entries(places)) {
    const box = figure.querySelector(`.${view}`);
    const svg = box.querySelector("svg");
    const tip = make("div", { class: "tip", hidden: "" });
    const pane = (panel, k) => {
      const group = svg.querySelector(`[data-panel="${k}"]`);
      return panel && { state, box, svg, tip, panel, group, axes: panel, id: `${figure.id}-${view}-${k}`, ...there[k] };
    };
    const panes = panels.map(pane).filter(Boolean);
    state.panes.push(...panes);
    const read = panes.filter((pane) => readable(pane).length > 0);
    if (read.length === 0) continue;
    box.append(tip);
    box.tabIndex = 0;
    const label = `${svg.querySelector("title").textContent}: ${t("arrow keys read the values")}`;
    set(box, { role: "group", "aria-label": label });
    box.onpointermove = box.onpointerdown = (event) => point(read, event);
    box.onpointerleave = box.onblur = () => leave(state);
    listen(read, box);
  }
  const buttons = controls(state);
  const bar = { class: "controls", role: "group", "aria-label": t("what the figure shows") };
  if (buttons.length) figure.querySelector("figcaption").before(make("div", bar, ...buttons));
}
