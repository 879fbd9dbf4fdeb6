// filter.js: which records the timeline shows. A record is looked at once when it comes, and again when the filter changes.
import { isFailure, kindOf, routeOf } from './records.js';

export const KINDS = ['invocations', 'frames', 'sends', 'logs', 'events'];

const QUIET = new Set(['send', 'log']); // kinds that are too many to be shown unasked

/** What is looked through for the text that somebody types. */
function words(record) {
  const error = record.error ? `${record.error.errorType} ${record.error.errorMessage}` : '';
  const parts = [record.type, record.function, record.route, record.action, record.connectionId, record.requestId, record.text,
    record.note, record.changed, record.event, record.outcome, record.status, record.reason, error];
  return parts.join('\n').toLowerCase();
}

const FIRST = ['invocations', 'frames', 'events'];

export class Filter {
  constructor() {
    this.kinds = new Set(FIRST);
    this.route = '';
    this.connection = '';
    this.text = '';
    this.failures = false;
    this.listeners = new Set();
  }

  onChange(listener) {
    this.listeners.add(listener);
  }

  set(changes) {
    Object.assign(this, changes);
    for (const listener of this.listeners) listener();
  }

  toggle(kind) {
    if (!this.kinds.delete(kind)) this.kinds.add(kind);
    this.set({});
  }

  /** As it is at the beginning, or wider. */
  isFirst() {
    return !this.isNarrow() && FIRST.every((kind) => this.kinds.has(kind));
  }

  isNarrow() {
    return Boolean(this.route || this.connection || this.text || this.failures);
  }

  /** A call that failed, and an error in the log, are shown even where those that went well are not. */
  lets(record) {
    const isWanted = !this.failures && this.kinds.has(kindOf(record));
    if (!isWanted && !((this.failures || QUIET.has(record.type)) && isFailure(record))) return false;
    if (this.connection && record.connectionId !== this.connection) return false;
    if (this.route && (record.route === undefined || routeOf(record) !== this.route)) return false;
    return !this.text || words(record).includes(this.text.toLowerCase());
  }
}
