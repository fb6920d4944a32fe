// 6.4: overfitting on 300 images; weight decay and dropout, turned while the network trains, and compared.
import { BLUE, GREY, INK, VERMILLION } from './colors.js';
import { figure } from './chart.js';
import { curve } from './curves.js';
import { fixed, short } from './dom.js';
import { t } from './language.js';
import { Lesson, native, settings, slider } from './lesson.js';
import { inputs, subtitle } from './shared.js';
import { mean, spreadOf, text } from './statistics.js';
import { HEAD, epochs, trainAll } from './training.js';
import { Transport } from './transport.js';

const IMAGES = 300;
const TEST = 500;
const HIDDEN = [100, 100, 100, 100, 100, 100];
const EPOCHS = 201;
const SETS = [{ name: 'train', label: 'training', color: BLUE, marker: 'circle' }, { name: 'test', label: 'test', color: VERMILLION, dash: true, marker: 'square' }];
const network = () => t('300 training images, {n}-100×6-10, SGD(0.01)', { n: inputs() });
const legend = () => SETS.map(set => ({ ...set, name: t(set.label) }));
const byEpoch = epoch => epoch;

// Curves of both accuracies of some runs, with the gap between their means shaded.
function marks(runs, every = 25) {
  const longest = Math.max(0, ...runs.map(run => run.train.length));
  const done = runs.filter(run => run.train.length === longest);
  const gap = Array.from({ length: longest }, (_, epoch) => [epoch, mean(done.map(run => run.test[epoch])), mean(done.map(run => run.train[epoch]))]);
  return [
    { type: 'band', color: GREY, opacity: 0.2, points: gap },
    ...SETS.flatMap(set => curve(runs.map(run => run[set.name]), byEpoch, { ...set, every })),
  ];
}

const ended = (runs, count) => runs.filter(run => run.train.length === count);
const ends = (runs, set) => runs.map(run => run[set].at(-1));
const gaps = runs => runs.map(run => run.train.at(-1) - run.test.at(-1));
const rows = (part, series, runs) => [...runs].flatMap(([seed, run]) =>
  run.train.flatMap((_, epoch) => SETS.map(set => [part, series, seed, epoch, `${set.name}_accuracy`, run[set.name][epoch]])));
const axes = count => ({ x: { low: 0, high: count - 1, label: t('epoch') }, y: { low: 0, high: 1, label: t('accuracy') } });

// Part and number of a network in the native program, by its regularisation.
const kindOf = (decay, dropout) =>
  decay && dropout ? undefined
    : decay ? { part: 'weight_decay', unit: 1, epochs: EPOCHS, flag: `--weight-decay ${decay}` }
    : dropout ? { part: 'dropout', unit: 3, epochs: 301, flag: `--dropout ${dropout}` }
    : { part: 'overfit', unit: 0, epochs: EPOCHS };

