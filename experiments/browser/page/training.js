// Networks in training on the workers.
import { spread } from './pool.js';
import { seeds, shared } from './shared.js';

// What all networks of the sections have in common.
export const NETWORK = {
  batches: 0, validation: 0, batch_size: 100, hidden: [100, 100, 100, 100, 100], initializer: 'he', batch_norm: false,
  weight_decay: 0, dropout: 0, optimizer: 'sgd', lr: 0.01,
};

// For each seed, trains one network for each of `jobs`. `settings(job, seed)` are those of the network;
// `turn({ call, seed, job, index, pass })` is an async generator: it trains the network, asks `pass` before each of its
// turns and yields after it. `call` asks the crates about this network.
export async function trainAll({ jobs, images, test = 0, together, settings, turn, passes }) {
  await shared.data.load?.();
  for (const seed of seeds()) {
    await spread(jobs, together, async function* (lab, job, index) {
      const pass = passes();
      const network = passes.slot + (together ? index : 0);
      const call = request => lab.call({ network, ...request });
      const own = await settings(job, seed);
      // Workers keep their networks: a training that was stopped meanwhile must not replace one of the next.
      pass.check();
      // Both at once, since another experiment may ask this worker for other images.
      await Promise.all([lab.hold(shared.data, images, test), call({ do: 'train', settings: { ...NETWORK, seed, images, ...own } })]);
      yield* turn({ call, seed, job, index, pass });
    });
  }
}

// Trains for epochs of `updates` updates and calls `seen(epoch, accuracies, loss)` after the first update of each, as
// the book's programs do: the last epoch ends there. Stops if `seen` returns false.
export async function* epochs({ call, pass }, count, updates, seen) {
  for (let epoch = 0; epoch < count; epoch++) {
    await pass();
    const losses = await call({ do: 'advance', updates: epoch ? updates : 1, loss_after: false });
    if (seen(epoch, await call({ do: 'accuracy' }), losses.at(-1)) === false) return;
    yield;
  }
}

// The rows of metrics.csv: part, series, seed, step, metric, value.
export const HEAD = ['part', 'series', 'seed', 'step', 'metric', 'value'];
