// moonwire.js -- a WebSocket that stays connected to a service on API Gateway. For browsers and Node.js; one file, nothing
// to install: copy it. What it promises, and what nobody can promise: docs/client.md of Moonwire.

const SECOND = 1000, MINUTE = 60 * SECOND;

const FINAL = [1000, 1002, 1003, 1007, 1008, 1009, 1010]; // on purpose, or for what was sent: it would be the same again
const MAX_BYTES = 32 * 1024; // API Gateway's limit for a frame; no browser can be told to cut a message into several

/** Times in milliseconds. */
const DEFAULTS = {
  protocols: [],
  hello: [], // what a new connection begins with: a message, a list of them, or a function that gives them
  ready: null, // (message) => boolean: which message says that a new connection can be used; null: it can once it is open
  id: "mid", ack: "ack", // the member of messages with their id, that of answers with the id of what they answer
  heartbeat: 8 * MINUTE, // so long without a message; 10 minutes end a connection. 0: never
  ping: { action: "ping" }, pong: 10 * SECOND, // what is sent then, and when something has to have come back; 0: it need not
  renew: 110 * MINUTE, spread: 8 * MINUTE, // after this and a random part of that: 2 hours end a connection. 0: never
  overlap: 30 * SECOND, // how long the connection of before stays; API Gateway waits 29 seconds for an answer
  retryFirst: SECOND, retryMost: 30 * SECOND, // the pause before another try is random, up to one second, two, four, ...
  stable: 10 * SECOND, // who was connected so long begins at one second again
  patience: 30 * SECOND, // for the address, the handshake and `ready` together
  queue: 100, // messages that wait; one more is refused
  remember: 1000, // ids of messages that came
  again: ({ code }) => !FINAL.includes(code), // is there to be another connection after this close?
  WebSocket: globalThis.WebSocket,
};

const failure = (code, text) => Object.assign(new Error(text), { code });
const bytesOf = (text) => new TextEncoder().encode(text).length;
const isId = (id) => typeof id === "number" || (typeof id === "string" && id.length <= 256);
const isAddress = (url) => typeof url === "string" || url instanceof URL;
const wordsOf = (error) => error?.message ?? error; // anything can be thrown
const random = () => Math.random().toString(36).slice(2);

/** The text of a message. Bytes raise: API Gateway ends a connection that sends any. */
function encode(message) {
  const isBytes = message instanceof ArrayBuffer || ArrayBuffer.isView(message) || message instanceof Blob;
  const text = typeof message === "string" || isBytes ? message : JSON.stringify(message);
  if (typeof text !== "string") throw new TypeError("a message is a text, or what becomes JSON");
  return text;
}

/** An object or a list when the text is JSON of one, as moonwire.app sees messages; else the text. */
function decode(text) {
  let value;
  try { value = JSON.parse(text); } catch { /* no JSON */ }
  return Object(value) === value ? value : text;
}

/** One WebSocket, from before its handshake to its end. */
class Line {
  active = Date.now(); // when it last had a message, in either direction
  readyAt = 0; // when messages could be sent on it
  timer = 0; // until it has to be ready; later: until it is closed, since another one took over
  doubt = 0; // until it has to give a sign of life

  dial(WebSocket, url, protocols, { opened, received, lost }) {
    this.raw = new WebSocket(url, protocols);
    this.raw.onopen = opened;
    this.raw.onmessage = ({ data }) => {
      this.active = Date.now();
      this.doubt = clearTimeout(this.doubt);
      received(data);
    };
    this.raw.onclose = ({ code, reason }) => lost(code, reason);
    this.raw.onerror = () => {}; // a close follows
  }

  /** Can it be given messages? One that is closing swallows them without a word. */
  get takes() { return this.raw?.readyState === 1; }

  send(text) {
    this.raw.send(text);
    this.active = Date.now();
  }

