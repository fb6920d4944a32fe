// The page: its sections, what they share, and the language.
import { addressWith, get, number, set } from './address.js';
import { uci } from './digits.js';
import { h } from './dom.js';
import { chooser } from './files.js';
import { language, t } from './language.js';
import { activations } from './activations.js';
import { race, starts } from './losses.js';
import { overfit, regularise } from './overfit.js';
import { clear, memory, newLab } from './pool.js';
import { ravine } from './ravine.js';
import { allScales, oneScale } from './scales.js';
import { search } from './search.js';
import { shared } from './shared.js';
import { symmetry } from './symmetry.js';
import { stopAll } from './transport.js';

const SECTIONS = [
  ['6.1', '6.1 Optimizers', [ravine, race]],
  ['6.2', '6.2 Initial weights', [activations, symmetry, starts]],
  ['6.3', '6.3 Batch normalisation', [oneScale, allScales]],
  ['6.4', '6.4 Regularisation', [overfit, regularise]],
  ['6.5', '6.5 Hyperparameters', [search]],
];
const INTRODUCTIONS = {
  6.1: 'Training walks downhill, knowing only the slope under its feet. Four methods differ in what they remember of the way.',
  6.2: 'Before the first update, a network consists of its initial weights only. Equal ones stay equal; too small or too large ones lose the signal.',
  6.3: 'If it matters so much how activations are spread, force them to be: normalise every unit over the mini-batch, in every layer and at every step.',
  6.4: 'A network with more weights than images can learn them by heart. Weight decay and dropout make that harder.',
  6.5: 'Learning rate and weight decay are not learned: somebody has to choose them. Draw at random, train briefly, look where the best ones lie, draw again there.',
};
const root = document.getElementById('lab');
// The reader's own files, if any.
let own;

function field(name, label, usual, low, high) {
  const input = h('input', { type: 'number', id: name, min: low, max: high, step: 1, value: number(name, usual, low, high), onchange() {
    const value = Math.min(high, Math.max(low, Math.round(Number(input.value) || 0)));
    input.value = value;
    set(name, value, usual);
    mount();
  } });
  return h('p', { class: 'setting' }, h('label', { for: name }, label), input);
}

// The first digits, so that one sees what networks see.
async function look(place) {
  const lab = await newLab();
  await shared.data.load?.();
  lab.hold(shared.data, 20, 0);
  const images = await lab.call({ do: 'look', images: 20 });
  lab.worker.terminate();
  const side = Math.round(Math.sqrt(images[0][0].length));
  place.replaceChildren(...images.map(([pixels, label]) => {
    const canvas = h('canvas', { width: side, height: side, role: 'img', 'aria-label': String(label) });
    const image = new ImageData(side, side);
    pixels.forEach((value, i) => image.data.set([255 - value, 255 - value, 255 - value, 255], 4 * i));
    canvas.getContext('2d').putImageData(image, 0, 0);
    return canvas;
  }));
}

// Everything anew: for another section, seed, language or data set.
function mount() {
  stopAll();
  clear();
  const here = SECTIONS.some(([name]) => name === get('section')) ? get('section') : '6.1';
  Object.assign(shared, { seed: number('seed', 0, 0, 1e9), runs: number('seeds', 1, 1, 30), delay: number('speed', 0, 0, 1000), data: own ?? (get('data') === 'uci' ? uci : { name: 'synthetic' }) });
  document.documentElement.lang = language();
  document.title = t('Chapter 6 in the browser');
  const link = (changes, text, current) => h('a', {
    href: addressWith(changes), 'aria-current': current && 'page',
    onclick(event) {
      event.preventDefault();
      for (const [name, value] of Object.entries(changes)) set(name, value);
      mount();
    },
  }, text);
  const other = language() === 'ko' ? ['en', 'English'] : ['ko', '한국어'];
  const digits = h('div', { class: 'digits', role: 'group', 'aria-label': t('the first training images') });
  const speed = h('select', { id: 'speed', onchange() {
    shared.delay = Number(speed.value);
    set('speed', speed.value, 0);
  } }, [[0, t('as fast as it can')], [100, t('slow')], [500, t('very slow')]].map(([value, text]) => h('option', { value, selected: value === shared.delay }, text)));
  const inside = [['synthetic', t('built-in synthetic digits')], ['uci', t('UCI digits of 8×8 pixels')]];
  const name = Object.fromEntries([...inside, ['mnist', 'MNIST'], ['fashion-mnist', 'Fashion-MNIST']])[shared.data.name] ?? t('custom data');
  const take = found => {
    own = found;
    mount();
    document.querySelector('.data').open = true;
  };
  const data = h('details', { class: 'data', ontoggle: () => data.open && look(digits) },
    h('summary', {}, `${t('Data')}: ${name}`),
    h('div', { class: 'transport', role: 'group', 'aria-label': t('Data') }, inside.map(([value, text]) => h('button', {
      type: 'button', 'aria-pressed': String(shared.data.name === value),
      onclick() {
        set('data', value, 'synthetic');
        take(undefined);
      },
    }, text))),
    // Its licence asks for these names.
    h('p', {}, shared.data.name === 'uci' ? t('Digits that people wrote: 1,797 images of 8×8 pixels, the test set of Optical Recognition of Handwritten Digits by E. Alpaydin and C. Kaynak (UCI Machine Learning Repository, 1998), under CC BY 4.0; 1,297 of them train here. With 64 inputs, numbers and some conclusions differ from those of MNIST, which is not inside because it names no licence.') : t('The built-in digits are drawn from a seed and look handwritten. They are easier than MNIST: numbers differ, and so may the order of networks that end close together. The native program has the same digits with --dataset synthetic.')),
    digits,
    chooser(take));
  const [, title, lessons] = SECTIONS.find(([name]) => name === here);
  const build = JSON.parse(document.getElementById('build').textContent);
  root.replaceChildren(
    h('header', {},
      h('p', { class: 'language' }, h('a', { href: addressWith({ lang: other[0] }), lang: other[0], onclick(event) {
        event.preventDefault();
        set('lang', other[0]);
        mount();
      } }, other[1])),
      h('h1', {}, t('Chapter 6 in the browser')),
      h('p', {}, t('The experiments of chapter 6 of Deep Learning from Scratch, trained here, in this page, by the same program that makes the book’s figures: guess first, then turn the knobs and see.')),
      h('nav', { 'aria-label': t('sections') }, SECTIONS.map(([name, text]) => link({ section: name }, t(text), name === here)))),
    h('main', {},
      h('h2', { tabindex: -1 }, t(title)),
      h('p', {}, t(INTRODUCTIONS[here])),
      h('div', { class: 'settings shared', role: 'group', 'aria-label': t('for all experiments') },
        field('seed', t('seed'), 0, 0, 1e9), field('seeds', t('number of seeds'), 1, 1, 30),
        h('p', { class: 'setting' }, h('label', { for: 'speed' }, t('speed')), speed)),
      data,
      lessons.map(lesson => lesson().element)),
    h('footer', {},
      h('p', {}, t("A line is the mean over the seeds, the dark band one standard deviation around it, the light band the range; of one seed there are no bands. Settings are in the address: copy it to share them. The notebook is a set of study notes on the book's chapter 6 with the numbers that its programs printed once.")),
      h('p', {}, t('Draws are those of the native programs for the same seed; numbers agree up to the rounding of f32. Nothing leaves this page. Built from revision {x}.', { x: build.revision }))));
}

addEventListener('hashchange', mount);
mount();
// For the check in a browser.
globalThis.labMemory = memory;
