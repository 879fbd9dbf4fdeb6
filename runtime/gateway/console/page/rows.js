// rows.js: a record as one row of the timeline: time, mark, what, in a few words, whose, and how much.
import { el, write } from './dom.js';
import { errorOfLine } from './mishap.js';
import { failingStatus, isFailure, loggedError, routeOf } from './records.js';
import { bytes, clock, duration, oneLine, shortId } from './text.js';

const OUTCOMES = {
  error: 'error', init_error: 'not loaded', timed_out: 'timed out', crashed: 'crashed', throttled: 'throttled', cancelled: 'cancelled',
};

export const outcomeOf = (record) => OUTCOMES[record.outcome] ?? '';

/** Each kind: the mark, its name for screen readers, what it is, its words, and its measure. */
const KINDS = {
  invocation: (r) => ({
    mark: 'λ', name: 'invocation', what: routeOf(r),
    words: r.error ? `${r.error.errorType}: ${r.error.errorMessage}` : loggedError(r) || r.note || `${r.function}#${r.environment}`,
    tag: outcomeOf(r) || failingStatus(r) || (r.cold ? 'cold' : ''), measure: duration(r.durationMs ?? r.waitedMs),
  }),
  frame: (r) => (r.direction === 'in'
    ? { mark: '↑', name: 'message of the client', what: 'message', words: r.text, measure: bytes(r.bytes) }
    : { mark: '↓', name: 'message to the client', what: { post: 'sent', route_response: 'reply', error: 'error frame' }[r.via] ?? 'sent', words: r.text, measure: bytes(r.bytes) }),
  send: (r) => ({ mark: '→', name: 'call of @connections', what: 'post', words: `answered with ${r.status}`, tag: r.status >= 400 ? String(r.status) : '', measure: duration(r.tookMs) }),
  log: (r) => ({ mark: '≡', name: 'log', what: r.function, words: errorOfLine(r.text)?.errorMessage ?? r.text, measure: '' }),
  connection: (r) => ({
    mark: '○', name: 'connection', what: r.event,
    words: [r.status, r.code, r.reason].filter(Boolean).join(' ') || r.sourceIp, tag: r.event === 'refused' ? 'refused' : '', measure: '',
  }),
  reload: (r) => ({
    mark: '⟳', name: 'reload', what: r.event === 'done' ? 'reloaded' : 'not reloaded', tag: r.event === 'refused' ? 'refused' : '',
    words: r.error ? `${r.place ?? r.changed}: ${r.error.errorMessage}` : r.changed, measure: duration(r.durationMs),
  }),
  load: (r) => ({ mark: '⟳', name: 'load', what: 'not loaded', tag: 'refused', words: `${r.place ?? r.handler}: ${r.error?.errorMessage}`, measure: '' }),
  fault: (r) => ({ mark: '⚡', name: 'fault', what: r.fault ?? 'faults', words: r.text, measure: '' }),
  note: (r) => ({ mark: 'i', name: 'note', what: 'note', words: r.text, measure: '' }),
  warning: (r) => ({ mark: '!', name: 'warning', what: 'warning', words: r.text, measure: '' }),
  environment: (r) => ({
    mark: '▣', name: 'environment', what: `${r.function}#${r.environment}`,
    words: [r.event, r.reason, r.signal && `signal ${r.signal}`, r.exitStatus > 0 && `status ${r.exitStatus}`].filter(Boolean).join(', '), measure: '',
  }),
};

/** A record in words: { mark, name, what, words, tag, measure }. */
export const tell = (record) => (KINDS[record.type] ?? ((r) => ({ mark: '·', name: r.type, what: r.type, words: r.text, measure: '' })))(record);

const HUES = 8;
const hues = new Map(); // connection id: colour
let given = 0;

/** A colour for each connection, the same wherever it is named, and another one for those that came before and after. */
export function hueOf(id) {
  if (!hues.has(id)) hues.set(id, given++ % HUES);
  if (hues.size > 2000) hues.delete(hues.keys().next().value);
  return hues.get(id) ?? 0;
}

export function makeRow() {
  const parts = ['time', 'mark', 'unseen', 'what', 'tag', 'words', 'whose', 'measure'];
  const cells = parts.map((name) => el('span', { class: name, 'aria-hidden': name === 'mark' }));
  const row = el('div', { class: 'record' }, cells);
  row.cells = Object.fromEntries(parts.map((name, i) => [name, cells[i]]));
  return row;
}

/** `nameOf(id)` is what this page calls a connection of its own, or nothing. */
export function showRow(row, record, nameOf) {
  const { mark, name, what, words, tag, measure } = tell(record);
  const { cells } = row;
  const own = record.connectionId ? nameOf(record.connectionId) : '';
  row.className = `row record is-${oneLine(record.type, 20).replace(/\W/g, '')}${record.direction === 'in' ? ' is-in' : ''}${isFailure(record) ? ' is-failure' : ''}`;
  write(cells.time, clock(record.time));
  write(cells.mark, mark);
  write(cells.unseen, `${name} `);
  write(cells.what, oneLine(what, 80));
  write(cells.tag, tag ?? '');
  cells.tag.hidden = !tag;
  write(cells.words, oneLine(words));
  write(cells.whose, own ? `${own} ${shortId(record.connectionId)}` : shortId(record.connectionId));
  cells.whose.className = record.connectionId ? `whose hue-${hueOf(record.connectionId)}` : 'whose';
  write(cells.measure, measure);
}
