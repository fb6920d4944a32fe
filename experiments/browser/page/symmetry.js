// 6.2.1: units that start with equal weights stay equal.
import { figure } from './chart.js';
import { viridis } from './colors.js';
import { t } from './language.js';
import { Lesson, native } from './lesson.js';
import { inputs, seeds, subtitle } from './shared.js';
import { HEAD, trainAll } from './training.js';
import { Transport } from './transport.js';

const UPDATES = 100;
const CASES = [
  { name: 'zeros', label: 'all weights 0', initializer: 'zeros' },
  { name: 'constant', label: 'all weights 0.01', initializer: 'constant:0.01' },
  { name: 'he', label: 'He', initializer: 'he' },
];

export function symmetry() {
  // found[k][seed]: units of case k, and after how many updates.
  let found = CASES.map(() => new Map());
  const lesson = new Lesson({
    id: 'symmetry',
    question: t('All weights of a network start at 0.01, and it is trained. How many different units does a hidden layer of 100 have then?'),
    choices: ['1', '10', '100'],
    look: t('A column is a unit, a row an image. Copies have equal columns: do the stripes ever break up?'),
    why: t('Units with equal weights give equal outputs, so they get equal gradients, and every update changes them alike. Nothing in training can tell them apart: a layer of a hundred copies can do what one unit can. Random initial weights break the symmetry.'),
    wrong: t('It is not the value 0 that is wrong: any equal weights do the same. What matters is that they differ.'),
    answer() {
      const done = [...found[1].values()].filter(units => units.updates === UPDATES);
      if (!done.length) return undefined;
      const most = Math.max(...done.flatMap(units => units.distinct));
      const list = CASES.map((one, k) => `${t(one.label)}: ${Math.max(...[...found[k].values()].flatMap(units => units.distinct))}`).join(', ');
      return { right: [1, 10, 100].indexOf(most), text: t('Different units of a hidden layer after training, at most: {list}.', { list }) };
    },
  });
  const transport = new Transport(async passes => {
    found = CASES.map(() => new Map());
    await trainAll({
      jobs: CASES, images: 1000, together: true, passes,
      settings: one => ({ unit: CASES.indexOf(one), hidden: [100, 100], initializer: one.initializer }),
      async *turn({ call, seed, index, pass }) {
        for (let updates = 0; ; updates += 10) {
          found[index].set(seed, { updates, ...(await call({ do: 'units' })) });
          transport.say(t('seed {n}, iteration {n2}', { n: seed, n2: updates }));
          lesson.redraw();
          yield;
          if (updates === UPDATES) return;
          await pass();
          await call({ do: 'advance', updates: 10, loss_after: false });
        }
      },
    });
  });
  lesson.figure('sec6_2_symmetry', width => {
    const first = CASES.map((_, k) => found[k].get(seeds()[0]));
    const highest = Math.max(1e-9, ...first.flatMap(units => units?.outputs.flat() ?? []));
    const panels = CASES.map((one, k) => ({
      title: first[k] ? t('{what}: {n} different units', { what: t(one.label), n: first[k].distinct[1] }) : t(one.label),
      x: { low: 0.5, high: 30.5, label: t('unit') }, y: { low: 0.5, high: 12.5, label: t('image') },
      marks: first[k] ? [{ type: 'cells', rows: first[k].outputs, color: value => viridis(value / highest) }] : [],
    }));
    return figure({
      title: t('Equal weights stay equal'),
      subtitle: subtitle(t('{n2}-100×2-10, outputs of the second hidden layer after {n} updates', { n2: inputs(), n: first[0]?.updates ?? 0 })),
      panels, columns: width > 620 ? 3 : 1, height: 230,
    }, width);
  }, () => [HEAD, ...CASES.flatMap((one, k) => [...found[k]].flatMap(([seed, units]) => units.distinct.map((count, layer) => ['symmetry', one.name, seed, layer, 'distinct_units', count])))]);
  lesson.native = () => native('sec6_2_weight_init', '--part symmetry');
  return lesson.compose(transport.bar);
}
