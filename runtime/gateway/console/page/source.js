// source.js: where an error came from: its words, the stack of Lua, and the lines around each place.
import { el } from './dom.js';
import { visible } from './text.js';

/** Lines of a file, { number, text, wrong? }, with the wrong one marked. */
export function sourceLines(lines) {
  return el('ol', { class: 'source', role: 'list' }, lines.map(({ number, text, wrong }) => el('li', { class: wrong ? 'wrong' : null },
    el('span', { class: 'line-number' }, number), el('code', {}, visible(text) || ' '), wrong && el('span', { class: 'unseen' }, ' (here)'))));
}

/** `error` as in a report; `stack` with the sources of its frames, when they are there. */
export function errorView(error, stack) {
  const frames = stack ?? (error.stackTrace ?? []).map((frame) => ({ frame }));
  return el('div', { class: 'error-view' },
    el('p', { class: 'error-words' }, el('strong', {}, visible(error.errorType)), ' ', visible(error.errorMessage)),
    frames.length > 0 && el('ol', { class: 'stack', 'aria-label': 'Stack of Lua' }, frames.map(({ frame, source }) => el('li', {},
      el('code', { class: 'frame-of-stack' }, visible(frame)), source?.length > 0 && sourceLines(source)))));
}
