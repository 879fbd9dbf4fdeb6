// snippets.js: messages to begin with: one for each route of serverless.yml that a message can name, and for the routes of apps
// behind them what a client has last said there.

const ACTIONS = 40;
const TEXT_MAX = 2000;

function actionOf(text) {
  try {
    const { action } = JSON.parse(text);
    return typeof action === 'string' && action.length <= 64 ? action : undefined;
  } catch {
    return undefined;
  }
}

export class Snippets {
  #routes = [];
  #seen = new Map(); // action: the last message with it

  /** Those of GET console/state. */
  setRoutes(routes) {
    this.#routes = routes.map(({ routeKey }) => routeKey).filter((key) => !key.startsWith('$'));
  }

  /** Notes what clients say; whether there is a snippet more than before. */
  took(records) {
    const before = this.#seen.size;
    for (const { type, direction, text, bytes } of records) {
      if (type !== 'frame' || direction !== 'in' || bytes > TEXT_MAX) continue;
      const action = actionOf(text);
      if (action && (this.#seen.has(action) || this.#seen.size < ACTIONS)) this.#seen.set(action, text);
    }
    return this.#seen.size !== before;
  }

  names() {
    return [...new Set([...this.#routes, ...this.#seen.keys()])];
  }

  text(name) {
    return this.#seen.get(name) ?? JSON.stringify({ action: name });
  }
}
