// Numbers over seeds, and the book's smoothing: as crates of the experiments compute them.

export const mean = values => values.reduce((sum, x) => sum + x, 0) / values.length;

// Mean, standard deviation (n − 1), and range.
export function spreadOf(values) {
  const m = mean(values);
  const squares = values.reduce((sum, x) => sum + (x - m) ** 2, 0);
  const std = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { mean: m, std, min: Math.min(...values), max: Math.max(...values), runs: values.length };
}

// "0.768" of one seed, "0.768 ± 0.012" of several.
export function text(values, digits) {
  if (!values.length) return '–';
  const { mean: m, std } = spreadOf(values);
  if (!Number.isFinite(m)) return '–';
  return values.length > 1 ? `${m.toFixed(digits)} ± ${std.toFixed(digits)}` : m.toFixed(digits);
}

// Kaiser window of 11 points, β = 2: the notebook's smooth_curve.
const WINDOW = 11;
const BETA = 2;
const bessel = x => {
  let [term, sum, k] = [1, 1, 1];
  while (term > 1e-17 * sum) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
    k++;
  }
  return sum;
};
const weights = Array.from({ length: WINDOW }, (_, i) => bessel(BETA * Math.sqrt(1 - ((i - 5) / 5) ** 2)));
const total = weights.reduce((sum, w) => sum + w, 0);

// The smoothed value at i: at its ends, a curve is mirrored.
export function smoothAt(curve, i) {
  const n = curve.length;
  let sum = 0;
  for (let k = 0; k < WINDOW; k++) {
    let at = i + k - 5;
    while (at < 0 || at >= n) at = at < 0 ? -at : 2 * n - 1 - at;
    sum += (weights[k] / total) * curve[at];
  }
  return sum;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}
