// detail.js: what is known of the record that is chosen.
import { dataView } from './data.js';
import { button, el, fill } from './dom.js';
import { facts } from './facts.js';
import { errorOfLine } from './mishap.js';
import { showInvocation } from './invocation.js';
import { tell } from './rows.js';
import { errorView, sourceLines } from './source.js';
import { bytes, clock, duration, oneLine, visible } from './text.js';

const SETTLE_MS = 60; // who walks through the list with the arrow keys asks for what he stops at

export class Detail {
  #asking = null;
  #timer = null;

  /** `context`: { records, filter, open(record), compose(text) }. */
  constructor({ host, context }) {
    Object.assign(this, { host, context });
    this.record = null;
    this.empty();
  }

  empty() {
    this.record = null;
    fill(this.host, el('div', { class: 'empty' }, el('h3', {}, 'Nothing chosen'),
      el('p', {}, 'Choose an invocation or a frame in the timeline to see its event, result, logs and where its time went.')));
  }

  show(record) {
    this.record = record;
    this.#asking?.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fill(record), SETTLE_MS);
  }

  #fill(record) {
    this.host.scrollTop = 0;
    this.#asking = new AbortController();
    if (record.type === 'invocation') showInvocation(this.host, record, this.context, this.#asking.signal);
    else if (record.type === 'frame') this.#frame(record);
    else this.#other(record);
  }

  #belongsTo(record) {
    return this.context.records.partsOf(record.requestId).find(({ type }) => type === 'invocation');
  }

  #tools(record) {
    const invocation = record.requestId && this.#belongsTo(record);
    return el('div', { class: 'bar' }, invocation && button('Its invocation', () => this.context.open(invocation)),
      record.connectionId && button('Only this connection', () => this.context.filter.set({ connection: record.connectionId })));
  }

  #frame(record) {
    const use = record.direction === 'in' && button('Use in the composer', () => this.context.compose(record.text), { class: 'quiet' });
    const note = record.truncated ? `${bytes(record.bytes)}, the first 4 KB` : bytes(record.bytes);
    fill(this.host, el('h2', {}, record.direction === 'in' ? 'Message of a client' : 'Message to a client'), this.#tools(record),
      facts([['Time', clock(record.time)], ['Connection', visible(record.connectionId)], ['Request', visible(record.requestId ?? '')],
        ['Sent by', { post: 'a call of @connections', route_response: 'the result of a two-way route', error: 'the gateway, because the function failed' }[record.via]]]),
      dataView('Text', record.text, { note, actions: [use] }));
  }

  #other(record) {
    const { name, what, words } = tell(record);
    const error = record.error ?? (record.type === 'log' ? errorOfLine(record.text) : null);
    fill(this.host, el('h2', {}, el('span', { class: 'muted' }, `${name} `), oneLine(what, 80)), this.#tools(record),
      facts([['Time', clock(record.time)], ['Connection', visible(record.connectionId ?? '')], ['Request', visible(record.requestId ?? '')],
        ['Place', visible(record.place ?? '')], ['Took', record.tookMs === undefined ? '' : duration(record.tookMs)]]),
      error ? errorView(error) : el('p', { class: 'words-whole' }, visible(words)),
      record.source ? sourceLines(record.source) : null, dataView('Record', JSON.stringify(record), { open: false }));
  }
}
