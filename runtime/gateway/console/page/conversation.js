// conversation.js: what the chosen client has said and heard.
import { el, write } from './dom.js';
import { VirtualList } from './list.js';
import { clock, oneLine } from './text.js';

const MARKS = { in: ['↑', 'sent '], out: ['↓', 'got '], note: ['·', ''] };

function make() {
  const row = el('div', { class: 'line' }, el('span', { class: 'time' }), el('span', { class: 'mark', 'aria-hidden': 'true' }), el('span', { class: 'unseen' }), el('span', { class: 'words' }));
  [row.time, row.mark, row.direction, row.words] = row.children;
  return row;
}

function show(row, message) {
  const [mark, words] = MARKS[message.direction];
  row.className = `row line is-${message.direction}`;
  write(row.time, clock(message.time).slice(0, 8));
  write(row.mark, mark);
  write(row.direction, words);
  write(row.words, oneLine(message.text));
}

/** A list of messages; onChoose(message). */
export function conversation(onChoose) {
  return new VirtualList({ id: 'conversation', label: 'Messages of this client', make, show, keyOf: ({ number }) => number, onChoose });
}
