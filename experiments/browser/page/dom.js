// Elements, and numbers as text.

// An element with attributes, listeners (onclick: …) and children; null children are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(child => child != null));
  return element;
}

// Three significant digits, as the native programs write numbers.
export function short(number) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? '–' : number > 0 ? '∞' : '−∞';
  if (number === 0) return '0';
  const rounded = Number(number.toPrecision(3));
  const size = Math.abs(rounded);
  return size < 1e-3 || size >= 1e5 ? rounded.toExponential().replace('e+', 'e') : String(rounded);
}

export const fixed = (number, digits) => (Number.isFinite(number) ? number.toFixed(digits) : '–');

// Runs `draw` at most once a frame, however often it is asked to, and for at most a fifth of the time: numbers come in
// faster than figures need to follow.
export function oncePerFrame(draw) {
  let waiting = false;
  let rest = 0;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => requestAnimationFrame(() => {
      waiting = false;
      const start = performance.now();
      draw();
      const end = performance.now();
      rest = end + 4 * (end - start);
    }), Math.max(0, rest - performance.now()));
  };
}

// The response that unpacks what an element holds: gzip in base64.
export async function unpack(id) {
  // As a data URL, since the browser then decodes beside the page's own thread.
  const packed = await fetch(`data:application/gzip;base64,${document.getElementById(id).textContent}`);
  return new Response(packed.body.pipeThrough(new DecompressionStream('gzip')));
}

export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