export function overfit() {
  const runs = new Map();
  // Where a slider was moved while a network trained: epoch and text.
  let turns = [];
  let going;
  let plan = kindOf(0, 0);
  let before = [];

  const lesson = new Lesson({
    id: 'overfit',
    question: t('A large network is trained on few images. How many of these does it classify rightly at the end, and how many test images, which it has not seen?'),
    choices: [t('almost all of both'), t('almost all training images, clearly fewer test images'), t('few of both')],
    look: t('The shaded area is the gap. While it trains, turn weight decay or dropout: does the gap narrow because the test accuracy rises, or because the training accuracy falls? Grey is the run before.'),
    why: t('A network with many more weights than images can fit them in many ways, down to their accidents. Nothing in the loss prefers the ways that hold for other images, too. The gap between training and test accuracy tells how far it has learnt its images by heart.'),
    answer() {
      const done = ended([...runs.values()], plan.epochs);
      if (!done.length) return undefined;
      const [train, test] = ['train', 'test'].map(set => ends(done, set));
      const gap = mean(train) - mean(test);
      // The question is about a network without regularisation.
      const right = plan.part !== 'overfit' || turns.length ? undefined : mean(train) > 0.95 ? (gap < 0.05 ? 0 : 1) : mean(train) < 0.5 && mean(test) < 0.5 ? 2 : undefined;
      return { right, text: t('Training accuracy ends at {n}, test accuracy at {n2}: a gap of {n3}.', { n: text(train, 3), n2: text(test, 3), n3: text(gaps(done), 3) }) };
    },
  });

  const turned = async () => {
    if (transport.state === 'running' || transport.state === 'paused') {
      if (going) {
        turns.push({ epoch: going.epoch, text: t('λ {n}, dropout {n2}', { n: short(decay.value), n2: dropout.value }) });
        await going.call({ do: 'change', weight_decay: decay.value, dropout: dropout.value });
      }
    }
    lesson.redraw();
  };
  const decay = slider('overfit', { name: 'decay', label: t('weight decay, λ'), value: 0, low: 0, high: 0.3, step: 0.01, show: short, change: turned });
  const dropout = slider('overfit', { name: 'dropout', label: t('dropout, share of units'), value: 0, low: 0, high: 0.6, step: 0.05, show: short, change: turned });

  const transport = new Transport(async passes => {
    before = ended([...runs.values()], plan.epochs);
    runs.clear();
    turns = [];
    plan = kindOf(decay.value, dropout.value) ?? { epochs: EPOCHS, unit: 0 };
    await trainAll({
      jobs: [plan], images: IMAGES, test: TEST, together: true, passes,
      settings: ({ unit }) => ({ unit, hidden: HIDDEN, weight_decay: decay.value, dropout: dropout.value }),
      async *turn({ call, seed, pass }) {
        const run = { train: [], test: [] };
        runs.set(seed, run);
        going = { call, epoch: 0 };
        yield* epochs({ call, pass }, plan.epochs, IMAGES / 100, (epoch, accuracies) => {
          going.epoch = epoch;
          for (const set of SETS) run[set.name].push(accuracies[set.name]);
          transport.say(t('seed {n}, epoch {n2}', { n: seed, n2: epoch }));
          lesson.redraw();
        });
        going = undefined;
      },
    });
  });

  lesson.figure('sec6_4_overfit', width => {
    const all = [...runs.values()];
    const grey = before.length ? SETS.map(set => ({
      type: 'line', color: GREY, width: 1.3, dash: set.dash, points: before[0][set.name].map((_, epoch) => [epoch, mean(before.map(run => run[set.name][epoch]))]),
    })) : [];
    const latest = all.at(-1);
    const note = latest?.train.length ? [t('gap {n}', { n: fixed(latest.train.at(-1) - latest.test.at(-1), 3) })] : [];
    const kinks = turns.flatMap(({ epoch, text }) => [
      { type: 'line', color: INK, width: 0.8, dash: true, points: [[epoch, 0], [epoch, 1]] },
      { type: 'text', at: [epoch, 0.02], text, color: INK },
    ]);
    return figure({
      title: t('Overfitting'), subtitle: subtitle(`${network()}; ${t('weight decay {n}, dropout {n2}', { n: short(decay.value), n2: dropout.value })}`),
      legend: [...legend(), ...(before.length ? [{ name: t('the run before'), color: GREY }] : [])], height: 340,
      panels: [{ ...axes(plan.epochs), marks: [...grey, ...marks(all), ...kinks, { type: 'text', at: [plan.epochs * 0.98, 0.1], anchor: 'end', text: note[0] ?? '', color: INK }] }],
    }, width);
  }, () => [HEAD, ...rows(plan.part ?? 'both', plan.part ?? 'both', runs)]);

  lesson.native = () => {
    if (turns.length) return { note: t('Settings were turned while the network trained: there is no native run of that. Start again with them.') };
    const kind = kindOf(decay.value, dropout.value);
    if (!kind) return { note: t('The native program trains with weight decay or with dropout, not with both.') };
    return { note: t('--quick judges by 500 test images, as this page does, instead of 10,000.'), ...native('sec6_4_regularization', `--part ${kind.part}`, kind.flag, `--quick --epochs ${kind.epochs}`) };
  };
  return lesson.compose(settings(decay, dropout), transport.bar);
}

