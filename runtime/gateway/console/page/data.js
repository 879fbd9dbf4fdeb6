// data.js: foreign text as something to read: JSON with its parts in colours, anything else as it is. All of it is text nodes.
import { button, el, fill } from './dom.js';
import { bytes, pretty, visible } from './text.js';

const COLOURED_MAX = 48 * 1024; // characters; beyond that the parts are not told apart
const SHOWN_MAX = 256 * 1024;

// A string (with the colon that makes it a name), a number, a word. A string without an end goes on to the end of the text:
// else the search for that would begin again at each of its quotes.
const PART = /("(?:[^"\\]|\\[^]?)*(?:"|$))(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;

function kindOf(match) {
  if (match[1]) return match[2] ? 'name' : 'string';
  return /^[-\d]/.test(match[0]) ? 'number' : 'word';
}

function coloured(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(PART)) {
    const token = match[1] ?? match[0];
    nodes.push(text.slice(at, match.index), el('span', { class: `json-${kindOf(match)}` }, token));
    at = match.index + token.length;
  }
  return [...nodes, text.slice(at)];
}

async function copy(text, from) {
  try {
    await navigator.clipboard.writeText(text);
    fill(from, 'Copied');
  } catch {
    fill(from, 'Not copied');
  }
  setTimeout(() => fill(from, 'Copy'), 1200);
}

/** The text in a frame with its name, its size and a button that copies it. `raw` is what is copied, as it came. */
export function dataView(label, raw, { note, actions = [], open = true } = {}) {
  const text = raw ?? '';
  const lines = visible(pretty(text.slice(0, SHOWN_MAX)));
  const isJson = /^\s*[[{]/.test(text);
  const copier = button('Copy', () => copy(text, copier), { class: 'quiet', 'aria-label': `Copy ${label}` });
  const body = el('pre', { class: 'data', tabindex: 0, 'aria-label': label }, isJson && lines.length <= COLOURED_MAX ? coloured(lines) : lines);
  return el('details', { class: 'fold', open },
    el('summary', {}, label, el('span', { class: 'muted' }, ` ${note ?? (text ? bytes(new Blob([text]).size) : 'empty')}`)),
    el('div', { class: 'fold-tools' }, actions, text && copier),
    text ? body : el('p', { class: 'muted' }, 'Nothing'),
    text.length > SHOWN_MAX && el('p', { class: 'muted' }, `Only the first ${bytes(SHOWN_MAX)} are shown.`));
}
