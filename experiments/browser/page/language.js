// Texts: English in the code, Korean from the tables that the build puts in.
import { get } from './address.js';

const korean = JSON.parse(document.getElementById('korean').textContent);

export const language = () => get('lang', navigator.language.startsWith('ko') ? 'ko' : 'en');

// `text` in the reader's language; {name} becomes the value of that name.
export function t(text, values = {}) {
  const found = language() === 'ko' ? (korean[text] ?? text) : text;
  return found.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}
