// 6.1.2 to 6.1.7: four optimizers in a ravine. The start is dragged, learning rates and momentum are turned.
import { BLUE, GREEN, INK, ORANGE, VERMILLION } from './colors.js';
import { figure } from './chart.js';
import { fixed, h, short } from './dom.js';
import { t } from './language.js';
import { Lesson, settings, slider } from './lesson.js';
import { ask } from './pool.js';
import { shared } from './shared.js';

export const OPTIMIZERS = [
  { name: 'sgd', label: 'SGD', lr: 0.95, color: VERMILLION, marker: 'circle' },
  { name: 'momentum', label: 'Momentum', lr: 0.1, color: ORANGE, marker: 'cross' },
  { name: 'adagrad', label: 'AdaGrad', lr: 1.5, color: BLUE, marker: 'square' },
  { name: 'adam', label: 'Adam', lr: 0.3, color: GREEN, marker: 'diamond' },
];
const POINTS = 30;
const START = [-7, 2];
const LEVELS = [0.1, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16];
const X = { low: -10, high: 10, label: 'x' };
const Y = { low: -3, high: 3, label: 'y' };
const f = ([x, y]) => (x * x) / 20 + y * y;
const height = end => (end >= 5e-5 && end < 1e4 ? fixed(end, 4) : short(end));

