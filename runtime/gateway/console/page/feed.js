// feed.js: follows what `moonwire dev` records, by long polls, for as long as the page is open. When it ends, it is waited
// for; a new run begins with the oldest record that it has.
import { get, Refused } from './api.js';

const WAIT_MS = 20000;
const PAUSE_MS = 50; // records come in batches, not one by one
const BUSY_PAUSE_MS = 200; // after a batch of more than BUSY
const BUSY = 200; // records
const HIDDEN_PAUSE_MS = 1000; // nobody looks
const RETRY_MS = [250, 500, 1000, 2000];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Feed {
  #after = null;
  #run = null;
  #key = null; // resolves when there is another token

  /** onRecords(records, lost), onRun(run) before the first ones of a run, onLink('live' | 'lost' | 'locked'). */
  constructor({ onRecords, onRun, onLink }) {
    this.tell = { onRecords, onRun, onLink };
  }

  /** Somebody has typed another token. */
  unlock() {
    this.#key?.();
  }

  async follow() {
    for (let failures = 0; ;) {
      try {
        const answer = await get('console/feed', this.#query());
        failures = 0;
        this.#take(answer);
        await pause(document.hidden ? HIDDEN_PAUSE_MS : answer.records.length > BUSY ? BUSY_PAUSE_MS : PAUSE_MS);
      } catch (error) {
        if (error instanceof Refused && error.status === 401) await this.#locked();
        else await this.#lost(failures++);
      }
    }
  }

  #query() {
    return this.#after === null ? { wait_ms: 0 } : { after: this.#after, wait_ms: WAIT_MS };
  }

  #take({ run, next, lost, records }) {
    if (run !== this.#run) {
      const foreign = this.#after !== null && this.#run !== null; // asked with a number of the run before
      this.#run = run;
      this.#after = foreign ? null : next;
      this.tell.onRun(run);
      this.tell.onLink('live');
      if (foreign) return;
    }
    this.#after = next;
    this.tell.onLink('live');
    if (records.length > 0 || lost > 0) this.tell.onRecords(records, lost);
  }

  async #lost(failures) {
    this.tell.onLink('lost');
    await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
  }

  async #locked() {
    this.tell.onLink('locked');
    await new Promise((resolve) => { this.#key = resolve; });
  }
}
