// A worker: passes requests on to the crates in WebAssembly.
let wasm;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

// Memory is looked up after each call, which may have moved it.
const memory = (at, length) => new Uint8Array(wasm.memory.buffer, at, length);
const write = (room, bytes) => memory(room(bytes.length), bytes.length).set(bytes);

function answer({ request, file }) {
  if (file) write(wasm.file, file);
  write(wasm.room, encoder.encode(JSON.stringify(request)));
  const length = wasm.call();
  const reply = JSON.parse(decoder.decode(memory(wasm.reply(), length)));
  // What is left of a file, for the page to keep.
  if (reply.ok?.bytes) reply.file = memory(wasm.file(reply.ok.bytes), reply.ok.bytes).slice();
  return { ...reply, memory: wasm.memory.buffer.byteLength };
}

onmessage = ({ data: { module, id, ...question } }) => {
  if (module) {
    wasm = new WebAssembly.Instance(module).exports;
    return;
  }
  try {
    postMessage({ id, ...answer(question) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
};
