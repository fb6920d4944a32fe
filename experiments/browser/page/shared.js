// What all experiments share: the seed, the number of seeds, the speed, the data.
import { t } from './language.js';

export const shared = { seed: 0, runs: 1, delay: 0, data: { name: 'synthetic' } };

export const seeds = () => Array.from({ length: shared.runs }, (_, k) => shared.seed + k);

export const dataFlags = () =>
  ({ synthetic: ['--dataset synthetic'], mnist: [], 'fashion-mnist': ['--dataset fashion-mnist', '--data-dir FOLDER'] })[shared.data.name] ??
  ['--dataset custom', '--data-dir FOLDER'];

// Pixels of an image.
export const inputs = () => shared.data.pixels ?? 784;

// For the subtitles of figures.
export function subtitle(what) {
  const numbers = seeds();
  const seed = numbers.length > 1 ? t('seeds {n}', { n: `${numbers[0]}–${numbers.at(-1)}` }) : t('seed {n}', { n: numbers[0] });
  const data = { synthetic: t('synthetic digits'), uci: t('UCI digits of 8×8 pixels'), mnist: 'MNIST', 'fashion-mnist': 'Fashion-MNIST' }[shared.data.name] ?? t('custom data');
  return [what, data, seed].filter(Boolean).join('; ');
}
