// 6.2.2 and 6.2.3: activations of five layers, while the scale of the weights is turned.
import { BLUE, GREEN, VERMILLION } from './colors.js';
import { figure } from './chart.js';
import { fixed, h, short } from './dom.js';
import { t } from './language.js';
import { Lesson, native, settings, slider } from './lesson.js';
import { ask } from './pool.js';
import { shared, subtitle } from './shared.js';

// In the order of the native program, which counts its cases in it.
const SHOWN = [
  { name: 'sigmoid', label: 'sigmoid', color: BLUE, low: 0, high: 1, presets: ['1', '0.01', 'xavier'] },
  { name: 'tanh', label: 'tanh', color: GREEN, low: -1, high: 1, presets: ['1', '0.01', 'xavier'] },
  { name: 'relu', label: 'ReLU', color: VERMILLION, low: 0, high: 3, presets: ['0.01', 'xavier', 'he'] },
];
const HIGHEST = 20_000;
const STD = { xavier: Math.sqrt(1 / 100), he: Math.sqrt(2 / 100) };
const NAMES = { 1: 'std 1', 0.01: 'std 0.01', xavier: 'Xavier', he: 'He' };

export function activations() {
  let layers = [];
  let asked = 0;
  // Set by a preset: then the draws are those of its case in the native program.
  let preset = 'xavier';

  const lesson = new Lesson({
    id: 'activations',
    question: t('Random inputs pass through five layers of ReLU. Which initial weights keep the values as spread out in the last layer as in the first?'),
    choices: [t('std 0.01'), t('Xavier'), t('He')],
    look: t('Move the slider: where does a function crowd at its ends, where do all values become one? Then find the scale at which five layers look alike, and compare it with Xavier (0.1) and He (0.141).'),
    why: t("A layer of n inputs multiplies their mean square by n times the variance of its weights. Xavier's variance of 1/n keeps it, up to the activation function. Sigmoid and tanh are flatter than the line y = x and shrink the spread a little; ReLU sets half of the values to 0, which halves the mean square, and He's variance of 2/n makes up for that. Larger weights push sigmoid and tanh to their ends, where the slope is almost 0, so that gradients vanish."),
    wrong: t('The notebook draws all histograms between 0 and 1 and so hides the negative half of tanh; and with ReLU and Xavier the values do not stay spread: their standard deviation falls from layer to layer.'),
    answer() {
      if (layers.length < 3 || !layers[2].length) return undefined;
      const what = preset ? t(NAMES[preset]) : `std ${short(scale.value)}`;
      const list = SHOWN.map((one, k) => `${t(one.label)} ${short(layers[k][0].std)} → ${short(layers[k][4].std)}`).join(', ');
      return { right: keeps, text: t('The figure shows {what}; standard deviation from the first layer to the last: {list}. Choose std 0.01, Xavier and He in turn.', { what, list }) };
    },
  });
  let keeps;

  const compute = async () => {
    const mine = ++asked;
    const std = scale.value;
    const one = (shown, initializer) => {
      const unit = 3 * SHOWN.indexOf(shown) + Math.max(0, shown.presets.indexOf(initializer));
      return ask({ do: 'activations', activation: shown.name, initializer, seed: shared.seed, unit, range: [shown.low, shown.high] });
    };
    const found = await Promise.all(SHOWN.map(shown => one(shown, preset ?? String(std))));
    if (keeps === undefined) {
      const relu = await Promise.all(SHOWN[2].presets.map(initializer => one(SHOWN[2], initializer)));
      const keep = [0, 1, 2].filter(k => relu[k][4].std >= 0.5 * relu[k][0].std);
      if (keep.length === 1) [keeps] = keep;
    }
    if (mine !== asked) return;
    layers = found;
    presets.querySelectorAll('button').forEach(button => button.setAttribute('aria-pressed', button.dataset.preset === preset));
    lesson.redraw();
  };
  const scale = slider('activations', { name: 'std', label: t('standard deviation of the weights'), value: 0.1, low: 0.001, high: 3, step: 0.01, log: true, show: short, change() {
    preset = undefined;
    compute();
  } });
  if (scale.value !== 0.1) preset = undefined;
  const presets = h('div', { class: 'transport', role: 'group', 'aria-label': t('initial weights') }, Object.entries(NAMES).map(([name, label]) =>
    h('button', { type: 'button', 'data-preset': name, onclick() {
      scale.set(STD[name] ? Number(STD[name].toPrecision(3)) : Number(name), true);
      preset = name;
      compute();
    } }, t(label))));

  lesson.figure('sec6_2_activations', width => {
    const wide = width > 560;
    const panels = SHOWN.flatMap((shown, k) => (layers[k] ?? []).map((layer, i) => ({
      title: k === 0 || !wide ? `${wide ? '' : `${t(shown.label)}, `}${t('layer {n}', { n: i + 1 })}` : '',
      bare: true,
      x: { low: shown.low, high: shown.high, ticks: [shown.low, shown.high], label: !wide ? '' : i === 2 ? t(shown.label) : ' ' },
      y: { low: 0, high: HIGHEST },
      marks: [
        { type: 'bars', counts: layer.counts, color: shown.color },
        { type: 'note', lines: [`std ${short(layer.std)}`, ...(layer.saturated > 0.005 ? [t('{n} % at the ends', { n: fixed(100 * layer.saturated, 0) })] : [])] },
      ],
    })));
    return figure({
      title: t('Activations of five layers'), subtitle: `${t('1,000 standard normal inputs, 100 units a layer; weights: {what}', { what: preset ? t(NAMES[preset]) : `std ${short(scale.value)}` })}; ${t('seed {n}', { n: shared.seed })}`,
      panels, columns: wide ? 5 : 2, height: 130,
    }, width);
  }, () => [
    ['part', 'series', 'seed', 'step', 'metric', 'value'],
    ...SHOWN.flatMap((shown, k) => layers[k].flatMap((layer, step) => ['std', 'saturated', 'zero'].map(metric => ['activations', `${shown.name}/${preset ?? scale.value}`, shared.seed, step, metric, layer[metric]]))),
  ]);

  lesson.native = () => preset
    ? native('sec6_2_weight_init', '--part activations')
    : { note: t('The native program shows std 1, std 0.01, Xavier and He; the scales between them are the page’s alone.') };
  lesson.onreveal = compute;
  return lesson.compose(settings(scale), presets);
}
