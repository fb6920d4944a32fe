// 6.1.8 and 6.2.4: training losses on digits, of four optimizers or of three initialisers.
import { BLUE, GREEN, ORANGE, VERMILLION } from './colors.js';
import { figure } from './chart.js';
import { curve } from './curves.js';
import { short } from './dom.js';
import { t } from './language.js';
import { Lesson, choice, native, settings, slider } from './lesson.js';
import { inputs, seeds, shared, subtitle } from './shared.js';
import { mean, smoothAt, spreadOf } from './statistics.js';
import { Transport } from './transport.js';
import { HEAD, trainAll } from './training.js';

const TAIL = 100;
const images = () => Math.min(10_000, shared.data.train ?? Infinity);
const TURN = 10;
// Curves are drawn through so many points.
const DRAWN = 250;

// Losses may differ by powers of ten.
const size = losses => {
  const { mean, std, runs } = spreadOf(losses);
  return runs > 1 ? `${short(mean)} ± ${short(std)}` : short(mean);
};

function losses({ id, lesson: texts, title, section, series }) {
  // runs[k][seed]: the losses of series k.
  let runs;
  const ends = seed => series.map((_, k) => {
    const run = runs[k].get(seed);
    return run?.length === updates.value ? mean(run.slice(-TAIL)) : undefined;
  });
  const finished = () => seeds().map(ends).filter(each => each.every(end => end !== undefined));
  const clear = () => (runs = series.map(() => new Map()));
  clear();

  const lesson = new Lesson({ id, ...texts, answer() {
    const each = finished();
    if (!each.length) return undefined;
    const list = series.map((one, k) => `${t(one.label)} ${size(each.map(end => end[k]))}`).join(', ');
    return { right: texts.right(each), text: t('Mean loss of the last 100 iterations: {list}.', { list }) + (texts.more?.(each) ?? '') };
  } });

  const changed = () => {
    transport.reset();
    clear();
    lesson.redraw();
  };
  const updates = slider(id, { name: 'updates', label: t('iterations'), value: 2000, low: 100, high: 2000, step: 100, change: changed });
  const lr = choice(id, {
    name: 'lr', label: t('learning rate'), value: '', change: changed,
    options: [['', t("the book's")], ...['0.0001', '0.001', '0.003', '0.01', '0.03', '0.1', '0.3', '1'].map(rate => [rate, series.length > 3 ? t('{n} for all', { n: rate }) : rate])],
  });
  const rate = one => Number(lr.value) || one.lr;

  const transport = new Transport(async passes => {
    clear();
    await trainAll({
      jobs: series, images: images(), together: true, passes,
      settings: (one, _) => ({ unit: series.indexOf(one), batch_size: 128, hidden: [100, 100, 100, 100], optimizer: one.optimizer, initializer: one.initializer, lr: rate(one) }),
      async *turn({ call, seed, index, pass }) {
        const losses = [];
        runs[index].set(seed, losses);
        while (losses.length < updates.value) {
          await pass();
          const more = await call({ do: 'advance', updates: TURN, loss_after: true });
          losses.push(...more.map(loss => loss ?? NaN));
          transport.say(t('seed {n}, iteration {n2}', { n: seed, n2: losses.length }));
          lesson.redraw();
          yield;
        }
      },
    });
  });

  lesson.figure(`${section.slice(0, 6)}_mnist`, width => {
    const step = Math.max(1, Math.round(updates.value / DRAWN));
    const thin = run => {
      const points = [];
      for (let i = 0; i < run.length; i += step) points.push(smoothAt(run, i));
      return points;
    };
    const drawn = runs.map(of => [...of.values()].map(thin));
    const all = drawn.flat(2).filter(loss => loss > 0 && Number.isFinite(loss));
    const highest = Math.min(all.length ? Math.max(...all) : 2.4, 1.2 * Math.LN10);
    const low = all.length ? Math.min(...all) : 0.01;
    const marks = series.flatMap((one, k) => curve(drawn[k], i => i * step, { color: one.color, marker: one.marker, every: 25 }));
    const x = { low: 0, high: updates.value, label: t('iteration') };
    const label = t('training loss (smoothed)');
    return figure({
      title, subtitle: subtitle(t('{n2}-100×4-10, ReLU, batch 128, {n} training images', { n2: inputs(), n: images() })),
      legend: series.map(one => ({ name: `${t(one.label)}, lr ${rate(one)}`, color: one.color, marker: one.marker })),
      panels: [{ x, y: { low: 0, high: highest * 1.04, label }, marks }, { x, y: { low: 10 ** Math.floor(Math.log10(low)), high: 10 ** Math.ceil(Math.log10(highest)), log: true, label }, marks }],
      columns: width > 620 ? 2 : 1, height: 300,
    }, width);
  }, () => [HEAD, ...series.flatMap((one, k) => [...runs[k]].flatMap(([seed, run]) => run.map((loss, step) => ['mnist', one.name, seed, step, 'train_loss', loss])))]);

  lesson.native = () => native(section, '--part mnist', `--train-size ${images()}`, updates.value < 2000 && `--iterations ${updates.value}`, lr.value && `--lr ${lr.value}`);
  return lesson.compose(settings(updates, lr), transport.bar);
}

