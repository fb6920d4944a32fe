// 6.3: training with and without batch normalisation at 16 scales of the initial weights.
import { BLUE, INK, VERMILLION } from './colors.js';
import { figure } from './chart.js';
import { curve } from './curves.js';
import { short } from './dom.js';
import { t } from './language.js';
import { Lesson, native, settings, slider } from './lesson.js';
import { inputs, seeds, subtitle } from './shared.js';
import { mean, spreadOf, text } from './statistics.js';
import { HEAD, epochs, trainAll } from './training.js';
import { Transport } from './transport.js';

const SCALES = 16;
const EPOCHS = 20;
const IMAGES = 1000;
// An accuracy that a network must pass to have learned.
const LEARNT = 0.5;
// The scale that the question is about: 0.0136.
const OPENING = 7;
const KINDS = [
  { name: 'plain', label: 'without batch norm', color: VERMILLION, dash: true, marker: 'square', batch_norm: false },
  { name: 'batchnorm', label: 'with batch norm', color: BLUE, marker: 'circle', batch_norm: true },
];
const weightScale = index => 10 ** ((-4 * index) / (SCALES - 1));

// runs[2·scale + kind]: seed → accuracies by epoch, and whether the network diverged.
const empty = () => Array.from({ length: 2 * SCALES }, () => new Map());

async function train(runs, scales, passes, seen) {
  await trainAll({
    jobs: scales.flatMap(scale => [2 * scale, 2 * scale + 1]), images: IMAGES, together: scales.length === 1, passes,
    settings: unit => ({ unit, initializer: String(weightScale(unit >> 1)), batch_norm: KINDS[unit & 1].batch_norm }),
    async *turn({ call, seed, job: unit, pass }) {
      const accuracies = [];
      runs[unit].set(seed, accuracies);
      yield* epochs({ call, pass }, EPOCHS, IMAGES / 100, (epoch, { train }, loss) => {
        accuracies.push(train);
        accuracies.diverged ||= loss === null;
        seen(seed, unit, epoch);
      });
    },
  });
}

const whole = (runs, unit) => [...runs[unit].values()].filter(run => run.length === EPOCHS);
const ends = (runs, unit) => whole(runs, unit).map(run => run.at(-1));

const panel = (runs, scale) => ({
  title: `W ${short(weightScale(scale))}`,
  x: { low: 0, high: EPOCHS - 1, label: t('epoch') }, y: { low: 0, high: 1, label: t('training accuracy') },
  marks: KINDS.flatMap((kind, k) => curve([...runs[2 * scale + k].values()], i => i, kind)),
});
const legend = () => KINDS.map(kind => ({ ...kind, name: t(kind.label) }));
const networks = () => t('1,000 training images, {n}-100×5-10, SGD(0.01)', { n: inputs() });
const rows = runs => [HEAD, ...runs.flatMap((of, unit) => [...of].flatMap(([seed, run]) =>
  run.map((accuracy, epoch) => ['batchnorm', `${String((unit >> 1) + 1).padStart(2, '0')}/${KINDS[unit & 1].name}`, seed, epoch, 'train_accuracy', accuracy])))];
const nativeRun = () => native('sec6_3_batchnorm', '--part batchnorm');
const scaleSlider = (id, label, change) => slider(id, {
  name: 'scale', label, value: OPENING + 1, low: 1, high: SCALES, step: 1, change,
  show: number => short(weightScale(number - 1)),
});

export function oneScale() {
  const runs = empty();
  const at = () => scale.value - 1;
  const lesson = new Lesson({
    id: 'scale',
    question: t('The same network with and without batch normalisation, from small random weights of standard deviation 0.0136: which of the two learns?'),
    choices: [t('only the one with batch normalisation'), t('both, the one with it faster'), t('both, the one without it faster'), t('neither learns')],
    look: t('Look where a curve passes an accuracy of 0.5. Then choose W 0.293: who is ahead now? The number of seeds, at the top, shows what is luck.'),
    why: t('Each layer multiplies by its weights. If they are small, activations and gradients shrink from layer to layer, and too little reaches the first layers for them to learn. Batch normalisation gives every unit mean 0 and variance 1 over the mini-batch, in each layer and whatever the scale of the weights; γ and β, which are learned, then scale and shift.'),
    answer() {
      const both = [0, 1].map(kind => ends(runs, 2 * at() + kind));
      if (both.some(list => !list.length)) return undefined;
      const learnt = both.map(list => mean(list) > LEARNT);
      const [plain, normalised] = [0, 1].map(kind => mean(whole(runs, 2 * at() + kind).map(mean)));
      const right = !learnt[0] ? (learnt[1] ? 0 : 3) : learnt[1] ? (normalised > plain ? 1 : 2) : undefined;
      const [n, n2] = both.map(list => text(list, 3));
      // The question is about one scale.
      return { right: at() === OPENING ? right : undefined, text: t('At W {w}, training accuracy ends at {n} without batch normalisation, at {n2} with it.', { w: short(weightScale(at())), n, n2 }) };
    },
  });
  const scale = scaleSlider('scale', t('W, standard deviation of the initial weights'), () => {
    transport.reset();
    lesson.redraw();
  });
  const transport = new Transport(async passes => {
    [0, 1].forEach(kind => runs[2 * at() + kind].clear());
    await train(runs, [at()], passes, (seed, _, epoch) => {
      transport.say(t('seed {n}, epoch {n2}', { n: seed, n2: epoch }));
      lesson.redraw();
    });
  });
  lesson.figure('sec6_3_opening', width => figure({
    title: t('Training with and without batch normalisation'), subtitle: subtitle(networks()), legend: legend(), height: 320, panels: [panel(runs, at())],
  }, width), () => rows(runs));
  lesson.native = () => ({ note: t('The native program always trains all 16 scales.'), ...nativeRun() });
  return lesson.compose(settings(scale), transport.bar);
}

