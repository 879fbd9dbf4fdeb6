// sent.js: the messages that were sent from here, the newest first. They are kept for this tab only: a message may hold what
// the next program on this port should not find.

const KEY = 'moonwire-sent';
const KEPT = 50;
const TEXT_MAX = 8 * 1024;

export class Sent {
  constructor() {
    try {
      this.list = JSON.parse(sessionStorage.getItem(KEY)) ?? [];
    } catch {
      this.list = [];
    }
    this.at = -1; // the one in the composer; -1: none
  }

  add(text) {
    this.at = -1;
    if (text.length > TEXT_MAX) return;
    this.list = [text, ...this.list.filter((other) => other !== text)].slice(0, KEPT);
    sessionStorage.setItem(KEY, JSON.stringify(this.list));
  }

  /** The one before (1), or behind (-1), that at hand; undefined when there is none. */
  walk(step) {
    const next = this.at + step;
    if (next < 0 || next >= this.list.length) return undefined;
    this.at = next;
    return this.list[next];
  }
}
