// timeline.js: the panel of all that happens, with its filters.
import { button, calmly, el, fill, later, soon, write } from './dom.js';
import { KINDS } from './filter.js';
import { VirtualList } from './list.js';
import { KEPT, isFailure } from './records.js';
import { makeRow, showRow } from './rows.js';
import { count, number, shortId } from './text.js';

const TYPING_MS = 120;
const SLACK = 1000; // rows that a timeline which was scrolled back may have beyond KEPT before the oldest go all the same
const SLACK_SIZE = 4 * 1024 * 1024; // characters of them

export class Timeline {
  #draw = () => this.#show();

  /** `openDetail(record)` shows one, `focusDetail()` goes there; `nameOf(id)` is the name of an own client. */
  constructor({ host, records, filter, nameOf, openDetail, focusDetail }) {
    Object.assign(this, { records, filter });
    this.shown = []; // the records that the filter lets through
    this.trimmedAt = 0; // records.droppedSize when the dropped ones were taken out of these
    this.held = null; // those that have come since somebody said "pause"
    this.list = new VirtualList({
      id: 'timeline-list', label: 'What has happened, the newest last', make: makeRow, show: (row, record) => showRow(row, record, nameOf),
      keyOf: (record) => record.seq, onChoose: openDetail, onOpen: focusDetail, onFollow: () => soon(this.#draw),
    });
    this.list.set(this.shown);
    this.#build(host);
    records.onChange((added, removed, cleared) => this.#took(added, removed, cleared));
    filter.onChange(() => this.#refilter());
  }

  #build(host) {
    const typed = later(TYPING_MS, () => this.filter.set({ text: this.search.value }));
    this.search = el('input', { type: 'search', id: 'search', placeholder: 'Find text, ids', 'aria-label': 'Find in the timeline', autocomplete: 'off', spellcheck: 'false', on: { input: typed } });
    this.route = el('select', { 'aria-label': 'Route', on: { change: () => this.filter.set({ route: this.route.value }) } });
    this.failures = button('Failures', () => this.filter.set({ failures: !this.filter.failures }), { class: 'toggle danger', title: 'Invocations that failed, and what else went wrong: error frames, calls of @connections, lines of the log, refused clients (f)' });
    this.kinds = KINDS.map((kind) => button(kind[0].toUpperCase() + kind.slice(1), () => this.filter.toggle(kind), { class: 'toggle', data: { kind } }));
    this.connection = button('', () => this.filter.set({ connection: '' }), { class: 'chip', hidden: true });
    this.pause = button('Pause', () => this.togglePause(), { class: 'toggle' });
    this.tail = button('', () => this.list.toEnd(), { class: 'tail', hidden: true });
    this.empty = el('div', { class: 'empty' });
    this.foot = el('p', { class: 'foot' });
    fill(host, el('div', { class: 'bar', role: 'group', 'aria-label': 'Filters' }, this.search, this.route, this.pause, button('Clear', () => this.records.clear())),
      el('div', { class: 'bar', role: 'group', 'aria-label': 'Kinds of records' }, this.kinds, this.failures, this.connection), el('div', { class: 'stage' }, this.list.node, this.empty, this.tail), this.foot);
    this.#show();
  }

  togglePause() {
    if (this.held) {
      const held = this.held;
      this.held = null;
      this.#append(held);
    } else {
      this.held = [];
    }
    soon(this.#draw);
  }

  #took(added, removed, cleared) {
    if (cleared) {
      this.shown.length = this.trimmedAt = 0;
      if (this.held) this.held = [];
      this.list.update();
    } else if (this.held) {
      this.held.push(...added);
      this.held.splice(0, this.#gone(this.held));
    } else {
      this.#append(added);
    }
    calmly(this.#draw);
  }

  #append(records) {
    for (const record of records) if (this.filter.lets(record)) this.shown.push(record);
    const { droppedSize } = this.records;
    const trims = this.list.following || this.shown.length > KEPT + SLACK || droppedSize - this.trimmedAt > SLACK_SIZE;
    const removed = trims ? this.#gone(this.shown) : 0;
    if (trims) this.trimmedAt = droppedSize;
    if (removed > 0) this.shown.splice(0, removed);
    this.list.update(removed);
  }

  /** How many at the beginning are no longer among the records. */
  #gone(records) {
    const oldest = this.records.list[0]?.seq ?? 0;
    const at = records.findIndex((record) => record.seq >= oldest);
    return at < 0 ? records.length : at;
  }

  #refilter() {
    const { chosen } = this.list;
    this.shown = this.records.list.filter((record) => this.filter.lets(record));
    this.list.set(this.shown);
    if (chosen && this.shown.includes(chosen)) this.list.redraw();
    soon(this.#draw);
  }

  /** The next failure behind the one that is chosen, or the last one. */
  nextFailure() {
    const at = this.shown.indexOf(this.list.chosen);
    const next = this.shown.find((record, i) => i > at && isFailure(record)) ?? this.shown.findLast(isFailure);
    if (next) this.list.choose(next);
  }

  #show() {
    const { filter, records } = this;
    for (const toggle of this.kinds) toggle.setAttribute('aria-pressed', String(filter.kinds.has(toggle.dataset.kind)));
    this.failures.setAttribute('aria-pressed', String(filter.failures));
    this.pause.setAttribute('aria-pressed', String(Boolean(this.held)));
    write(this.pause, this.held ? `Paused, ${number(this.held.length)} new` : 'Pause');
    this.connection.hidden = !filter.connection;
    write(this.connection, `${shortId(filter.connection)} ×`);
    this.connection.setAttribute('aria-label', `Only connection ${filter.connection}: show all`);
    this.tail.hidden = this.list.following;
    write(this.tail, '↓ Newest');
    this.#showRoutes();
    this.#showEmpty();
    const gone = records.dropped + records.lost;
    write(this.foot, `${number(this.shown.length)} of ${count(records.list.length, 'record')}${gone ? `, ${number(gone)} older ones dropped` : ''}`);
  }

  #showRoutes() {
    const routes = [...this.records.routes].sort();
    if (this.route.options.length !== routes.length + 1) {
      fill(this.route, el('option', { value: '' }, 'All routes'), routes.map((route) => el('option', { value: route }, route)));
    }
    this.route.value = this.filter.route;
  }

  #showEmpty() {
    this.empty.hidden = this.shown.length > 0;
    if (this.shown.length > 0) return;
    const hides = this.records.list.length > 0;
    const words = !hides || this.filter.isFirst()
      ? ['Nothing has happened yet', `Connect a client and send it a message: each frame and each invocation appears here.${hides ? ' There are lines of the log, which are hidden.' : ''}`]
      : ['Nothing here matches', 'Other filters show more.'];
    fill(this.empty, el('h3', {}, words[0]), el('p', {}, words[1]),
      hides && button('Show all', () => this.filter.set({ route: '', connection: '', text: this.search.value = '', failures: false, kinds: new Set(KINDS) })));
  }
}
