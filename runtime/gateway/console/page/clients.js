// clients.js: the clients that this page plays. A browser tells a page neither the id of its connection nor the status of a
// refusal; the feed does. So they are opened one after the other, and connections of this origin are theirs in that order. Tabs of this
// page take turns, too: each would take the other's connection for its own.
import { Client } from './client.js';

const TELL_MS = 10000; // how long the feed may take to tell of a connection ...
const TURN_MS = 1000; // ... and how long that keeps other tabs waiting
const OTHERS_MS = 10000; // how long another tab may take

const NAMES = 1000; // connections whose letter is remembered
const LETTERS = 26;
const nameOf = (n) => String.fromCharCode(65 + (n % LETTERS)) + (n < LETTERS ? '' : Math.floor(n / LETTERS) + 1);

export class Clients {
  #made = 0;
  #waiting = []; // clients that are to be opened
  #opening = false;
  #untold = []; // { client, began }: those of which the feed has not told yet
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
    this.#waiting.push(client);
    if (!this.#opening) this.#openWaiting();
  }

  async #openWaiting() {
    this.#opening = true;
    while (this.#waiting.length > 0) {
      try {
        await navigator.locks.request('moonwire-connect', { signal: AbortSignal.timeout(OTHERS_MS) }, () => this.#openAll());
      } catch { // the other tab hangs
        await this.#openAll();
      }
    }
    this.#opening = false;
  }

  /** Resolves when the feed has told of all of them, or takes too long for that. */
  async #openAll() {
    const told = [];
    for (let client = this.#waiting.shift(); client; client = this.#waiting.shift()) told.push((await this.#open(client))?.told);
    await Promise.race([Promise.all(told), new Promise((resolve) => setTimeout(resolve, TURN_MS))]);
  }

  /** Resolves when it is open or is not going to be; { told } resolves when the feed has told of it. */
  async #open(client) {
    if (!this.all.includes(client)) return undefined;
    const untold = { client, began: Date.now() };
    const told = new Promise((resolve) => { untold.tell = resolve; });
    this.#untold.push(untold);
    await client.connect(this.base);
    setTimeout(() => this.#forget(untold), TELL_MS);
    return { told };
  }

  #forget(untold) {
    this.#untold = this.#untold.filter((other) => other !== untold);
    untold.tell();
  }

  remove(client) {
    client.close();
    this.all = this.all.filter((other) => other !== client);
    this.onChange(null, 0);
  }

  /** Looks at what the feed says for connections that this page has opened. */
  took(records) {
    for (const record of records) {
      if (record.type !== 'connection' || record.event === 'closed' || record.origin !== location.origin) continue;
      const untold = this.#untold[0];
      if (!untold || new Date(record.time) < untold.began) continue;
      this.#forget(untold);
      this.#learn(untold.client, record);
    }
  }

  #learn(client, record) {
    if (record.connectionId) this.#names.set(record.connectionId, client.name);
    if (this.#names.size > NAMES) this.#names.delete(this.#names.keys().next().value);
    client.learn(record);
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
