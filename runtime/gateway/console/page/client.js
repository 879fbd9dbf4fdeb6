// client.js: one WebSocket of this page, and what it has said and heard.

const KEPT = 1000; // messages
const TEXT_MAX = 64 * 1024; // of each

export class Client {
  #socket = null;
  #number = 0;

  /** `settings`: { path, query, protocols, sign() }: the last one resolves with further { query, protocols } or null. */
  constructor(name, settings, changed) {
    Object.assign(this, { name, settings, changed });
    this.state = 'closed';
    this.why = '';
    this.connectionId = '';
    this.messages = [];
    this.dropped = 0;
    this.unread = 0;
    this.isWanted = true; // is connected again when `moonwire dev` has been started again
  }

  /** Opens it; resolves when it is open, or is not going to be. */
  async connect(base) {
    if (this.state !== 'closed') return;
    Object.assign(this, { state: 'connecting', why: '', refusal: '', refused: null, connectionId: '', isWanted: true });
    this.changed(this, 0);
    try {
      const extra = await this.settings.sign?.();
      const url = new URL(this.settings.path || '', base);
      for (const [name, value] of [...this.settings.query, ...(extra?.query ?? [])]) url.searchParams.append(name, value);
      await this.#open(url, [...this.settings.protocols, ...(extra?.protocols ?? [])]);
    } catch (error) {
      this.#closed(error.message);
    }
  }

  #open(url, protocols) {
    return new Promise((resolve) => {
      const socket = new WebSocket(url, protocols);
      this.#socket = socket;
      socket.onopen = () => {
        this.state = 'open';
        this.#add('note', socket.protocol ? `open, subprotocol ${socket.protocol}` : 'open');
        resolve();
      };
      socket.onmessage = ({ data }) => this.#add('out', typeof data === 'string' ? data : `${data.size} bytes`);
      socket.onclose = ({ code, reason }) => {
        const was = this.state;
        this.#closed(was === 'connecting' ? 'refused' : `closed with ${code}${reason ? ` ${reason}` : ''}`);
        resolve();
      };
    });
  }

  #closed(why) {
    Object.assign(this, { state: 'closed', why: this.refusal || why });
    this.#socket = null;
    this.#add('note', this.why);
  }

  /** What the gateway has told of it: its id, or why it was refused, which browsers keep to themselves. */
  learn({ event, connectionId, status, reason }) {
    if (event === 'opened') this.connectionId = connectionId;
    else {
      this.refusal = `refused${status ? ` with ${status}` : ''}`;
      this.refused = { connectionId, reason: reason ?? '' };
    }
    if (this.refusal && this.state === 'closed') this.why = this.refusal; // the browser was the first to tell
    this.changed(this, 0);
  }

  /** Whether it went out. */
  send(text) {
    if (this.state !== 'open') return false;
    this.#socket.send(text);
    this.#add('in', text);
    return true;
  }

  close() {
    this.isWanted = false;
    this.#socket?.close(1000);
  }

  #add(direction, text) {
    const whole = String(text);
    this.messages.push({ number: this.#number++, direction, time: Date.now(), length: whole.length, text: whole.slice(0, TEXT_MAX) });
    const removed = Math.max(0, this.messages.length - KEPT);
    if (removed > 0) this.messages.splice(0, removed);
    this.dropped += removed;
    if (direction === 'out') this.unread += 1;
    this.changed(this, removed);
  }
}
