// state.js: asks how the service is: soon after something has changed, else every two seconds while somebody looks.
import { get } from './api.js';
import { later } from './dom.js';

const SOON_MS = 300;
const EVERY_MS = 2000;
const CHANGES = new Set(['reload', 'load', 'environment', 'connection', 'fault']);

export class State {
  #asking = false;

  /** onState(state) */
  constructor(onState) {
    this.onState = onState;
    this.soon = later(SOON_MS, () => this.ask());
    setInterval(() => { if (!document.hidden) this.ask(); }, EVERY_MS);
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.ask(); });
  }

  took(records) {
    if (records.some(({ type }) => CHANGES.has(type))) this.soon();
  }

  /** Failures are the feed's to tell: it asks the same port. */
  async ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.onState(await get('console/state'));
    } catch {
      // the feed notices, too
    } finally {
      this.#asking = false;
    }
  }
}
