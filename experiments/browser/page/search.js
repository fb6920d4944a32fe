// 6.5: a random search over learning rate and weight decay, and narrowing its range by hand.
import { number, set } from './address.js';
import { BLUE, GREY, INK, viridis } from './colors.js';
import { figure } from './chart.js';
import { fixed, h, short } from './dom.js';
import { t } from './language.js';
import { Lesson, native, settings, slider } from './lesson.js';
import { ask } from './pool.js';
import { seeds, subtitle } from './shared.js';
import { median } from './statistics.js';
import { HEAD, epochs, trainAll } from './training.js';
import { Transport } from './transport.js';

const IMAGES = 500;
const VALIDATION = 100;
const EPOCHS = 50;
const HIDDEN = [100, 100, 100, 100, 100, 100];
const BEST = 20;
const USUAL = { lr: [1e-6, 1e-2], weight_decay: [1e-8, 1e-4] };
const LIMITS = { lr: [1e-6, 1], weight_decay: [1e-8, 1] };
// A range drawn by hand is at least so wide.
const NARROWEST = 1.2;

const ranked = trials => [...trials].sort((a, b) => b.value - a.value || a.number - b.number);
// A lucky trial of a useless learning rate would be among more of them.
const bestOf = trials => ranked(trials).slice(0, Math.max(5, trials.length / 10));
const decades = ([low, high]) => Math.log10(high / low);
const reach = (trials, name) => {
  const values = trials.map(trial => trial[name]);
  return [Math.min(...values), Math.max(...values)];
};
// Whether these trials lie closer together in a range than chance puts as many.
const gathered = (trials, name, range) =>
  decades(reach(trials, name)) < (0.6 * decades(range) * (trials.length - 1)) / (trials.length + 1);
const span = ([low, high]) => t('{n} to {n2}', { n: short(low), n2: short(high) });

