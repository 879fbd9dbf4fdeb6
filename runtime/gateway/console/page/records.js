// records.js: what `moonwire dev` has told of this run, bounded in number and size: the newest records in their order, and
// what of these belongs to one invocation by its request id.
import { errorOfLine, isErrorLine } from './mishap.js';

export const KEPT = 5000; // records
const KEPT_SIZE = 16 * 1024 * 1024; // characters of them: a line of the log may have 256 KB
const REQUESTS = 2000; // invocations whose frames, sends and logs are remembered
const PARTS = 200; // of these for one invocation
// What moonwire dev notes of a result with a failing status, of a client that is refused for it, and of a result that is none.
const FAILING = /^statusCode ([45]\d\d)\b|\brefuse[ds] with (\d{3})\b|API Gateway sends an error frame/;

/** Why the result of an invocation is a failure: its status ("404") or "malformed"; "" when it is none. */
export function failingStatus({ status, note = '' }) {
  if (status >= 400) return String(status);
  const found = FAILING.exec(note);
  return found ? found[2] ?? found[1] ?? 'malformed' : '';
}

/** Whether a record tells of something that went wrong. What counts as failed is said here, for all of the page. */
export function isFailure(record) {
  switch (record.type) {
    case 'invocation': return record.outcome !== 'result' || failingStatus(record) !== '';
    case 'log': return isErrorLine(record.text);
    case 'send': return record.status >= 400;
    case 'frame': return record.via === 'error';
    case 'connection': return record.event === 'refused';
    case 'reload':
    case 'load': return record.event === 'refused';
    case 'environment': return record.signal !== undefined || record.exitStatus > 0;
    default: return false;
  }
}

const logged = new WeakMap(); // invocation with a failing result: the words of the error that it has logged

/** What an app says of a failure of its own; undefined when it has logged none. */
export const loggedError = (record) => logged.get(record);

export const kindOf = (record) => ({ invocation: 'invocations', frame: 'frames', send: 'sends', log: 'logs' })[record.type] ?? 'events';

export class Records {
  constructor() {
    this.list = []; // the oldest first
    this.sizes = []; // of these, in characters
    this.parts = new Map(); // request id: what belongs to it, the oldest first
    this.listeners = new Set();
    this.clear();
  }

  clear() {
    this.list.length = this.sizes.length = 0;
    this.size = 0; // of all
    this.parts.clear();
    this.dropped = 0; // not kept any more, here or there
    this.droppedSize = 0; // characters of these
    this.lost = 0; // came and went before this page had asked for them
    this.routes = new Set();
    this.tell([], 0, true);
  }

  /** listener(added, removed, cleared): records at the end, how many at the beginning are gone. */
  onChange(listener) {
    this.listeners.add(listener);
  }

  tell(added, removed, cleared) {
    for (const listener of this.listeners) listener(added, removed, cleared);
  }

  add(records, lost = 0) {
    for (const record of records) this.#note(record);
    const removed = this.#drop();
    this.dropped += removed;
    this.lost += lost;
    this.tell(records, removed, false);
  }

  /** Drops the oldest that are too many, or too much; returns how many. */
  #drop() {
    let removed = 0;
    for (; this.list.length - removed > KEPT || this.size > KEPT_SIZE; removed += 1) {
      this.size -= this.sizes[removed];
      this.droppedSize += this.sizes[removed];
      this.#forget(this.list[removed]);
    }
    this.list.splice(0, removed);
    this.sizes.splice(0, removed);
    return removed;
  }

  /** Parts are in the order of the list: the oldest record is the first of its parts, or none of them. */
  #forget(record) {
    const parts = this.parts.get(record.requestId);
    if (parts?.[0] !== record) return;
    parts.shift();
    if (parts.length === 0) this.parts.delete(record.requestId);
  }

  #note(record) {
    const size = JSON.stringify(record).length;
    this.list.push(record);
    this.sizes.push(size);
    this.size += size;
    if (record.route !== undefined && this.routes.size < 200) this.routes.add(routeOf(record));
    if (record.requestId === undefined) return;
    let parts = this.parts.get(record.requestId);
    if (!parts) this.parts.set(record.requestId, parts = []);
    if (parts.length < PARTS) parts.push(record);
    if (record.type === 'invocation' && record.outcome === 'result' && isFailure(record)) this.#noteError(record, parts);
    if (this.parts.size > REQUESTS) this.parts.delete(this.parts.keys().next().value);
  }

  /** Its lines of the log have come before it. */
  #noteError(record, parts) {
    const error = parts.map(({ type, text }) => (type === 'log' ? errorOfLine(text) : null)).findLast(Boolean);
    if (error) logged.set(record, error.errorMessage);
  }

  partsOf(requestId) {
    return this.parts.get(requestId) ?? [];
  }
}

/** "$default say": a route of API Gateway, and that of an app behind it. */
export const routeOf = (record) => (record.action ? `${record.route} ${record.action}` : record.route);
