// client_panel.js: the clients of this page, the one that is chosen, and the composer.
import { Clients } from './clients.js';
import { Composer } from './composer.js';
import { conversation } from './conversation.js';
import { button, calmly, el, fill, keyed, soon, write } from './dom.js';
import { ClientForm } from './form.js';
import { whyRefused } from './refusal.js';
import { hueOf } from './rows.js';
import { count, number, shortId, visible } from './text.js';

export class ClientPanel {
  #draw = () => this.#show();

  /** onMessage(message) when one of the conversation is chosen; onFilter(connectionId); onOpen(record) shows an invocation. */
  constructor({ host, records, onMessage, onFilter, onOpen }) {
    Object.assign(this, { records, onFilter, onOpen });
    this.clients = new Clients((client, removed) => this.#changed(client, removed));
    this.chosen = null;
    this.form = new ClientForm({ host, onConnect: (settings, number) => this.#connect(settings, number) });
    this.chips = el('ul', { class: 'clients', 'aria-label': 'Clients of this page' });
    this.status = el('div', { class: 'client-status', role: 'status' });
    this.empty = el('div', { class: 'empty' }, el('h3', {}, 'No client yet'),
      el('p', {}, 'Connect opens a WebSocket of this page to the service. Connect twice, and see two clients talk to each other.'));
    this.list = conversation(onMessage);
    this.foot = el('p', { class: 'hint' });
    host.append(this.chips, this.status, this.empty, this.list.node, this.foot);
    this.composer = new Composer({ host, onSend: (text, toAll) => this.#send(text, toAll) });
    this.#show();
  }

  #connect(settings, number) {
    for (let i = 0; i < number; i += 1) this.#choose(this.clients.add(settings));
  }

  #send(text, toAll) {
    const receivers = toAll ? this.clients.all : [this.chosen];
    if (receivers.filter((client) => client?.send(text)).length > 0) return '';
    if (!this.chosen) return 'Connect a client first: the button Connect above.';
    if (toAll) return 'No client is connected.';
    return this.chosen.state === 'connecting' ? `Client ${this.chosen.name} is still connecting.` : `Client ${this.chosen.name} is not connected: Reconnect it, or choose another one.`;
  }

  #choose(client) {
    this.chosen = client;
    if (client) client.unread = 0;
    this.list.chosen = null;
    this.list.following = true;
    this.list.set(client?.messages ?? []);
    this.list.redraw();
    soon(this.#draw);
  }

  #remove(client) {
    this.clients.remove(client);
    if (client === this.chosen) this.#choose(this.clients.all.at(-1) ?? null);
  }

  #changed(client, removed) {
    if (client && client === this.chosen) {
      client.unread = 0;
      this.list.update(removed);
    }
    calmly(this.#draw);
  }

  #show() {
    const { all } = this.clients;
    keyed(this.chips, all, ({ name }) => name, (client) => this.#makeChip(client), (chip, client) => this.#showChip(chip, client));
    this.empty.hidden = all.length > 0;
    this.list.node.hidden = all.length === 0;
    this.composer.allow(this.chosen?.state === 'open', all.filter(({ state }) => state === 'open').length);
    this.foot.hidden = !this.chosen?.dropped;
    if (this.chosen) write(this.foot, `${count(this.chosen.messages.length, 'message')}, ${number(this.chosen.dropped)} older ones dropped`);
    this.#showStatus();
  }

  /** What `moonwire dev` has recorded: the ids of the clients, and why they were refused. */
  took(records) {
    this.clients.took(records);
    if (this.chosen?.refused) calmly(this.#draw);
  }

  #makeChip(client) {
    const choose = button('', () => this.#choose(client), { class: 'client' });
    choose.append(el('span', { class: 'dot', 'aria-hidden': 'true' }), el('span', {}, client.name), el('span', { class: 'muted' }), el('span', { class: 'badge' }));
    const chip = el('li', {}, choose, button('×', () => this.#remove(client), { class: 'quiet', 'aria-label': `Remove client ${client.name}` }));
    chip.choose = choose;
    return chip;
  }

  #showChip(chip, client) {
    const [dot, , note, unread] = chip.choose.children;
    chip.choose.setAttribute('aria-pressed', String(client === this.chosen));
    dot.className = `dot is-${client.state}${client.connectionId ? ` hue-${hueOf(client.connectionId)}` : ''}`;
    write(note, client.state === 'open' ? client.settings.user ?? '' : client.state);
    write(unread, client.unread > 999 ? '999+' : client.unread);
    unread.hidden = client.unread === 0;
  }

  #showStatus() {
    const { chosen } = this;
    const { words: reason, invocation } = chosen?.refused ? whyRefused(chosen.refused, this.records) : {};
    const key = chosen ? [chosen.name, chosen.state, chosen.connectionId, chosen.why, reason, invocation?.requestId].join() : '';
    if (key === this.status.key) return;
    this.status.key = key;
    this.status.hidden = !chosen;
    if (!chosen) return;
    const words = chosen.state === 'closed' ? visible(chosen.why || 'closed') : chosen.state;
    fill(this.status, el('div', { class: 'bar' }, el('span', { class: 'words' }, `${chosen.name} ${words}`), chosen.connectionId && el('code', { title: chosen.connectionId }, shortId(chosen.connectionId)),
      el('span', { class: 'grow' }),
      invocation && button('Invocation', () => this.onOpen(invocation), { class: 'quiet', title: 'Show the invocation that refused it' }),
      chosen.connectionId && button('Only this', () => this.onFilter(chosen.connectionId), { class: 'quiet', title: 'Show only this connection in the timeline' }),
      chosen.state === 'open' ? button('Close', () => chosen.close(), { class: 'quiet', title: 'Close this connection' })
        : chosen.state === 'closed' && button('Reconnect', () => this.clients.connect(chosen), { class: 'quiet' })),
      reason && el('p', { class: 'problem client-reason' }, visible(reason)));
  }
}
