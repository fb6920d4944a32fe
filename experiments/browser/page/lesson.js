// The frame of an experiment: guess first, then controls and figures, then what to see and what is misread.
import { get, number, set } from './address.js';
import { download, h, oncePerFrame } from './dom.js';
import { t } from './language.js';
import { dataFlags, shared } from './shared.js';

export class Lesson {
  #figures = [];
  #guess;
  #texts;

  // `answer()` is { right: index of a choice or undefined, text: what is seen } once there is one.
  constructor({ id, question, choices, answer, why, look, wrong }) {
    Object.assign(this, { id, answer });
    this.choices = choices;
    this.body = h('div', { class: 'body', hidden: true });
    this.verdict = h('p', { class: 'answer' });
    this.seen = h('p', { class: 'see' });
    this.live = h('div', { 'aria-live': 'polite' }, this.verdict, this.seen);
    const buttons = choices.map((choice, index) =>
      h('li', {}, h('button', { type: 'button', onclick: () => this.#reveal(index) }, choice)));
    this.ask = h('div', { class: 'ask' },
      h('p', {}, t('What do you expect?')),
      h('ol', { class: 'choices' }, buttons),
      h('button', { type: 'button', class: 'more', onclick: () => this.#reveal() }, t('show me')));
    this.command = h('pre', { tabindex: 0, 'aria-label': t('The same run in the native program') });
    this.note = h('p', { class: 'small' });
    this.copied = h('button', { type: 'button', onclick: () => this.#copy() }, t('copy'));
    this.look = h('p', {}, h('b', {}, t('What to look for.')), ' ', look);
    this.#texts = h('div', { class: 'after' },
      h('details', { class: 'why' }, h('summary', {}, t('Why?')), h('p', {}, why)),
      wrong ? h('p', { class: 'wrong' }, h('b', {}, t('What is read wrongly.')), ' ', wrong) : null,
      h('details', { class: 'native' }, h('summary', {}, t('The same run in the native program')), this.note, this.command, this.copied));
    this.element = h('article', { id }, h('h3', {}, question), this.ask, this.body);
    this.redraw = oncePerFrame(() => this.#draw());
    let width;
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width !== width) this.redraw();
      width = contentRect.width;
    }).observe(this.element);
  }

  // Says what to look for; then controls, the first figure and what it shows, the others.
  compose(...controls) {
    const [first, ...others] = this.#figures.map(one => one.element);
    this.body.append(this.look, ...controls, first, this.live, ...others, this.#texts);
    return this;
  }

  // `draw(width)` gives { svg, places }; `rows()` the numbers, a line of names first.
  figure(name, draw, rows, caption = '') {
    const place = h('div', { class: 'svg' });
    const text = h('figcaption', {}, caption);
    const one = { draw, place, text };
    const file = (kind, type, make) => h('button', { type: 'button', onclick: () => download(`${name}.${kind.toLowerCase()}`, type, make()) }, kind);
    one.element = h('figure', { id: name }, place, text,
      h('p', { class: 'files' },
        file('SVG', 'image/svg+xml', () => place.innerHTML),
        rows ? file('CSV', 'text/csv', () => rows().map(row => row.join(',')).join('\n') + '\n') : null));
    this.#figures.push(one);
    return one;
  }

  #reveal(guess) {
    this.#guess = guess;
    this.ask.querySelectorAll('.choices button').forEach((button, index) => {
      button.disabled = true;
      if (index === guess) button.append(h('span', { class: 'guess' }, ` ← ${t('your guess')}`));
    });
    this.ask.querySelector('.more').remove();
    this.body.hidden = false;
    this.onreveal?.();
    this.#draw();
    (this.body.querySelector('.main') ?? this.body.querySelector('input')).focus({ preventScroll: true });
  }

  #draw() {
    if (this.body.hidden || !this.element.isConnected || this.element.closest('[hidden]')) return;
    for (const one of this.#figures) {
      const width = Math.max(280, Math.floor(one.place.clientWidth));
      const { svg, places, caption } = one.draw(width);
      one.place.innerHTML = svg;
      one.places = places;
      if (caption !== undefined) one.text.textContent = caption;
    }
    const { right, text } = this.answer() ?? {};
    const choices = [...this.ask.querySelectorAll('.choices li')];
    choices.forEach((choice, index) => choice.classList.toggle('right', index === right));
    const names = this.choices;
    let verdict = '';
    if (right !== undefined) {
      verdict = `${t('This run shows:')} ${names[right]}.`;
      if (this.#guess === right) verdict += ` ${t('So you guessed.')}`;
      else if (this.#guess !== undefined) verdict += ` ${t('You guessed: {guess}.', { guess: names[this.#guess] })}`;
    }
    // Screen readers read what changes.
    if (this.verdict.textContent !== verdict) this.verdict.textContent = verdict;
    if (this.seen.textContent !== (text ?? '')) this.seen.textContent = text ?? '';
    const { program, flags, note } = this.native();
    this.note.textContent = note ?? '';
    this.command.textContent = program ? `cargo run -p experiments --bin ${program} -- ${flags}` : '';
    this.command.hidden = this.copied.hidden = !program;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.command.textContent);
      this.copied.textContent = t('copied');
    } catch {
      getSelection().selectAllChildren(this.command);
    }
  }
}

// The native run with the page's seed, seeds and data.
export function native(program, ...own) {
  if (shared.data.name === 'uci') return { note: t('The native program does not have these digits.') };
  const flags = own.filter(Boolean);
  flags.push(...dataFlags());
  if (shared.seed) flags.push(`--seed ${shared.seed}`);
  if (shared.runs > 1) flags.push(`--runs ${shared.runs}`);
  return { program, flags: flags.join(' ') };
}

// A slider with its value beside it, kept in the address under the lesson's name. On a log scale the slider moves the
// exponent.
export function slider(lesson, { name, label, value: usual, low, high, step, log, show = String, change }) {
  const key = `${lesson}.${name}`;
  const at = log ? Math.log10 : x => x;
  const of = log ? x => Number((10 ** x).toPrecision(3)) : x => Number(Number(x).toPrecision(12));
  const one = { value: number(key, usual, of(at(low)), of(at(high))) };
  const input = h('input', { type: 'range', id: key, min: at(low), max: at(high), step });
  const shown = h('output', { for: key });
  const tell = () => {
    shown.textContent = show(one.value);
    input.setAttribute('aria-valuetext', show(one.value));
  };
  one.set = (value, quiet) => {
    one.value = value;
    input.value = at(value);
    set(key, value, usual);
    tell();
    if (!quiet) change?.(value);
  };
  input.addEventListener('input', () => {
    // The usual value lies between the steps of a log scale, where the slider cannot come back to it.
    const moved = of(Number(input.value));
    one.value = Math.abs(at(moved) - at(usual)) < step / 2 ? usual : moved;
    set(key, one.value, usual);
    tell();
    change?.(one.value);
  });
  input.value = at(one.value);
  tell();
  one.element = h('p', { class: 'setting' }, h('label', { for: key }, label), shown, input);
  return one;
}

// A choice of several, kept in the address.
export function choice(lesson, { name, label, value: usual, options, change }) {
  const key = `${lesson}.${name}`;
  const given = get(key);
  const one = { value: options.some(([value]) => value === given) ? given : usual };
  const input = h('select', { id: key, onchange: () => {
    one.value = input.value;
    set(key, one.value, usual);
    change?.(one.value);
  } }, options.map(([value, text]) => h('option', { value, selected: value === one.value }, text)));
  one.element = h('p', { class: 'setting' }, h('label', { for: key }, label), input);
  return one;
}

export const settings = (...all) => h('div', { class: 'settings' }, all.map(one => one.element ?? one));