// Which is lowest in more than half of the seeds.
const lowest = each => {
  const wins = each.map(ends => ends.indexOf(Math.min(...ends.filter(Number.isFinite))));
  return [...new Set(wins)].find(k => k >= 0 && 2 * wins.filter(win => win === k).length > wins.length);
};

export function race() {
  const optimizer = (name, label, lr, color, marker) => ({ name, label, lr, color, marker, optimizer: name, initializer: 'he' });
  const series = [
    optimizer('sgd', 'SGD', 0.01, VERMILLION, 'circle'), optimizer('momentum', 'Momentum', 0.01, ORANGE, 'cross'),
    optimizer('adagrad', 'AdaGrad', 0.01, BLUE, 'square'), optimizer('adam', 'Adam', 0.001, GREEN, 'diamond'),
  ];
  return losses({
    id: 'race', title: t('Optimizers on digits'), section: 'sec6_1_optimizers', series,
    lesson: {
      question: t('Four networks of one size see the same mini-batches, each with another optimizer. Whose training loss is the lowest at the end?'),
      choices: series.map(one => t(one.label)),
      right: lowest,
      more: each => ' ' + t('AdaGrad ends below Adam in {n} of {n2} seeds.', { n: each.filter(([, , adagrad, adam]) => adagrad < adam).length, n2: each.length }),
      look: `${t('The right panel has the same losses on a logarithmic axis, which tells small ones apart.')} ${t('Give all four the learning rate 0.1: who gains, and who falls apart?')}`,
      why: t("SGD steps by the learning rate times the gradient, however small that is. Momentum adds up steps of the same direction, to as much as ten times the length. AdaGrad and Adam divide each weight's step by the size of its own gradients, so that a first step changes every weight by about the learning rate. Learning rates of different methods therefore do not compare: --part rates of the program tries eight of each."),
      wrong: t('The book gives each method one learning rate, so its comparison of four methods is also one of four rates. On MNIST, SGD at its best rate ends lowest of all four: what looks slow is 0.01, not SGD.'),
    },
  });
}

export function starts() {
  const initial = (name, label, color, marker, initializer) => ({ name, label, lr: 0.01, color, marker, optimizer: 'sgd', initializer });
  const series = [
    initial('std=0.01', 'std = 0.01', VERMILLION, 'circle', '0.01'), initial('xavier', 'Xavier', ORANGE, 'square', 'xavier'), initial('he', 'He', BLUE, 'diamond', 'he'),
  ];
  // A network whose loss is hardly below that of guessing has learned nothing.
  const stuck = 2.29;
  return losses({
    id: 'starts', title: t('Three initialisers on digits'), section: 'sec6_2_weight_init', series,
    lesson: {
      question: t('A deep network with ReLU starts from three kinds of initial weights. Which of them leaves its loss where it was, at that of guessing?'),
      choices: [t('std = 0.01'), 'Xavier', 'He', t('none of them')],
      right(each) {
        const still = series.map((_, k) => k).filter(k => 2 * each.filter(ends => ends[k] > stuck).length > each.length);
        return still.length > 1 ? undefined : (still[0] ?? 3);
      },
      look: t('Guessing has a loss of 2.30. A curve that stays there learns nothing; watch when the others leave it.'),
      why: t("Each layer of small weights shrinks the signal on its way through the network, and the gradient on its way back. If hardly anything arrives, no layer learns. With He's weights both keep their size through layers of ReLU; with Xavier's their mean square halves at each layer."),
      wrong: t('Xavier is not wrong for ReLU, only later: its networks leave the plateau, each seed at another time. And the network with std = 0.01 is not slow but stuck: more iterations do not help.'),
    },
  });
}
