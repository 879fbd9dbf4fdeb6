// rooms.js: the rooms of the store and who is in them.
import { get } from './api.js';
import { button, el, fill } from './dom.js';
import { hueOf } from './rows.js';
import { count, oneLine, shortId, visible } from './text.js';

const SHOWN = 200; // rooms

export class Rooms {
  #shown = '';

  constructor({ host, nameOf, onFilter, onCount }) {
    Object.assign(this, { nameOf, onFilter, onCount });
    this.words = el('p', { class: 'muted', role: 'status' });
    this.list = el('div', { class: 'cards' });
    fill(host, el('div', { class: 'bar' }, this.words, el('span', { class: 'grow' }), button('Refresh', () => this.refresh())), el('div', { class: 'scroll' }, this.list));
  }

  async refresh() {
    try {
      this.show(await get('console/rooms'));
    } catch (error) {
      fill(this.words, visible(error.message));
    }
  }

  show({ store, note, rooms = [], users }) {
    const names = rooms.flatMap(({ members }) => members.map(({ connectionId }) => this.nameOf(connectionId)));
    const key = JSON.stringify([store, note, rooms, users, names]);
    this.onCount(rooms.length);
    if (key === this.#shown) return;
    this.#shown = key;
    fill(this.words, note ? visible(note) : `${count(rooms.length, 'room')}, ${count(users ?? 0, 'user')} in ${oneLine(store ?? 'no store', 80)}`);
    if (rooms.length === 0) {
      fill(this.list, el('div', { class: 'empty' }, el('h3', {}, 'No rooms'), el('p', {}, 'A room is there as soon as a connection has joined it: conn:join(name) in an app, or the store.')));
      return;
    }
    fill(this.list, rooms.slice(0, SHOWN).map((room) => this.#room(room)), rooms.length > SHOWN && el('p', { class: 'muted' }, `${rooms.length - SHOWN} more rooms`));
  }

  #room({ name, count: size, members }) {
    return el('section', { class: 'card', 'aria-label': `Room ${oneLine(name, 80)}` }, el('h3', {}, oneLine(name, 120), el('span', { class: 'muted' }, ` ${count(size, 'member')}`)),
      el('ul', { class: 'members' }, members.map((member) => el('li', {}, this.#member(member))),
        size > members.length && el('li', { class: 'muted' }, `and ${size - members.length} more`)));
  }

  #member({ connectionId, user }) {
    const words = [this.nameOf(connectionId), oneLine(user ?? '', 40), shortId(connectionId)].filter(Boolean).join(' ');
    return button(words, () => this.onFilter(connectionId), { class: `chip hue-${hueOf(connectionId)}`, title: `Show ${visible(connectionId)} in the timeline` });
  }
}