export function allScales() {
  const runs = empty();
  const lesson = new Lesson({
    id: 'scales',
    question: t('And from other weights? At 16 scales W from 1 to 0.0001, where does batch normalisation end ahead?'),
    choices: [t('at every scale'), t('at most scales, but not where the network learns without it, too'), t('at about half of the scales')],
    look: t('The upper panel grows from left to right: where does the orange curve leave the floor, and which curve is higher there? The lower one shows how the network at one W got there.'),
    why: t('Batch normalisation is an insurance against a bad start, not a gain over a good one: where the network learns without it, it learns faster without it.'),
    wrong: t('The book concludes from its figure that training is faster with batch normalisation almost everywhere. That holds where the network does not learn without it. At the two scales where it does, in every seed, the network without it ends ahead.'),
    answer() {
      const all = runs.map((_, unit) => ends(runs, unit));
      if (all.some(list => !list.length)) return undefined;
      const means = all.map(mean);
      const each = Array.from({ length: SCALES }, (_, scale) => [means[2 * scale], means[2 * scale + 1]]);
      const behind = each.map(([plain, norm], scale) => (plain >= norm ? scale : -1)).filter(scale => scale >= 0);
      const ahead = SCALES - behind.length;
      const right = ahead === SCALES ? 0 : ahead >= 13 && behind.every(scale => each[scale][0] > LEARNT) ? 1 : ahead >= 6 && ahead <= 10 ? 2 : undefined;
      const learnt = kind => each.filter(pair => pair[kind] > LEARNT).length;
      return { right, text: t('Training accuracy ends above 0.5 at {n} of 16 scales without batch normalisation, at {n2} with it. Without it, the network ends ahead at W {list}.', {
        n: learnt(0), n2: learnt(1), list: behind.map(scale => short(weightScale(scale))).join(', ') || '–',
      }) };
    },
  });
  const scale = scaleSlider('scales', t('W of the lower panel'), () => lesson.redraw());
  const transport = new Transport(async passes => {
    runs.forEach(of => of.clear());
    let done = 0;
    await train(runs, Array.from({ length: SCALES }, (_, k) => k), passes, (seed, unit, epoch) => {
      if (epoch === EPOCHS - 1) done++;
      transport.say(t('seed {n}: {n2} of {n3} networks', { n: seed, n2: done, n3: 2 * SCALES * seeds().length }));
      lesson.redraw();
    });
  });
  lesson.figure('sec6_3_scales', width => {
    const marks = KINDS.flatMap((kind, k) => {
      const at = [];
      for (let s = SCALES - 1; s >= 0; s--) {
        const list = ends(runs, 2 * s + k);
        if (list.length) at.push([weightScale(s), spreadOf(list)]);
      }
      return [
        ...(at.some(([, { runs: n }]) => n > 1) ? [
          { type: 'band', color: kind.color, opacity: 0.12, points: at.map(([w, { min, max }]) => [w, min, max]) },
          { type: 'band', color: kind.color, opacity: 0.2, points: at.map(([w, { mean: m, std }]) => [w, m - std, m + std]) },
        ] : []),
        { type: 'line', color: kind.color, dash: kind.dash, marker: kind.marker, points: at.map(([w, { mean: m }]) => [w, m]) },
      ];
    });
    runs.forEach((of, unit) => {
      if (whole(runs, unit).some(run => run.diverged)) marks.push({ type: 'mark', at: [weightScale(unit >> 1), mean(ends(runs, unit))], color: INK, radius: 5 });
    });
    return figure({
      title: t('Batch normalisation and the scale of the initial weights'), subtitle: subtitle(networks()),
      legend: [...legend(), { name: t('diverged'), color: INK, marker: 'cross' }], height: 320,
      panels: [
        { x: { low: 1e-4 / 1.3, high: 1.3, log: true, label: t('W, standard deviation of the initial weights') }, y: { low: 0, high: 1, label: t('final training accuracy') }, marks },
        panel(runs, scale.value - 1),
      ],
    }, width);
  }, () => rows(runs));
  lesson.native = nativeRun;
  return lesson.compose(transport.bar, settings(scale));
}
