// Figures as SVG, with the sizes, rules and colours of crate viz. A figure is drawn as wide as its place on the page,
// so that its texts stay legible on a phone.
import { FRAME, GRID, MUTED, TEXT, TITLE, WHITE } from './colors.js';
import { short } from './dom.js';

const MARGIN = 12;
const LINE = { title: 22, subtitle: 17, legend: 20, panel: 20, ticks: 20, label: 20 };
const FONT = "font-family=\"system-ui, 'Noto Sans KR', sans-serif\"";

const escape = text => String(text).replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
const round = number => Math.round(number * 100) / 100;
const write = (text, x, y, { size = 11, color = MUTED, anchor = 'start', bold = false, turn } = {}) =>
  `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${color}" text-anchor="${anchor}"` +
  `${bold ? ' font-weight="600"' : ''}${turn ? ` transform="rotate(${turn} ${round(x)} ${round(y)})"` : ''}>${escape(text)}</text>`;

// Texts in about so many pixels: Hangul is as wide as it is high.
export const widthOf = (text, size) =>
  [...text].reduce((sum, sign) => sum + (sign > '\u1100' && sign < '\uffff' ? 1 : 0.56), 0) * size;

// Breaks a text into lines.
function wrap(text, size, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (widthOf(longer, size) > width && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

// Round numbers inside of a range: steps of 1, 2 or 5; of powers of ten on a log scale.
function ticks({ low, high, log }, most) {
  if (log) {
    const [a, b] = [Math.log10(low), Math.log10(high)];
    const every = Math.max(1, Math.ceil((b - a) / most));
    const powers = [];
    for (let k = Math.ceil(a - 1e-9); k <= b + 1e-9; k++) if (k % every === 0) powers.push(10 ** k);
    return powers.length > 1 ? powers : [low, high];
  }
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(k => k * power).find(step => step >= rough);
  const all = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) all.push(Number((k * step).toPrecision(12)));
  return all;
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';
function tickText(value, axis) {
  if (axis.texts) return axis.texts(value);
  if (!axis.log) return String(value).replace('-', '−');
  const power = Math.round(Math.log10(value));
  if (Math.abs(value - 10 ** power) > 1e-9 * value) return short(value);
  if (power >= -3 && power <= 3) return String(Number((10 ** power).toPrecision(3)));
  return `10${power < 0 ? '⁻' : ''}${[...String(Math.abs(power))].map(digit => SUPERSCRIPT[digit]).join('')}`;
}

const scale = ({ low, high, log }, from, to) => {
  const at = log ? Math.log10 : x => x;
  const [a, b] = [at(low), at(high)];
  return x => from + ((at(x) - a) / (b - a)) * (to - from);
};

// A line is broken where a value is missing, and left out where it leaves the panel far behind.
function path(points, x, y) {
  let text = '';
  let pen = 'M';
  for (const [px, py] of points) {
    const [cx, cy] = [x(px), y(py)];
    if (!Number.isFinite(cx) || !Number.isFinite(cy)) {
      pen = 'M';
      continue;
    }
    text += `${pen}${round(cx)} ${round(Math.max(-4000, Math.min(4000, cy)))}`;
    pen = 'L';
  }
  return text;
}

const MARKERS = {
  circle: r => `<circle r="${r}"/>`,
  square: r => `<rect x="${-r * 0.9}" y="${-r * 0.9}" width="${r * 1.8}" height="${r * 1.8}"/>`,
  diamond: r => `<path d="M0 ${-r * 1.3}L${r * 1.3} 0L0 ${r * 1.3}L${-r * 1.3} 0Z"/>`,
  cross: r => `<path d="M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}" fill="none" stroke-width="2"/>`,
};
const marker = (kind, cx, cy, color, r = 3.4) =>
  `<g transform="translate(${round(cx)} ${round(cy)})" fill="${color}" stroke="${color}" stroke-width="0">${MARKERS[kind](r)}</g>`;

const MARKS = {
  line: ({ points, color, width = 1.7, opacity = 1, dash, marker: kind, every = 1 }, x, y) =>
    `<path d="${path(points, x, y)}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"` +
    `${opacity < 1 ? ` stroke-opacity="${opacity}"` : ''}${dash ? ' stroke-dasharray="6 4"' : ''}/>` +
    (kind
      ? points.filter(([a, b], i) => i % every === 0 && Number.isFinite(x(a)) && Number.isFinite(y(b)))
          .map(([a, b]) => marker(kind, x(a), y(b), color)).join('')
      : ''),
  band: ({ points, color, opacity = 0.2 }, x, y) => {
    const whole = points.filter(([, low, high]) => Number.isFinite(y(low)) && Number.isFinite(y(high)));
    if (whole.length < 2) return '';
    const there = whole.map(([px, , high]) => [px, high]);
    const back = whole.map(([px, low]) => [px, low]).reverse();
    return `<path d="${path([...there, ...back], x, y)}Z" fill="${color}" fill-opacity="${opacity}"/>`;
  },
  points: ({ points, radius = 4.5 }, x, y) =>
    points.map(([px, py, color]) => `<circle cx="${round(x(px))}" cy="${round(y(py))}" r="${radius}" fill="${color}" stroke="${FRAME}" stroke-width="0.7"/>`).join(''),
  bars: ({ counts, color }, x, y, axis) => {
    const width = (axis.high - axis.low) / counts.length;
    const bar = (count, i) => {
      const [left, right, top] = [x(axis.low + i * width), x(axis.low + (i + 1) * width), y(count)];
      return count ? `<rect x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(y(0) - top)}" fill="${color}"/>` : '';
    };
    return counts.map(bar).join('');
  },
  cells: ({ rows, color }, x, y) =>
    rows.map((row, r) => row.map((value, c) =>
      `<rect x="${round(x(c + 0.5))}" y="${round(y(r + 1.5))}" width="${round(x(2) - x(1) + 0.4)}" height="${round(y(1) - y(2) + 0.4)}" fill="${color(value)}"/>`).join('')).join(''),
  // Where f is equal: half axes in the units of the panel.
  ellipse: ({ half: [a, b] }, x, y) =>
    `<ellipse cx="${round(x(0))}" cy="${round(y(0))}" rx="${round(x(a) - x(0))}" ry="${round(y(0) - y(b))}" fill="none" stroke="${FRAME}" stroke-width="0.9"/>`,
  frame: ({ x: [left, right], y: [low, high] }, x, y) =>
    `<rect x="${round(x(left))}" y="${round(y(high))}" width="${round(x(right) - x(left))}" height="${round(y(low) - y(high))}" fill="none" stroke="${MUTED}" stroke-width="1.2" stroke-dasharray="6 4"/>`,
  mark: ({ at: [px, py], color, kind = 'cross', radius = 4 }, x, y) => marker(kind, x(px), y(py), color, radius),
  ring: ({ at: [px, py] }, x, y) =>
    `<circle cx="${round(x(px))}" cy="${round(y(py))}" r="7.5" fill="none" stroke="${TITLE}" stroke-width="1.6"/>`,
  // A ring to drag, with room for a finger.
  handle: ({ at: [px, py] }, x, y) =>
    `<g class="handle" transform="translate(${round(x(px))} ${round(y(py))})"><circle r="18" fill="${WHITE}" fill-opacity="0"/><circle r="7" fill="none" stroke="${TITLE}" stroke-width="2.2"/></g>`,
  text: ({ at: [px, py], text, color = MUTED, anchor = 'start' }, x, y) => write(text, x(px), y(py), { color, anchor }),
  note: ({ lines }, x, y, axis, box) =>
    lines.map((line, i) => write(line, box.right - 5, box.top + 14 + 14 * i, { anchor: 'end', color: TEXT })).join(''),
};

let clips = 0;

function panel({ title, x: xAxis, y: yAxis, marks, bare }, left, top, width, height) {
  const yTicks = bare ? [] : ticks(yAxis, Math.max(2, height / 45));
  const tickWidth = Math.max(0, ...yTicks.map(value => widthOf(tickText(value, yAxis), 11)));
  const box = {
    left: left + (bare ? 0 : tickWidth + 10 + (yAxis.label ? LINE.label : 0)),
    right: left + width - 4,
    top: top + (title ? LINE.panel : 6),
    bottom: top + height - (xAxis.ticks?.length === 0 ? 0 : LINE.ticks) - (xAxis.label ? LINE.label : 0),
  };
  const [x, y] = [scale(xAxis, box.left, box.right), scale(yAxis, box.bottom, box.top)];
  let out = '';
  const xTicks = xAxis.ticks ?? ticks(xAxis, Math.max(2, (box.right - box.left) / 70));
  for (const value of xTicks) {
    const at = x(value);
    if (!bare) out += `<path d="M${round(at)} ${box.top}V${box.bottom}" stroke="${GRID}" stroke-width="0.8"/>`;
    out += write(tickText(value, xAxis), at, box.bottom + 15, { anchor: 'middle' });
  }
  for (const value of yTicks) {
    out += `<path d="M${box.left} ${round(y(value))}H${box.right}" stroke="${GRID}" stroke-width="0.8"/>`;
    out += write(tickText(value, yAxis), box.left - 7, y(value) + 4, { anchor: 'end' });
  }
  const clip = `clip${clips++}`;
  out += `<clipPath id="${clip}"><rect x="${box.left}" y="${box.top}" width="${round(box.right - box.left)}" height="${round(box.bottom - box.top)}"/></clipPath>`;
  out += `<g clip-path="url(#${clip})">${marks.map(mark => MARKS[mark.type](mark, x, y, xAxis, box)).join('')}</g>`;
  out += `<rect x="${box.left}" y="${box.top}" width="${round(box.right - box.left)}" height="${round(box.bottom - box.top)}" fill="none" stroke="${FRAME}" stroke-width="0.9"/>`;
  const middle = (box.left + box.right) / 2;
  if (title) out += write(title, middle, top + 13, { size: 12.5, color: TITLE, anchor: 'middle' });
  if (xAxis.label) out += write(xAxis.label, middle, top + height - LINE.label + 14, { size: 12.5, color: TEXT, anchor: 'middle' });
  if (yAxis.label && !bare) out += write(yAxis.label, left + 12, (box.top + box.bottom) / 2, { size: 12.5, color: TEXT, anchor: 'middle', turn: -90 });
  return { out, box, x, y };
}

// { title, subtitle, columns, height (of a panel), legend: [{ name, color, dash, marker }], panels } as an SVG of a
// width; `places` are the panels' boxes and scales.
export function figure({ title, subtitle, legend = [], panels, columns = 1, height = 300 }, width) {
  const inner = width - 2 * MARGIN;
  let y = MARGIN;
  let out = '';
  for (const line of wrap(title, 17, inner)) {
    out += write(line, MARGIN, (y += LINE.title) - 5, { size: 17, color: TITLE, bold: true });
  }
  for (const line of subtitle ? wrap(subtitle, 12.5, inner) : []) {
    out += write(line, MARGIN, (y += LINE.subtitle) - 4, { size: 12.5 });
  }
  if (legend.length) {
    let at = MARGIN;
    y += LINE.legend;
    for (const { name, color, dash, marker: kind } of legend) {
      const wide = 34 + widthOf(name, 12.5) + 14;
      if (at > MARGIN && at + wide > MARGIN + inner) {
        at = MARGIN;
        y += LINE.legend;
      }
      out += `<path d="M${at} ${y - 4}h26" stroke="${color}" stroke-width="2"${dash ? ' stroke-dasharray="6 4"' : ''}/>`;
      if (kind) out += marker(kind, at + 13, y - 4, color);
      out += write(name, at + 33, y, { size: 12.5, color: TEXT });
      at += wide;
    }
  }
  y += 8;
  const rows = Math.ceil(panels.length / columns);
  const gap = 14;
  const wide = (inner - gap * (columns - 1)) / columns;
  const places = panels.map((one, i) => {
    const drawn = panel(one, MARGIN + (i % columns) * (wide + gap), y + Math.floor(i / columns) * (height + 6), wide, height);
    out += drawn.out;
    return drawn;
  });
  const total = y + rows * (height + 6) + MARGIN - 6;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" role="img" ` +
    `aria-label="${escape(title)}" ${FONT}><rect width="${width}" height="${total}" fill="${WHITE}"/>${out}</svg>`;
  return { svg, places };
}
