// Settings in the address, so that a link opens the page with them: #section=6.3&seed=7
let values = new URLSearchParams(location.hash.slice(1));
addEventListener('hashchange', () => (values = new URLSearchParams(location.hash.slice(1))));

export const get = (name, usual) => values.get(name) ?? usual;

export function number(name, usual, low = -Infinity, high = Infinity) {
  const given = values.has(name) ? Number(values.get(name)) : NaN;
  return Number.isFinite(given) ? Math.min(high, Math.max(low, given)) : usual;
}

// Settings that are the usual ones are not in the address.
export function set(name, value, usual) {
  if (String(value) === String(usual)) values.delete(name);
  else values.set(name, value);
  history.replaceState(null, '', addressWith({}));
}

export function addressWith(changes) {
  const changed = new URLSearchParams(values);
  for (const [name, value] of Object.entries(changes)) changed.set(name, value);
  return `#${changed}`;
}
