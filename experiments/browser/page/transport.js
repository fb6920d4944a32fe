// Run, pause, step, restart: what a training asks before each turn.
import { h } from './dom.js';
import { t } from './language.js';
import { shared } from './shared.js';

const STOPPED = new Error('stopped');
const all = new Set();

// Ends every training: the page shows something else.
export function stopAll() {
  all.forEach(one => one.reset());
  all.clear();
}

export class Transport {
  // idle, running, paused or done; `run` trains to the end and asks `pass` before each turn.
  state = 'idle';
  #generation = 0;
  #steps = 0;
  #wake = [];

  constructor(run) {
    this.run = run;
    this.main = h('button', { type: 'button', class: 'main', onclick: () => this.toggle() });
    this.stepButton = h('button', { type: 'button', onclick: () => this.step() }, t('step'));
    this.again = h('button', { type: 'button', onclick: () => this.restart() }, t('start again'));
    this.status = h('span', { class: 'status', role: 'status' });
    this.bar = h('div', { class: 'transport', role: 'group', 'aria-label': t('run, pause, step') },
      this.main, this.stepButton, this.again, this.status);
    this.#show();
    // Experiments train side by side: each numbers its networks from its own slot on.
    this.slot = 100 * all.size;
    all.add(this);
  }

  #show(text = '') {
    const names = { idle: t('▶ train'), running: t('❚❚ pause'), paused: t('▶ go on'), done: t('▶ train again') };
    this.main.textContent = names[this.state];
    this.again.disabled = this.state === 'idle';
    this.status.textContent = text;
  }

  #set(state, text) {
    this.state = state;
    this.#show(text);
    this.#wake.splice(0).forEach(wake => wake());
  }

  async #begin(state) {
    const generation = ++this.#generation;
    this.#steps = 0;
    this.#set(state);
    try {
      await this.run(this.#passFor(generation));
      if (generation === this.#generation) this.#set('done', t('done'));
    } catch (error) {
      // A training that was stopped may miss its networks.
      if (error !== STOPPED && generation === this.#generation) {
        this.#set('idle', error.message);
        throw error;
      }
    }
  }

  // Each loop of a training gets its own pass, so that a step lets each of them go on by one turn. `pass.check` only
  // ends a training that was stopped.
  #passFor(generation) {
    const passes = () => {
      let taken = 0;
      const check = () => {
        if (generation !== this.#generation) throw STOPPED;
      };
      const pass = async () => {
        if (shared.delay && this.state === 'running') await new Promise(done => setTimeout(done, shared.delay));
        while (this.state === 'paused' && taken >= this.#steps && generation === this.#generation) {
          await new Promise(wake => this.#wake.push(wake));
        }
        taken = this.#steps;
        check();
      };
      return Object.assign(pass, { check });
    };
    return Object.assign(passes, { slot: this.slot });
  }

  toggle() {
    if (this.state === 'running') this.#set('paused', t('paused'));
    else if (this.state === 'paused') this.#set('running');
    else this.#begin('running');
  }

  step() {
    if (this.state === 'idle' || this.state === 'done') this.#begin('paused');
    else if (this.state === 'running') this.#set('paused', t('paused'));
    this.#steps++;
    this.#set('paused', t('paused'));
  }

  restart() {
    this.#begin('running');
  }

  // Forgets the training: settings have changed.
  reset() {
    this.#generation++;
    this.#set('idle');
  }

  say(text) {
    this.status.textContent = text;
  }
}
