// routes.js: asks for the routes of the apps, anew when another generation serves. `moonwire dev` loads the handlers for that, one after
// the other, and what is known is shown until the rest is.
import { get } from './api.js';

const FIRST_MS = 60;
const MOST_MS = 1500;

export class Routes {
  #asked = '';
  #timer = null;

  /** onRoutes(apps) */
  constructor(onRoutes) {
    this.onRoutes = onRoutes;
  }

  /** Called with each state. */
  follow({ run, generation }) {
    const key = `${run} ${generation}`;
    if (key === this.#asked) return;
    this.#asked = key;
    this.#ask(key, FIRST_MS);
  }

  async #ask(key, wait) {
    clearTimeout(this.#timer);
    let answer;
    try {
      answer = await get('console/routes');
    } catch {
      answer = { pending: true }; // the feed tells of it
    }
    if (key !== this.#asked) return;
    if (answer.apps) this.onRoutes(answer.apps);
    if (answer.pending) this.#timer = setTimeout(() => this.#ask(key, Math.min(wait * 2, MOST_MS)), wait);
  }
}
