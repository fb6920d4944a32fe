// Real digits inside of the page: the test set of UCI's Optical Recognition of Handwritten Digits, as scikit-learn
// 1.7.2 has it in datasets/data/digits.csv.gz. A line has 8×8 pixels of 0 to 16, then the label.
import { unpack } from './dom.js';

const PIXELS = 64;

let rows;

export const uci = {
  name: 'uci', pixels: PIXELS, train: 1297, test: 500,
  // To be awaited before `images`.
  async load() {
    if (rows) return;
    const text = await (await unpack('digits')).text();
    rows = text.trim().split('\n').map(line => line.split(',').map(Number));
  },
  images(train, test) {
    const parts = [rows.slice(0, train), rows.slice(this.train, this.train + test)].flatMap(set =>
      [set.flatMap(row => row.slice(0, PIXELS).map(value => Math.round((value * 255) / 16))), set.map(row => row[PIXELS])]);
    return Uint8Array.from(parts.flat());
  },
};