export function regularise() {
  const KINDS = [
    { name: 'overfit', label: () => t('no regularisation'), unit: 0, epochs: EPOCHS, settings: () => ({}) },
    { name: 'weight_decay', label: () => t('weight decay {n}', { n: 0.1 }), unit: 1, epochs: EPOCHS, settings: () => ({ weight_decay: 0.1 }) },
    { name: 'dropout', label: () => t('dropout {n}', { n: 0.2 }), unit: 3, epochs: 301, settings: () => ({ dropout: 0.2 }) },
  ];
  let runs = KINDS.map(() => new Map());
  const done = k => ended([...runs[k].values()], KINDS[k].epochs);
  const lesson = new Lesson({
    id: 'regularise',
    question: t('Weight decay makes large weights costly, dropout switches units off at random. What becomes of the gap between training and test accuracy, and of the test accuracy itself?'),
    choices: [t('the gap narrows, and test accuracy rises'), t('the gap narrows, but test accuracy does not rise'), t('the gap does not narrow')],
    look: t('Compare the ends of the orange curves, not only the shaded areas.'),
    why: t('The penalty pulls every weight towards 0 in each update, so that only what many images agree on can hold weights large. It also keeps the network from fitting its training images as closely. So the gap can narrow in two ways: test accuracy rises, which is the aim, or training accuracy falls, which helps nobody.'),
    wrong: t('The book says that both hold overfitting back. That is true of the gap, but within so few epochs not of the test accuracy, which is what matters in the end: regularisation makes learning slower, but not yet better.'),
    answer() {
      const all = KINDS.map((_, k) => done(k));
      if (all.some(list => !list.length)) return undefined;
      const [gap, test] = [all.map(list => mean(gaps(list))), all.map(list => mean(ends(list, 'test')))];
      const narrows = gap[1] < gap[0] && gap[2] < gap[0];
      const rises = test[1] > test[0] && test[2] > test[0];
      const neither = test[1] <= test[0] && test[2] <= test[0];
      const right = gap[1] >= gap[0] && gap[2] >= gap[0] ? 2 : narrows && rises ? 0 : narrows && neither ? 1 : undefined;
      const list = KINDS.map((kind, k) => t('{what}: gap {n}, test accuracy {n2}', { what: kind.label(), n: text(gaps(all[k]), 3), n2: text(ends(all[k], 'test'), 3) })).join('; ');
      return { right, text: `${list}.` };
    },
  });
  const transport = new Transport(async passes => {
    runs = KINDS.map(() => new Map());
    await trainAll({
      jobs: KINDS, images: IMAGES, test: TEST, together: true, passes,
      settings: kind => ({ unit: kind.unit, hidden: HIDDEN, ...kind.settings() }),
      async *turn({ call, seed, job, index, pass }) {
        const run = { train: [], test: [] };
        runs[index].set(seed, run);
        yield* epochs({ call, pass }, job.epochs, IMAGES / 100, (epoch, accuracies) => {
          for (const set of SETS) run[set.name].push(accuracies[set.name]);
          transport.say(t('seed {n}, epoch {n2}', { n: seed, n2: epoch }));
          lesson.redraw();
        });
      },
    });
  });
  lesson.figure('sec6_4_comparison', width => figure({
    title: t('Weight decay and dropout against overfitting'), subtitle: subtitle(network()), legend: legend(),
    panels: KINDS.map((kind, k) => ({ title: kind.label(), ...axes(kind.epochs), marks: marks([...runs[k].values()], 50) })),
    columns: width > 620 ? 3 : 1, height: 260,
  }, width), () => [HEAD, ...KINDS.flatMap((kind, k) => rows(kind.name, kind.name, runs[k]))]);
  lesson.native = () => ({ note: t('With 201 epochs for all; here dropout has 301, the book’s. --quick judges by 500 test images, as this page does, instead of 10,000.'), ...native('sec6_4_regularization', '--quick --epochs 201') });
  return lesson.compose(transport.bar);
}
