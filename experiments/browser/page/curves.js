// Curves over seeds, drawn as crate viz draws them: the mean, a dark band of one standard deviation, a light one of the
// range; and the single seeds while there are few.
import { spreadOf } from './statistics.js';

// `runs` are lists of values, one a seed, the last one perhaps shorter; `x(i)` the place of value i.
export function curve(runs, x, { color, dash, marker, every }) {
  const whole = runs.filter(run => run.length);
  if (!whole.length) return [];
  const longest = Math.max(...whole.map(run => run.length));
  // A seed that is still in training has its own line: a mean over fewer seeds would jump where it ends.
  const done = whole.filter(run => run.length === longest);
  const marks = [];
  const spreads = Array.from({ length: longest }, (_, i) => spreadOf(done.map(run => run[i])));
  if (done.length > 1) {
    marks.push({ type: 'band', color, opacity: 0.12, points: spreads.map(({ min, max }, i) => [x(i), min, max]) });
    marks.push({ type: 'band', color, opacity: 0.2, points: spreads.map(({ mean, std }, i) => [x(i), mean - std, mean + std]) });
    for (const run of done) marks.push({ type: 'line', color, width: 0.7, opacity: 0.5, points: run.map((y, i) => [x(i), y]) });
  }
  for (const run of whole) if (run.length < longest) marks.push({ type: 'line', color, width: 1, opacity: 0.7, dash, points: run.map((y, i) => [x(i), y]) });
  marks.push({ type: 'line', color, dash, marker, every, points: spreads.map(({ mean }, i) => [x(i), mean]) });
  return marks;
}