export function search() {
  // trials of each seed, as they end.
  let found = new Map();
  const range = Object.fromEntries(Object.entries(USUAL).map(([name, ends]) =>
    [name, ends.map((end, k) => number(`search.${name}.${k}`, end, ...LIMITS[name]))]));
  const all = () => [...found.values()].flat();
  const finished = () => all().length === count.value * seeds().length;
  const isUsual = () => Object.keys(USUAL).every(name => USUAL[name].every((end, k) => end === range[name][k]));

  const lesson = new Lesson({
    id: 'search',
    question: t('Of a hundred random pairs of learning rate and weight decay, where do the best ten lie?'),
    choices: [t('at high learning rates, whatever the weight decay'), t('at small weight decays, whatever the learning rate'), t('only where both are right'), t('anywhere: it is luck')],
    look: t('Train in the notebook’s range first. In which direction do the colours change: from left to right, or from bottom to top? Then narrow the range by hand: drag a frame around the bright points, and train again. Go on until the best ones, in the dashed frame, fill the range; then go up to 1 and find where learning rates become too high. The list above the figure keeps your searches.'),
    why: t('A learning rate of 1e-5 hardly moves the weights in 200 updates. Weight decay takes the share lr·λ of each weight in an update: with λ below 1e-4, at most a millionth. A trial’s accuracy is also luck: its first weights, its mini-batches, and which 100 images judge it. An accuracy of 0.8, measured on 100 images, has by itself a standard deviation of √(0.8·0.2/100) = 0.04. So the order of the best few says little about their settings.'),
    wrong: t('The notebook concludes that good learning rates lie between 0.001 and 0.1, but it tried nothing above 0.01: best values at the edge of a range show that the range is too small. And one search’s winner proves nothing about its weight decay.'),
    answer() {
      if (!finished()) return undefined;
      const best = bestOf(all());
      const [rate, decay] = Object.keys(USUAL).map(name => gathered(best, name, range[name]));
      const [from, to] = reach(best, 'lr');
      const [low, high] = range.lr;
      // Within a twentieth of the range, on its logarithmic axis.
      const atEdge = high < LIMITS.lr[1] && decades([to, high]) < decades(range.lr) / 20;
      const next = atEdge ? t('They reach the range’s highest learning rates, so better ones may lie beyond it: train up to 1.')
        : rate || decay ? t('They lie close together: narrow the range to them and train again.')
        : t('They fill the range: within it, the choice matters little.');
      const where = t('The best {n} of {n2} trials lie at learning rates from {list}, which is {n3} of the range’s {n4} powers of ten, and at weight decays from {list2}, {n5} of {n6}.', {
        n: best.length, n2: all().length, list: span([from, to]), n3: fixed(decades([from, to]), 1), n4: fixed(decades([low, high]), 1),
        list2: span(reach(best, 'weight_decay')), n5: fixed(decades(reach(best, 'weight_decay')), 1), n6: fixed(decades(range.weight_decay), 1),
      });
      // The question is about a hundred trials in the notebook's range.
      const right = !isUsual() || all().length < 100 ? undefined : rate && decay ? 2 : rate ? 0 : decay ? 1 : 3;
      return { right, text: `${where} ${next}` };
    },
  });

  const count = slider('search', { name: 'trials', label: t('trials'), value: 100, low: 20, high: 100, step: 10, change: () => clear() });
  const clear = () => {
    transport.reset();
    found = new Map();
    lesson.redraw();
  };
  const narrow = (changes, quiet) => {
    for (const [name, [low, high]] of Object.entries(changes)) {
      range[name] = [low, high];
      [low, high].forEach((end, k) => {
        set(`search.${name}.${k}`, end, USUAL[name][k]);
        if (!quiet) sliders[name][k].set(end, true);
      });
    }
    clear();
  };
  const sliders = Object.fromEntries([['lr', t('learning rate')], ['weight_decay', t('weight decay')]].map(([name, label]) => [name, [0, 1].map(k => slider('search', {
    name: `${name}.${k}`, label: k ? t('{what}, to', { what: label }) : t('{what}, from', { what: label }), value: USUAL[name][k],
    low: LIMITS[name][0], high: LIMITS[name][1], step: 0.1, log: true, show: short,
    change(value) {
      const ends = [...range[name]];
      ends[k] = value;
      // An empty range follows the end that is moved.
      if (ends[1] < ends[0] * NARROWEST) ends[1 - k] = k ? value / 2 : value * 2;
      range[name] = ends;
      sliders[name][1 - k].set(ends[1 - k], true);
      clear();
    },
  }))]));

  const transport = new Transport(async passes => {
    found = new Map();
    await trainAll({
      jobs: Array.from({ length: count.value }, (_, number) => ({ number })), images: IMAGES, passes,
      async settings(job, seed) {
        [job.lr, job.weight_decay] = await ask({ do: 'suggest', seed, number: job.number, lr: range.lr, weight_decay: range.weight_decay });
        const unit = job.number + 1;
        return { unit, batches: unit, validation: VALIDATION, hidden: HIDDEN, lr: job.lr, weight_decay: job.weight_decay };
      },
      async *turn({ call, seed, job, pass }) {
        const { number, lr, weight_decay } = job;
        const trial = { number, lr, weight_decay, train: [], validation: [] };
        yield* epochs({ call, pass }, EPOCHS, (IMAGES - VALIDATION) / 100, (_, accuracies, loss) => {
          if (loss === null) {
            trial.diverged = true;
            return false;
          }
          for (const set of ['train', 'validation']) trial[set].push(accuracies[set]);
        });
        trial.value = trial.validation.at(-1) ?? 0;
        const trials = found.get(seed) ?? [];
        found.set(seed, trials);
        trials.push(trial);
        transport.say(t('seed {n}: {n2} of {n3} trials', { n: seed, n2: trials.length, n3: count.value }));
        lesson.redraw();
      },
    });
    const best = bestOf(all());
    const values = all().map(trial => trial.value);
    rounds.append(h('li', {}, t('learning rate {list}, weight decay {list2}: accuracy {n} at best, median {n2}; the best at learning rates {list3}', {
      list: span(range.lr), list2: span(range.weight_decay), n: fixed(Math.max(...values), 2), n2: fixed(median(values), 2), list3: span(reach(best, 'lr')),
    })));
  });
  const rounds = h('ol', { class: 'rounds', 'aria-label': t('searches so far') });

  const plane = lesson.figure('sec6_5_scatter', width => {
    const trials = all();
    const lead = finished() ? bestOf(trials) : [];
    const highest = Math.max(0.2, ...trials.map(trial => trial.value));
    const best = [...found.values()].map(trials => ranked(trials)[0]);
    const log = name => ({ low: range[name][0], high: range[name][1], log: true });
    return figure({
      title: t('Where accuracy lies'),
      subtitle: subtitle(t('{n} trials of 50 epochs on 400 images, judged by 100; dark: accuracy 0, yellow: {n2}', { n: trials.length, n2: fixed(highest, 2) })), height: 360,
      panels: [{
        x: { ...log('lr'), label: t('learning rate') }, y: { ...log('weight_decay'), label: t('weight decay') },
        marks: [
          { type: 'points', points: trials.filter(one => !one.diverged).map(one => [one.lr, one.weight_decay, viridis(one.value / highest)]) },
          ...trials.filter(one => one.diverged).map(one => ({ type: 'mark', at: [one.lr, one.weight_decay], color: INK })),
          ...best.map(one => ({ type: 'ring', at: [one.lr, one.weight_decay] })),
          ...(lead.length ? [{ type: 'frame', x: reach(lead, 'lr'), y: reach(lead, 'weight_decay') }] : []),
          ...(selected ? [{ type: 'frame', x: selected.lr, y: selected.weight_decay }] : []),
        ],
      }],
    }, width);
  }, () => [HEAD, ...[...found].flatMap(([seed, trials]) => [...trials].sort((a, b) => a.number - b.number).flatMap(trial => [
    ['search', trial.number, seed, 0, 'learning_rate', trial.lr], ['search', trial.number, seed, 0, 'weight_decay', trial.weight_decay],
    ...['train', 'validation'].flatMap(set => trial[set].map((value, epoch) => ['search', trial.number, seed, epoch, `${set}_accuracy`, value])),
  ]))], t('Dashed: around the best trials. Drag a frame to search only there; black crosses diverged.'));

  // A frame drawn by hand.
  let selected;
  plane.place.addEventListener('pointerdown', event => {
    const svg = plane.place.getBoundingClientRect();
    const { box } = plane.places[0];
    const inside = ({ clientX, clientY }) => [(clientX - svg.left - box.left) / (box.right - box.left), (box.bottom - clientY + svg.top) / (box.bottom - box.top)];
    const from = inside(event);
    if (event.pointerType === 'touch' || from.some(part => part < 0 || part > 1)) return;
    event.preventDefault();
    const ends = (name, a, b) => {
      const [low, high] = range[name].map(Math.log10);
      return [a, b].sort((p, q) => p - q).map(part => Number((10 ** (low + Math.min(1, Math.max(0, part)) * (high - low))).toPrecision(3)));
    };
    const end = new AbortController();
    plane.place.setPointerCapture(event.pointerId);
    plane.place.addEventListener('pointermove', moved => {
      const to = inside(moved);
      selected = { lr: ends('lr', from[0], to[0]), weight_decay: ends('weight_decay', from[1], to[1]) };
      lesson.redraw();
    }, end);
    for (const over of ['pointerup', 'pointercancel']) plane.place.addEventListener(over, () => {
      end.abort();
      const chosen = selected;
      selected = undefined;
      if (chosen && Object.values(chosen).every(([low, high]) => high > low * NARROWEST)) narrow(chosen);
      else lesson.redraw();
    }, end);
  });

  lesson.figure('sec6_5_best', width => {
    const trials = ranked([...found.values()].at(-1) ?? []).slice(0, BEST);
    const columns = Math.max(2, Math.min(5, Math.floor(width / 140)));
    const panels = trials.map((trial, k) => ({
      title: `${k + 1}: ${fixed(trial.value, 2)}`, bare: true, x: { low: 0, high: EPOCHS - 1, ticks: [], label: `lr ${short(trial.lr)}` }, y: { low: 0, high: 1 },
      marks: [['train', GREY, true], ['validation', BLUE]].map(([set, color, dash]) => ({ type: 'line', color, dash, points: trial[set].map((value, epoch) => [epoch, value]) })),
    }));
    return figure({
      title: t('The best 20 trials'), subtitle: t('accuracy from 0 to 1 over 50 epochs; above each its validation accuracy at the end'),
      legend: [{ name: t('validation'), color: BLUE }, { name: t('training'), color: GREY, dash: true }], panels, columns, height: 110,
    }, width);
  });

  const around = () => {
    const best = ranked([...found.values()].at(-1) ?? []).slice(0, 6);
    if (best.length < 6) return;
    // As the native program narrows: a tenth wider on each side, within the old range.
    narrow(Object.fromEntries(Object.keys(USUAL).map(name => {
      const exponents = best.map(trial => Math.log10(trial[name]));
      const [low, high] = [Math.min(...exponents), Math.max(...exponents)];
      const margin = 0.1 * (high - low);
      return [name, [Math.max(range[name][0], Number((10 ** (low - margin)).toPrecision(3))), Math.min(range[name][1], Number((10 ** (high + margin)).toPrecision(3)))]];
    })));
  };
  const ranges = h('div', { class: 'transport', role: 'group', 'aria-label': t('range of the search') },
    h('button', { type: 'button', onclick: around }, t('narrow to the best six')),
    h('button', { type: 'button', onclick: () => narrow(USUAL) }, t("the notebook's range")),
    h('button', { type: 'button', onclick: () => narrow({ lr: [1e-4, 1], weight_decay: [1e-8, 0.1] }) }, t('up to 1')));

  lesson.native = () => {
    const space = isUsual() ? [] : Object.keys(USUAL).map(name => `--space ${name}=log:${range[name].join(':')}`);
    return native('sec6_5_hyperparameters', '--part search', count.value < 100 && `--trials ${count.value}`, ...space);
  };
  return lesson.compose(settings(count, ...sliders.lr, ...sliders.weight_decay), ranges, transport.bar, rounds);
}
