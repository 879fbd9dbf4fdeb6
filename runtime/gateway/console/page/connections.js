// connections.js: who is connected now, and what can be made to happen to one of them.
import { button, el, fill, keyed, write } from './dom.js';
import { setFault } from './faults.js';
import { hueOf } from './rows.js';
import { bytes, count, duration, oneLine, visible } from './text.js';

const SHOWN = 200; // rows; the search finds the others

const FAULTS = [
  ['drop', 'Drop (1006)', {}], ['idle', 'Idle timeout (1001)', {}], ['expire', 'Two hours over (1001)', {}],
  ['slow', 'Reads 100 bytes a second', { bytesPerSecond: 100 }], ['slow', 'Reads nothing', { bytesPerSecond: 0 }], ['slow', 'Reads as fast as it can', { bytesPerSecond: null }],
  ['gone', 'Next post gets 410', { count: 1 }], ['throttle', 'Next 3 posts get 429', { count: 3 }],
];

export class Connections {
  /** `nameOf(id)`: the name of an own client; onFilter(id) shows one in the timeline. */
  constructor({ host, nameOf, onFilter, onFault }) {
    Object.assign(this, { nameOf, onFilter, onFault });
    this.all = [];
    this.search = el('input', { type: 'search', placeholder: 'Find: id, route', 'aria-label': 'Find a connection', on: { input: () => this.#show() } });
    this.words = el('p', { class: 'muted', role: 'status' });
    this.problem = el('p', { class: 'problem', role: 'alert' });
    this.rows = el('tbody', {});
    const names = ['Connection', 'State', 'Age', 'Idle', 'Last route', 'Address', 'Waiting', 'Do'];
    this.table = el('table', {}, el('caption', { class: 'unseen' }, 'Connections'), el('thead', {}, el('tr', {}, names.map((name) => el('th', { scope: 'col', data: { name } }, name)))), this.rows);
    this.names = names;
    this.empty = el('div', { class: 'empty' }, el('h3', {}, 'Nobody is connected'), el('p', {}, 'Clients of this page and of others appear here with their age, state and last route.'));
    fill(host, el('div', { class: 'bar' }, this.search, this.words), this.problem, el('div', { class: 'scroll' }, this.table, this.empty));
  }

  show(connections) {
    this.all = connections;
    this.#show();
  }

  #show() {
    const text = this.search.value.toLowerCase();
    const found = text ? this.all.filter((c) => [c.connectionId, c.lastRoute, c.lastAction, c.sourceIp].join('\n').toLowerCase().includes(text)) : this.all;
    keyed(this.rows, [...found].sort((a, b) => b.ageMs - a.ageMs).slice(0, SHOWN), ({ connectionId }) => connectionId, (c) => this.#make(c), (row, c) => this.#showRow(row, c));
    write(this.words, `${count(found.length, 'connection')}${found.length > SHOWN ? `, the oldest ${SHOWN} shown` : ''}`);
    this.empty.hidden = this.all.length > 0;
    this.table.hidden = this.all.length === 0;
  }

  #make({ connectionId }) {
    const id = el('td', { data: { name: this.names[0] } }, el('span', { class: `whose hue-${hueOf(connectionId)}` }), ' ', button(visible(connectionId), () => this.onFilter(connectionId), { class: 'link mono', title: 'Show it in the timeline' }));
    const cells = this.names.slice(1, -1).map((name) => el('td', { data: { name } }));
    const menu = el('select', { 'aria-label': `Make something happen to ${connectionId}`, on: { change: () => this.#fault(menu, connectionId) } },
      el('option', { value: '' }, 'Fault …'), FAULTS.map(([, label], i) => el('option', { value: i }, label)));
    const row = el('tr', {}, id, cells, el('td', { data: { name: 'Do' } }, menu));
    row.cellsOf = cells;
    row.own = id.firstElementChild;
    return row;
  }

  async #fault(menu, connectionId) {
    const [fault, , rest] = FAULTS[Number(menu.value)];
    menu.value = '';
    await setFault({ fault, connectionId, ...rest }, this.problem);
    this.onFault();
  }

  #showRow(row, c) {
    const route = c.lastAction ? `${c.lastRoute} ${c.lastAction}` : c.lastRoute;
    const values = [c.state, duration(c.ageMs), duration(c.idleMs), route, c.sourceIp, c.waitingBytes ? bytes(c.waitingBytes) : ''];
    values.forEach((value, i) => write(row.cellsOf[i], oneLine(value ?? '', 80)));
    write(row.own, this.nameOf(c.connectionId));
  }
}
