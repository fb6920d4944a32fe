// What a built page keeps, so that a test tells when its sources or the crates have moved on.
const { createHash } = require('node:crypto');
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

// SHA-256 of the page's sources, each after its name. src/ is judged by its numbers.
exports.digest = folder => {
  const hash = createHash('sha256');
  for (const name of readdirSync(join(folder, 'page')).sort()) {
    hash.update(name);
    hash.update(readFileSync(join(folder, 'page', name)));
  }
  return hash.digest('hex');
};

// Requests that go through every part of the crates, and what the built WebAssembly answers.
exports.numbers = async path => {
  const { instance: { exports: wasm } } = await WebAssembly.instantiate(readFileSync(path));
  const ask = request => {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    // Memory is looked up after each call, which may have moved it.
    const room = wasm.room(bytes.length);
    new Uint8Array(wasm.memory.buffer, room, bytes.length).set(bytes);
    const length = wasm.call();
    const reply = wasm.reply();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, reply, length)));
  };
  const settings = {
    seed: 3, unit: 2, batches: 0, images: 300, validation: 100, batch_size: 20, hidden: [30, 20], initializer: 'he', batch_norm: true,
    weight_decay: 0.01, dropout: 0.1, optimizer: 'adam', lr: 0.001,
  };
  const requests = [
    ...['sgd', 'momentum', 'adagrad', 'adam'].map(optimizer => ({ do: 'ravine', optimizer, lr: 0.2, start: [-7, 2], points: 30 })),
    // All values in one bar: at an edge between two, a last digit decides.
    ...['sigmoid', 'tanh', 'relu'].map((activation, unit) => ({ do: 'activations', activation, initializer: 'xavier', seed: 1, unit, range: [-2, 1e6] })),
    { do: 'synthetic', train: 300, test: 50 },
    { do: 'train', network: 0, settings },
    { do: 'units', network: 0 },
    // Few: rounding grows with training.
    { do: 'advance', network: 0, updates: 5, loss_after: true },
    { do: 'accuracy', network: 0 },
    { do: 'suggest', seed: 3, number: 7, lr: [1e-6, 1e-2], weight_decay: [1e-8, 1e-4] },
  ];
  return requests.map(request => [request, ask(request)]);
};