export function ravine() {
  let paths = OPTIMIZERS.map(() => [START]);
  let shown = POINTS;
  let timer;
  let asked = 0;

  const lesson = new Lesson({
    id: 'ravine',
    question: t('Four optimizers take 29 steps down a ravine that is steep in y and nearly level in x. Which of them ends lowest?'),
    choices: OPTIMIZERS.map(one => t(one.label)),
    look: t('Drag the start, turn the learning rates, and play: who zigzags, who runs past the minimum, whose steps shrink? The number above each path is f at its end.'),
    why: t("One learning rate has to do for both directions: SGD's is almost too large for the steep one, where each step overshoots, and small for the level one. Momentum and Adam keep a velocity; it carries them past the minimum, and they have to come back. AdaGrad divides each coordinate's step by the root of all its squared gradients: the steep direction is damped at once, and the level one keeps its pace."),
    wrong: t('The notebook reads from its figure that Adam is the most efficient here. The numbers say AdaGrad: a path that looks smooth has not necessarily arrived.'),
    answer() {
      if (shown < POINTS || paths[0].length < POINTS) return undefined;
      const ends = paths.map((path, k) => [f(path.at(-1)), k]).sort((a, b) => a[0] - b[0]);
      const list = ends.map(([end, k]) => `${t(OPTIMIZERS[k].label)} ${height(end)}`).join(', ');
      return {
        right: Number.isFinite(ends[0][0]) ? ends[0][1] : undefined,
        text: t('f at the last point, the lowest first: {list}.', { list }),
      };
    },
  });

  const compute = async () => {
    const mine = ++asked;
    const all = await Promise.all(OPTIMIZERS.map((one, k) =>
      ask({ do: 'ravine', optimizer: one.name, lr: rates[k].value, start: [x.value, y.value], points: POINTS, ...(one.name === 'momentum' && { momentum: momentum.value }) })));
    if (mine !== asked) return;
    paths = all.map(path => path.map(([a, b]) => [a ?? NaN, b ?? NaN]));
    lesson.redraw();
  };
  const rates = OPTIMIZERS.map(one => slider('ravine', {
    name: one.name, label: t('{what}, learning rate', { what: t(one.label) }), value: one.lr, low: 0.01, high: 3, step: 0.02, log: true, show: short, change: compute,
  }));
  const momentum = slider('ravine', { name: 'alpha', label: t('Momentum, α'), value: 0.9, low: 0, high: 0.99, step: 0.01, change: compute });
  const x = slider('ravine', { name: 'x', label: t('start, x'), value: START[0], low: -10, high: 10, step: 0.1, change: compute });
  const y = slider('ravine', { name: 'y', label: t('start, y'), value: START[1], low: -3, high: 3, step: 0.05, change: compute });

  const show = points => {
    shown = Math.min(POINTS, points);
    if (shown === POINTS) stop();
    lesson.redraw();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = t('▶ play');
  };
  const play = h('button', { type: 'button', class: 'main', onclick() {
    if (timer) return stop();
    if (shown === POINTS) shown = 1;
    play.textContent = t('❚❚ pause');
    timer = setInterval(() => show(shown + 1), 150 + shared.delay);
  } }, t('▶ play'));
  const bar = h('div', { class: 'transport', role: 'group', 'aria-label': t('run, pause, step') }, play,
    h('button', { type: 'button', onclick: () => { stop(); show(shown === POINTS ? 2 : shown + 1); } }, t('step')),
    h('button', { type: 'button', onclick: () => { stop(); show(1); } }, t('to the start')),
    h('button', { type: 'button', onclick: () => { stop(); show(POINTS); } }, t('to the end')),
    h('button', { type: 'button', onclick() {
      [...rates, momentum, x, y].forEach((one, k) => one.set([...OPTIMIZERS.map(o => o.lr), 0.9, ...START][k], true));
      compute();
    } }, t("the book's settings")));

  const paths1 = lesson.figure('sec6_1_paths', width => {
    const panels = OPTIMIZERS.map((one, k) => {
      const path = paths[k].slice(0, shown);
      const end = f(path.at(-1));
      return {
        title: `${t(one.label)}: f = ${height(end)}`, x: X, y: Y,
        marks: [
          ...LEVELS.map(level => ({ type: 'ellipse', half: [Math.sqrt(20 * level), Math.sqrt(level)] })),
          { type: 'mark', at: [0, 0], color: INK, radius: 3 },
          { type: 'line', points: path, color: one.color, marker: 'circle' },
          { type: 'handle', at: [x.value, y.value] },
        ],
      };
    });
    return figure({ title: t('Optimizers in a ravine'), subtitle: t('contours of x²/20 + y²; drag the ring to start elsewhere'), panels, columns: width > 560 ? 2 : 1, height: width > 560 ? 250 : 210 }, width);
  }, () => [
    ['part', 'series', 'seed', 'step', 'metric', 'value'],
    ...OPTIMIZERS.flatMap((one, k) => paths[k].flatMap(([a, b], step) => [['x', a], ['y', b], ['f', f([a, b])]].map(([metric, value]) => ['ravine', one.name, shared.seed, step, metric, value]))),
  ]);
  paths1.place.addEventListener('pointerdown', event => {
    if (!event.target.closest('.handle')) return;
    event.preventDefault();
    const svg = paths1.place.getBoundingClientRect();
    const at = event.clientX - svg.left, above = event.clientY - svg.top;
    const { box } = paths1.places.find(({ box }) => at >= box.left - 20 && at <= box.right + 20 && above >= box.top - 20 && above <= box.bottom + 20);
    const inside = (value, { low, high }) => Math.min(high, Math.max(low, Math.round(value * 20) / 20));
    const move = ({ clientX, clientY }) => {
      x.set(inside(X.low + ((clientX - svg.left - box.left) / (box.right - box.left)) * 20, X), true);
      y.set(inside(Y.high - ((clientY - svg.top - box.top) / (box.bottom - box.top)) * 6, Y), true);
      compute();
    };
    const end = new AbortController();
    paths1.place.setPointerCapture(event.pointerId);
    paths1.place.addEventListener('pointermove', move, end);
    for (const over of ['pointerup', 'pointercancel']) paths1.place.addEventListener(over, () => end.abort(), end);
  });
  lesson.figure('sec6_1_descent', width => {
    const lines = OPTIMIZERS.map((one, k) => ({ type: 'line', color: one.color, marker: one.marker, points: paths[k].slice(0, shown).map((point, step) => [step, f(point) || NaN]) }));
    const heights = paths.flat().map(f).filter(height => height > 0 && Number.isFinite(height));
    return figure({
      title: t('How far down the optimizers get'), subtitle: t('f along the paths'), height: 300,
      legend: OPTIMIZERS.map((one, k) => ({ name: `${t(one.label)}, lr ${short(rates[k].value)}`, color: one.color, marker: one.marker })),
      panels: [{ x: { low: 0, high: POINTS - 1, label: t('step') }, y: { low: Math.max(1e-12, Math.min(...heights) / 2), high: Math.max(...heights) * 2, log: true, label: 'f' }, marks: lines }],
    }, width);
  });

  lesson.native = () => {
    const usual = x.value === START[0] && y.value === START[1] && momentum.value === 0.9;
    const books = rates.every((rate, k) => rate.value === OPTIMIZERS[k].lr);
    const equal = rates.every(rate => rate.value === rates[0].value);
    if (!usual || !(books || equal)) return { note: t('The native program starts at (−7, 2) with momentum 0.9, and takes one learning rate for all four or those of the book: these settings are the page’s alone.') };
    return { program: 'sec6_1_optimizers', flags: `--part ravine --precision f64 --dataset synthetic${books ? '' : ` --lr ${rates[0].value}`}` };
  };
  lesson.onreveal = compute;
  return lesson.compose(settings(...rates, momentum, x, y), bar);
}
