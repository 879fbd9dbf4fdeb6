'use strict';
// clock.js -- a clock that jumps, in place of the process's own, and WebSockets that do what a test says: for client/moonwire.js.

const REAL = { setTimeout, clearTimeout, setInterval, clearInterval, now: Date.now, random: Math.random };

/** Lets everything run that waits for promises only. */
async function settle() { for (let i = 0; i < 20; i += 1) await null; }

class Clock {
  constructor() {
    this.now = 1_700_000_000_000;
    this.timers = new Map(); // id: { at, every, fn }
    this.last = 0;
  }

  /** Until restore(). Math.random gives `chance`. */
  install() {
    const add = (every) => (fn, ms = 0, ...args) => {
      this.last += 1;
      this.timers.set(this.last, { at: this.now + ms, every: every && ms, fn: () => fn(...args) });
      return this.last;
    };
    const remove = (id) => { this.timers.delete(id); };
    Object.assign(globalThis, { setTimeout: add(false), setInterval: add(true), clearTimeout: remove, clearInterval: remove });
    Date.now = () => this.now;
    this.chance = 0.5;
    Math.random = () => this.chance;
  }

  restore() {
    const { now, random, ...timers } = REAL;
    Object.assign(globalThis, timers);
    Date.now = now;
    Math.random = random;
  }

  /** Time passes, and timers run when they are due. */
  async forward(ms) {
    const end = this.now + ms;
    await settle();
    for (let due = this.due(end); due; due = this.due(end)) {
      const [id, timer] = due;
      this.now = Math.max(this.now, timer.at);
      if (timer.every) timer.at = this.now + timer.every;
      else this.timers.delete(id);
      timer.fn();
      await settle();
    }
    this.now = end;
  }

  due(end) { return [...this.timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0]; }

  /** Time passes, and no timer runs: the machine sleeps. What was due comes at once when it wakes. */
  async sleep(ms) {
    this.now += ms;
    await this.forward(0);
  }
}

/** A class of WebSockets; `made` has those that were made. */
function fakeSockets() {
  return class Fake {
    static made = [];

    /** The newest. */
    static get last() { return Fake.made[Fake.made.length - 1]; }

    constructor(url, protocols) {
      if (!/^wss?:/.test(url)) throw new SyntaxError(`no URL of a WebSocket: ${url}`);
      Object.assign(this, { url, protocols, readyState: 0, sent: [], closed: null });
      Fake.made.push(this);
    }

    send(text) {
      if (this.readyState !== 1) throw new Error('sent on a socket that is not open');
      this.sent.push(text);
    }

    /** What was sent, decoded. */
    get messages() { return this.sent.map((text) => JSON.parse(text)); }

    close(code, reason) {
      if (this.readyState > 1) return;
      this.readyState = 2;
      this.closed = { code, reason };
    }

    // What the other side does.

    accept() {
      this.readyState = 1;
      this.onopen();
    }

    say(message) { this.onmessage({ data: typeof message === 'string' ? message : JSON.stringify(message) }); }

    end(code, reason = '') {
      this.readyState = 3;
      this.onclose({ code, reason });
    }
  };
}

module.exports = { Clock, fakeSockets, settle };