  /** Closes it and hears no more of it: the other side may be gone, and its answer never come. */
  cut(...closing) {
    clearTimeout(this.timer);
    clearTimeout(this.doubt);
    if (this.raw) Object.assign(this.raw, { onopen: null, onmessage: null, onclose: null }).close(...closing);
  }
}

/** What connect() returns. Its events are `open`, `renewed`, `message`, `status` and `close`. */
export class Socket extends EventTarget {
  #settings;
  #status = "connecting";
  #line = null; // the one that messages are sent on
  #next = null; // one that is being opened: in its place, or to take over from it
  #old = new Set(); // others have taken over from them; they may still receive
  #items = []; // messages that were not sent, questions that were not answered; in their order
  #seen = new Set(); // ids of messages that came
  #ours = `${random()}${random()}.`; // what our ids begin with
  #count = 0; // of them
  #failures = 0; // in a row
  #pause = 0; // the timer until another try
  #tick; // that of #check
  #interval;
  #checked = Date.now(); // when it last came
  #wasOpen = false;
  #online = () => (this.#pause ? this.#dial() : this.#check(true));
  #shown = () => document.visibilityState === "visible" && (this.#pause ? this.#dial() : this.#check());

  constructor(settings) {
    super();
    this.#settings = settings;
    this.#interval = Math.min(...[2 * MINUTE, settings.heartbeat, settings.renew].filter(Boolean)) / 4;
    this.#tick = setInterval(() => this.#check(), this.#interval);
    globalThis.addEventListener?.("online", this.#online);
    globalThis.document?.addEventListener("visibilitychange", this.#shown);
    queueMicrotask(() => this.#dial()); // nothing happens before there are listeners
  }

  /** "connecting", "open", "waiting" (for another try) or "closed". */
  get status() { return this.#status; }

  /** Calls fn(event) for events of this type; returns a function that ends that. */
  on(type, fn) {
    this.addEventListener(type, fn);
    return () => this.removeEventListener(type, fn);
  }

  /** Sends a message once, as soon as there is a connection. Resolves when it was handed over, which proves no arrival. */
  send(message) { return this.#add({ text: encode(message) }); }

  /**
   * Sends an object with an id, and again on each new connection until an answer names the id; resolves with that answer.
   * The service may get it more than once. Rejects after `timeout` milliseconds.
   */
  ask(message, { timeout = 30 * SECOND } = {}) {
    if (Object(message) !== message || Array.isArray(message)) throw new TypeError("ask: the message is an object");
    const id = this.#newId();
    const item = { id, text: encode({ ...message, [this.#settings.id]: id }) };
    const expire = () => this.#settle(item, failure("timeout", `no answer in ${timeout} ms; the service may have the message`));
    if (timeout < 2 ** 31) item.timer = setTimeout(expire, timeout); // Infinity would be no time at all
    return this.#add(item);
  }

  /** Opens a second connection now, which takes over from the first: with a new token, for instance. */
  renew() { if (this.#line) this.#dial(); }

  /** Ends it. What was not sent, or not answered, is rejected. */
  close(code = 1000, reason = "") {
    if (code !== 1000 && !(code >= 3000 && code <= 4999)) throw new RangeError("close: the code is 1000, or 3000 to 4999");
    if (bytesOf(reason) > 123) throw new RangeError("close: the reason has more than 123 bytes");
    this.#finish(code, reason, code, reason);
  }

  // ---- Connections

  async #dial() {
    if (this.#next || this.#status === "closed") return;
    this.#pause = clearTimeout(this.#pause);
    const line = this.#next = new Line();
    const lost = (code, reason) => this.#lost(line, code, reason);
    line.timer = setTimeout(lost, this.#settings.patience, 1006, "it took too long");
    if (!this.#line) this.#say("connecting");
    let found = this.#settings.address;
    try {
      if (typeof found === "function") found = await found();
    } catch (error) {
      if (this.#next === line) lost(1006, `no address: ${wordsOf(error)}`);
    }
    if (this.#next !== line) return;
    const { url = found, protocols = this.#settings.protocols } = Object(found);
    if (!isAddress(url)) return lost(1006, "no address: what the function gave is neither a text nor a URL");
    const opened = () => this.#opened(line), received = (text) => this.#received(line, text);
    try {
      line.dial(this.#settings.WebSocket, url, protocols, { opened, received, lost });
    } catch (error) { // not the address of a WebSocket: it would be none again, but nothing ends what goes on
      this.#line ? lost(1006, wordsOf(error)) : this.#finish(1006, wordsOf(error));
    }
  }

  #opened(line) {
    const { hello, ready } = this.#settings;
    try {
      const messages = typeof hello === "function" ? hello() : hello;
      for (const message of [messages ?? []].flat()) if (this.#next === line) line.send(encode(message));
    } catch (error) {
      if (this.#next === line) this.#lost(line, 1006, `hello: ${wordsOf(error)}`);
    }
    if (!ready && this.#next === line) this.#take(line); // else hello() has ended it, or failed
  }

  /** A connection is ready: messages are sent on it from now on. */
  #take(line) {
    const { renew, spread, heartbeat, overlap } = this.#settings;
    const before = this.#line, first = !this.#wasOpen;
    clearTimeout(line.timer);
    line.readyAt = Date.now();
    line.renewAt = renew ? line.readyAt + renew + Math.random() * spread : Infinity;
    line.silence = heartbeat ? heartbeat * (0.9 + 0.1 * Math.random()) : Infinity;
    [this.#line, this.#next, this.#wasOpen] = [line, null, true];
    if (before) {
      this.#old.add(before);
      before.timer = setTimeout(() => this.#lost(before, 1000, "renewed"), overlap);
    }
    this.#flush();
    if (before) this.#emit("renewed");
    else if (this.#say("open")) this.#emit("open", { first });
  }

  #lost(line, code, reason) {
    const { again, stable } = this.#settings;
    line.cut(...(this.#old.has(line) ? [1000, "renewed"] : []));
    for (const item of this.#items) if (item.line === line) item.line = null;
    if (this.#old.delete(line)) return this.#flush(); // what had no answer there is asked again
    if (line === this.#line) this.#line = null;
    else this.#next = null;
    if (line.readyAt && Date.now() - line.readyAt >= stable) this.#failures = 0;
    try {
      if (!this.#line && !again({ code, reason, opened: line.readyAt > 0 })) return this.#finish(code, reason);
    } catch (error) {
      return this.#finish(code, `again: ${wordsOf(error)}`);
    }
    if (this.#status === "closed") return; // again() has ended it
    if (this.#next) return this.#say("connecting", { code, reason }); // it was about to take over
    this.#retry(code, reason);
  }

  /** Another try after a pause: those that were cut off together do not come back together. */
  #retry(code, reason) {
    const { retryFirst, retryMost } = this.#settings;
    const delay = Math.random() * Math.min(retryMost, retryFirst * 2 ** this.#failures);
    const failures = this.#failures += 1;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#dial(), delay);
    if (!this.#line) this.#say("waiting", { delay, failures, code, reason });
  }

  #finish(code, reason, ...closing) {
    if (this.#status === "closed") return;
    const lines = [this.#line, this.#next, ...this.#old];
    this.#line = this.#next = null;
    this.#old.clear();
    for (const line of lines) line?.cut(...closing);
    clearTimeout(this.#pause);
    clearInterval(this.#tick);
    globalThis.removeEventListener?.("online", this.#online);
    globalThis.document?.removeEventListener("visibilitychange", this.#shown);
    for (const item of this.#items) this.#settle(item, failure("closed", `the socket was closed: ${code} ${reason}`));
    this.#say("closed", { code, reason });
    this.#emit("close", { code, reason });
  }

  // ---- Time

  /** Comes four times as often as it must: timers of hidden pages are late, those of a machine that sleeps stand still. */
  #check(doubtful = false) {
    const now = Date.now(), gap = now - this.#checked, line = this.#line;
    const slept = gap > 4 * this.#interval || gap < 0;
    this.#checked = now;
    if (slept && this.#pause) return this.#dial();
    if (!line) return;
    if (gap < 0) line.renewAt += gap; // the clock was put back
    if (now >= line.renewAt && !this.#pause) this.#dial();
    if (doubtful || slept || now - line.active >= line.silence) this.#probe(line);
  }

  #probe(line) {
    const { ping, pong, heartbeat, id } = this.#settings;
    if (!heartbeat || line.doubt || !line.takes) return;
    line.send(typeof ping === "string" ? ping : encode({ ...ping, [id]: this.#newId() }));
    if (pong) line.doubt = setTimeout(() => this.#lost(line, 1006, "no answer to the heartbeat"), pong);
  }

  // ---- Messages

  #newId() { return this.#ours + (this.#count += 1); }

  #add(item) {
    const refusal = this.#refusal(item.text);
    if (refusal) return clearTimeout(item.timer), Promise.reject(refusal);
    const promise = new Promise((resolve, reject) => Object.assign(item, { resolve, reject }));
    promise.catch(() => {}); // who does not look is not ended by it
    this.#items.push(item);
    this.#flush();
    return promise;
  }

  #refusal(text) {
    const bytes = bytesOf(text);
    if (this.#status === "closed") return failure("closed", "the socket was closed");
    if (bytes > MAX_BYTES) return failure("too_large", `the message has ${bytes} bytes; API Gateway takes ${MAX_BYTES}`);
    if (this.#items.length >= this.#settings.queue) return failure("full", `${this.#items.length} messages wait already`);
  }

  #flush() {
    for (const item of this.#items) {
      if (!this.#line?.takes) return;
      if (item.line) continue;
      this.#line.send(item.text);
      item.line = this.#line;
      if (!item.id) this.#settle(item);
    }
  }

  #settle(item, error, answer) {
    clearTimeout(item.timer);
    this.#items = this.#items.filter((other) => other !== item);
    error ? item.reject(error) : item.resolve(answer);
  }

  /** An error of `ready` is nobody's answer, and costs no message: it is told of as one of a listener would be. */
  #isReady(data) {
    try {
      return this.#settings.ready?.(data);
    } catch (error) {
      queueMicrotask(() => { throw error; });
      return false;
    }
  }

  #received(line, text) {
    const data = decode(text), { id, ack } = this.#settings, { [id]: mid, [ack]: answered } = Object(data);
    const ready = line === this.#next && this.#isReady(data);
    if (ready && line === this.#next) this.#take(line); // unless it closed this in `ready`
    if (typeof answered === "string" && answered.startsWith(this.#ours)) {
      const item = this.#items.find((other) => other.id === answered);
      if (item) this.#settle(item, null, data); // else it came late, or twice, or answers a ping
    } else if (!this.#isRepeated(mid)) {
      this.#emit("message", { data, text });
    }
  }

  #isRepeated(id) {
    if (!isId(id)) return false;
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    if (this.#seen.size > this.#settings.remember) this.#seen.delete(this.#seen.values().next().value); // the oldest
    return false;
  }

  // ---- Events

  #emit(type, members) { this.dispatchEvent(Object.assign(new Event(type), members)); }

  #say(status, members) {
    this.#status = status;
    this.#emit("status", { status, ...members });
    return this.#status === status; // a listener may have ended it
  }
}

/**
 * A socket that stays. address: the URL, or a function that gives it (or { url, protocols }, or a promise), called for every
 * connection: for a token that is fresh. options: some of DEFAULTS.
 */
export function connect(address, options = {}) {
  for (const name of Object.keys(options)) if (!(name in DEFAULTS)) throw new TypeError(`connect: there is no option ${name}`);
  if (typeof address !== "function" && !isAddress(address?.url ?? address)) throw new TypeError("connect: the address is a URL, or a function that gives one");
  const settings = { ...DEFAULTS, ...options, address };
  if (!settings.WebSocket) throw new TypeError("connect: there is no WebSocket here; give that of the package ws: { WebSocket }");
  return new Socket(settings);
}
