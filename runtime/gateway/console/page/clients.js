// clients.js: the clients that this page plays. A browser tells a page neither the id of its connection nor the status of a
// refusal; the feed does. So they are opened one after the other, and the next connection of this origin is the one at hand.
import { Client } from './client.js';

const MATCH_MS = 1000; // how long the next one waits for the feed to name the one before

const LETTERS = 26;
const nameOf = (n) => String.fromCharCode(65 + (n % LETTERS)) + (n < LETTERS ? '' : Math.floor(n / LETTERS) + 1);

export class Clients {
  #made = 0;
  #queue = Promise.resolve();
  #expected = null; // { client, done }
  #names = new Map(); // connection id: name

  /** onChange(client, removed): something about it has changed; `removed` of its first messages are gone. */
  constructor(onChange) {
    this.all = [];
    this.base = '';
    this.onChange = onChange;
  }

  add(settings) {
    const client = new Client(nameOf(this.#made++), settings, this.onChange);
    this.all.push(client);
    this.connect(client);
    return client;
  }

  connect(client) {
    this.#queue = this.#queue.then(() => this.#connect(client));
  }

  async #connect(client) {
    if (!this.all.includes(client)) return;
    const told = new Promise((resolve) => {
      this.#expected = { client, done: resolve };
      setTimeout(resolve, MATCH_MS);
    });
    await client.connect(this.base);
    await told;
    this.#expected = null;
  }

  remove(client) {
    client.close();
    this.all = this.all.filter((other) => other !== client);
    this.onChange(null, 0);
  }

  /** Looks at what the feed says for the connection that is being opened. */
  took(records) {
    for (const record of records) {
      if (record.type !== 'connection' || !this.#expected) continue;
      if (record.event === 'closed' || (record.origin !== undefined && record.origin !== location.origin)) continue;
      const { client, done } = this.#expected;
      this.#expected = null;
      if (record.connectionId) this.#names.set(record.connectionId, client.name);
      if (this.#names.size > 1000) this.#names.delete(this.#names.keys().next().value);
      client.learn(record);
      done();
    }
  }

  /** "A", when it is one of ours. */
  nameOf(connectionId) {
    return this.#names.get(connectionId) ?? '';
  }

  /** `moonwire dev` was started again: those that nobody has closed come back. */
  again() {
    for (const client of this.all) if (client.isWanted && client.state === 'closed') this.connect(client);
  }
}
