// In the browser: the same training step by the lab's WebAssembly and by TensorFlow.js.
const BATCH = 128;
const STEPS = 10;
const HIDDEN = [100, 100, 100, 100];
const IMAGES = 1000;

const SESSION = `
  let wasm;
  const memory = (at, length) => new Uint8Array(wasm.memory.buffer, at, length);
  function ask(request) {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    memory(wasm.room(bytes.length), bytes.length).set(bytes);
    const length = wasm.call();
    return JSON.parse(new TextDecoder().decode(memory(wasm.reply(), length))).ok;
  }`;
const begin = optimizer => ({ do: "train", network: 0, settings: {
  seed: 0, unit: 0, batches: 0, images: IMAGES, validation: 0, batch_size: BATCH, hidden: HIDDEN, initializer: "he", batch_norm: false,
  weight_decay: 0, dropout: 0, optimizer, lr: optimizer === "adam" ? 0.001 : 0.01,
} });

async function lab() {
  const html = await (await fetch("/lab.html")).text();
  const packed = new DOMParser().parseFromString(html, "text/html").getElementById("simd").textContent;
  const bytes = Uint8Array.from(atob(packed), sign => sign.charCodeAt(0));
  return WebAssembly.compile(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

// Trains steps of ours in this thread. It draws and gathers its mini-batches; TensorFlow.js has them ready.
function ours(module, optimizer) {
  const ask = new Function("module", `${SESSION} wasm = new WebAssembly.Instance(module).exports; return ask;`)(module);
  ask({ do: "synthetic", train: IMAGES, test: 0 });
  ask(begin(optimizer));
  return async () => void ask({ do: "advance", network: 0, updates: STEPS, loss_after: false });
}

async function theirs(backend, optimizer, digits) {
  if (!(await tf.setBackend(backend).catch(error => { throw new Error(`${backend}: ${error.message}`); }))) throw new Error("no such back end");
  const widths = [784, ...HIDDEN, 10];
  const layers = widths.slice(1).map((width, k) => [
    tf.variable(tf.randomNormal([widths[k], width], 0, Math.sqrt(2 / widths[k]))), tf.variable(tf.zeros([width])),
  ]);
  const batches = Array.from({ length: STEPS }, (_, k) => {
    const images = Array.from({ length: BATCH }, (_, i) => digits[(k * BATCH + i) % digits.length]);
    return [tf.tensor2d(images.flatMap(([pixels]) => pixels.map(byte => byte / 255)), [BATCH, 784]), tf.oneHot(tf.tensor1d(images.map(([, label]) => label), "int32"), 10).toFloat()];
  });
  const rule = optimizer === "adam" ? tf.train.adam(0.001) : tf.train.sgd(0.01);
  const loss = (x, y) => tf.losses.softmaxCrossEntropy(y, layers.reduce((h, [w, b], k) => {
    const a = h.matMul(w).add(b);
    return k < HIDDEN.length ? a.relu() : a;
  }, x));
  const variables = layers.flat();
  return async () => {
    await tf.setBackend(backend);
    for (const [x, y] of batches) rule.minimize(() => loss(x, y), false, variables);
    // A back end may still be at work.
    await variables[0].data();
  };
}

// Steps a second of so many workers, each with a network.
async function workers(module, count) {
  const source = `${SESSION} onmessage = ({ data: { module, steps } }) => {
    if (module) { wasm = new WebAssembly.Instance(module).exports; ask({ do: "synthetic", train: ${IMAGES}, test: 0 }); ask(${JSON.stringify(begin("sgd"))}); }
    else for (let done = 0; done < steps; done += 10) ask({ do: "advance", network: 0, updates: 10, loss_after: false });
    postMessage(0);
  };`;
  const all = Array.from({ length: count }, () => new Worker(URL.createObjectURL(new Blob([source]))));
  const each = message => Promise.all(all.map(worker => new Promise(done => { worker.onmessage = done; worker.postMessage(message); })));
  await each({ module });
  return async steps => {
    const start = performance.now();
    await each({ steps });
    return (count * steps * 1000) / (performance.now() - start);
  };
}

async function measure(rounds) {
  const module = await lab();
  tf.wasm.setWasmPaths("/node_modules/@tensorflow/tfjs-backend-wasm/dist/");
  const first = new Function("module", `${SESSION} wasm = new WebAssembly.Instance(module).exports; return ask;`)(module);
  first({ do: "synthetic", train: 50, test: 0 });
  const digits = first({ do: "look", images: 50 });
  const without = {};
  const steps = {};
  for (const optimizer of ["sgd", "adam"]) {
    const contestants = { ours: ours(module, optimizer) };
    for (const backend of ["wasm", "cpu", "webgl"]) {
      try {
        contestants[backend] = await theirs(backend, optimizer, digits);
        await contestants[backend]();
      } catch (error) {
        without[backend] = error.message;
        delete contestants[backend];
      }
    }
    const best = Object.fromEntries(Object.keys(contestants).map(name => [name, Infinity]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, run] of Object.entries(contestants)) {
        const start = performance.now();
        await run();
        best[name] = Math.min(best[name], (performance.now() - start) / STEPS);
      }
    }
    steps[optimizer] = best;
  }
  const [one, two] = [await workers(module, 1), await workers(module, 2)];
  const most = [0, 0];
  for (let round = 0; round < rounds; round++) {
    most[0] = Math.max(most[0], await one(100));
    most[1] = Math.max(most[1], await two(100));
  }
  return { steps, workers: most, without };
}
