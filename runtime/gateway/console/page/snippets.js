// snippets.js: messages to begin with: one for each route of apps and of serverless.yml that a message can name. That of a route with a
// schema is what `moonwire dev` has made for it; elsewhere it is what a client has last said there.

const ACTIONS = 40; // that are remembered
const ROUTES = 200; // that are offered
const NAME_MAX = 64; // of those
const TEXT_MAX = 2000;

function objectOf(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

export class Snippets {
  #api = []; // { name, message }
  #apps = []; // { name, message, schema, source }
  #members = new Set(['action']); // of messages, that name a route
  #seen = new Map(); // action: the last message with it

  /** Those of GET console/state. */
  setRoutes(routes = []) {
    this.#api = routes.filter(({ message }) => message).map(({ routeKey, message }) => ({ name: routeKey, message }));
    this.#learnMembers();
  }

  /** Those of GET console/routes. */
  setApps(apps = []) {
    this.#apps = apps.flatMap(({ routes = [] }) => routes).slice(0, ROUTES).map(({ route, ...rest }) => ({ ...rest, name: route }));
    this.#learnMembers();
  }

  #learnMembers() {
    const ofApi = this.#api.flatMap(({ name, message }) => Object.entries(objectOf(message)).filter(([, value]) => value === name).map(([member]) => member));
    this.#members = new Set(['action', ...ofApi, ...this.#apps.map(({ action }) => action)]);
  }

  #actionsOf(text) {
    const message = objectOf(text);
    return [...this.#members].map((member) => (Object.hasOwn(message, member) ? message[member] : undefined)).filter((name) => typeof name === 'string');
  }

  /** Notes what clients say; whether there is a snippet more than before. */
  took(records) {
    const before = this.#seen.size;
    for (const { type, direction, text, bytes } of records) {
      if (type !== 'frame' || direction !== 'in' || bytes > TEXT_MAX) continue;
      const [action] = this.#actionsOf(text);
      if (action && action.length <= NAME_MAX && (this.#seen.has(action) || this.#seen.size < ACTIONS)) this.#seen.set(action, text);
    }
    return this.#seen.size !== before;
  }

  /** { name, text, schema?, source? } of each; apps first: the route of the API with the same name leads to one. */
  list() {
    const known = [...this.#apps, ...this.#api.filter(({ name }) => !this.#apps.some((app) => app.name === name))];
    const seen = [...this.#seen.keys()].filter((name) => !known.some((route) => route.name === name)).map((name) => ({ name }));
    return [...known, ...seen].map(({ name, message, schema, source }) => ({ name, schema, source, text: this.#text(name, message, schema) }));
  }

  #text(name, message, schema) {
    if (schema !== undefined && message) return message;
    return this.#seen.get(name) ?? message ?? JSON.stringify({ action: name });
  }

  /** The one whose route a message names; undefined when there is none. */
  of(text) {
    const actions = this.#actionsOf(text);
    return actions.length > 0 ? this.list().find(({ name }) => actions.includes(name)) : undefined;
  }
}
