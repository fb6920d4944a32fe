// The reader's own MNIST files: read here, checked by their digests, and sent nowhere.
import { h } from './dom.js';
import { t } from './language.js';
import { newLab } from './pool.js';

// As many images as the page ever trains or tests on.
const FIRST = 10_000;

const NAMES = { mnist: 'MNIST', 'fashion-mnist': 'Fashion-MNIST' };
const ROLES = ['train-images', 'train-labels', 't10k-images', 't10k-labels'];

// Which of the four a file is: by its published name, else by its content and its own name.
function roleOf({ published, size }, name) {
  if (published) return ROLES.findIndex(role => published[1].startsWith(role));
  return (/(^|\W)(t10k|test)/.test(name) ? 2 : 0) + (size ? 0 : 1);
}

// The data set in these four files; an error says what is wrong with which.
export async function read(files) {
  const parts = [];
  const lab = await newLab();
  try {
    for (const file of files) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { ok: identity, file: first } = await lab.call({ do: 'idx', first: FIRST }, bytes).catch(error => {
        throw new Error(`${file.name}: ${error.message}`);
      });
      const role = roleOf(identity, file.name);
      if (parts[role]) throw new Error(t('{x} and {x2} are both {x3}: give each of the four files once', { x: parts[role].name, x2: file.name, x3: ROLES[role] }));
      parts[role] = { ...identity, name: file.name, first };
    }
  } finally {
    lab.worker.terminate();
  }
  const missing = ROLES.filter((_, role) => !parts[role]);
  if (missing.length) throw new Error(t('missing: {list}; choose all four files at once', { list: missing.join(', ') }));
  const [images, labels, testImages, testLabels] = parts;
  for (const [a, b] of [[images, labels], [testImages, testLabels]]) {
    if (a.count !== b.count) throw new Error(t('{x} has {n} images, {x2} {n2} labels', { x: a.name, n: a.count, x2: b.name, n2: b.count }));
  }
  if (String(images.size) !== String(testImages.size)) throw new Error(t('{x} and {x2} have images of different sizes', { x: images.name, x2: testImages.name }));
  const known = parts.find(part => part.published);
  const name = known?.published[0] ?? 'custom';
  const other = known && parts.find(part => part.published?.[0] !== name);
  if (other) throw new Error(t('{x} has not the SHA-256 that {x2} published for it, as {x3} has: it is damaged, changed, or of another data set. Fetch it again.', { x: other.name, x2: NAMES[name], x3: known.name }));
  const pixels = images.size[0] * images.size[1];
  return {
    name, pixels, train: images.count, test: testImages.count,
    // The first of each in one piece, as the crates take them.
    images(train, test) {
      const all = [images.first.subarray(0, train * pixels), labels.first.subarray(0, train), testImages.first.subarray(0, test * pixels), testLabels.first.subarray(0, test)];
      const lengths = [train * pixels, train, test * pixels, test];
      const wrong = all.findIndex((part, k) => part.length < lengths[k]);
      if (wrong >= 0) throw new Error(t('too few images in {x}', { x: parts[wrong].name }));
      const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
      let at = 0;
      for (const part of all) {
        bytes.set(part, at);
        at += part.length;
      }
      return bytes;
    },
  };
}

// A place to drop files on or to pick them.
export function chooser(taken) {
  const status = h('p', { role: 'status' });
  const take = async files => {
    status.className = '';
    status.textContent = t('reading and checking …');
    try {
      const data = await read(files);
      status.textContent = data.name === 'custom'
        ? t('Your own images: not those that MNIST published, so nothing vouches for them.')
        : t('{x}: every file is as published, by its SHA-256.', { x: NAMES[data.name] });
      taken(data);
    } catch (error) {
      status.className = 'wrong';
      status.textContent = error.message;
    }
  };
  const input = h('input', { type: 'file', id: 'files', multiple: true, onchange: () => input.files.length && take([...input.files]) });
  const place = h('div', {
    class: 'drop',
    ondragover: event => event.preventDefault(),
    ondrop(event) {
      event.preventDefault();
      take([...event.dataTransfer.files]);
    },
  }, h('label', { for: 'files' }, t('Your own MNIST: choose or drop its four files here (train-images, train-labels, t10k-images, t10k-labels; .gz or unpacked). They stay on this machine.')), input, status);
  return place;
}
