// Workers that train, one for each core but at most four: each has the module, its data and its networks.
import source from 'worker-source';
import { unpack } from './dom.js';

const MOST = 4;
// An empty function with a v128: only an engine with SIMD finds it valid.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

async function compile() {
  const packed = await unpack(WebAssembly.validate(SIMD) ? 'simd' : 'plain');
  return WebAssembly.compile(await packed.arrayBuffer());
}

class Lab {
  memory = 0;
  #waiting = new Map();
  #questions = 0;
  #holds;

  constructor(module) {
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    this.worker = new Worker(url);
    this.worker.onmessage = ({ data }) => {
      this.memory = Math.max(this.memory, data.memory ?? 0);
      const { resolve, reject } = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error) reject(new Error(data.error));
      else resolve(data.file ? data : data.ok);
    };
    this.worker.postMessage({ module });
  }

  // The answer of the crates to a request; numbers that JSON has not are null.
  call(request, file) {
    const id = this.#questions++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, request, file });
    });
  }

  // Makes so many images of a data set the ones that the next requests train on.
  async hold(data, train, test) {
    const wanted = `${data.name} ${train} ${test}`;
    if (this.#holds === wanted) return;
    this.#holds = wanted;
    await (data.images
      ? this.call({ do: 'images', pixels: data.pixels, train, test }, data.images(train, test))
      : this.call({ do: 'synthetic', train, test }));
  }
}

let module, labs;

export const newLab = async () => new Lab(await (module ??= compile()));

export function pool(count = Math.min(MOST, navigator.hardwareConcurrency || 2)) {
  return (labs ??= Promise.all(Array.from({ length: count }, newLab)));
}

// For questions that the page asks while a hand moves.
export const ask = async request => (await pool())[0].call(request);

// Works on jobs on all workers. `run(lab, job, index)` is an async generator that yields after each turn. Jobs that
// belong together advance side by side; others one after the other on each worker.
export async function spread(jobs, together, run) {
  const workers = await pool();
  const queue = jobs.map((job, index) => ({ job, index }));
  const work = async (lab, which) => {
    if (!together) {
      for (let next; (next = queue.shift()); ) for await (const _ of run(lab, next.job, next.index));
      return;
    }
    let going = queue.filter(({ index }) => index % workers.length === which).map(({ job, index }) => run(lab, job, index));
    while (going.length) {
      const more = [];
      for (const one of going) if (!(await one.next()).done) more.push(one);
      going = more;
    }
  };
  await Promise.all(workers.map(work));
}

// Forgets all networks.
export const clear = async () => labs && (await labs).forEach(lab => lab.call({ do: 'clear' }));

// Bytes of WebAssembly memory of all workers.
export const memory = async () => (await pool()).reduce((sum, lab) => sum + lab.memory, 0);
