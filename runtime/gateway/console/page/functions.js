// functions.js: the service itself: its generation, its routes, and the environments that run its functions.
import { el, fill, keyed, write } from './dom.js';
import { facts } from './facts.js';
import { duration, oneLine, visible } from './text.js';

const cells = (values) => values.map((value) => el('td', {}, value));

function table(caption, names, rows) {
  return el('table', {}, el('caption', { class: 'unseen' }, caption), el('thead', {}, el('tr', {}, names.map((name) => el('th', { scope: 'col', data: { name } }, name)))), rows);
}

const ENVIRONMENT = ['Environment', 'State', 'Generation', 'Invocations', 'Age', 'Cold start'];

export class Functions {
  #shown = '';

  constructor({ host }) {
    this.apps = el('section', { class: 'card', 'aria-label': 'Routes of apps', hidden: true });
    this.about = el('section', { class: 'card', 'aria-label': 'Service' });
    this.environments = el('tbody', {});
    this.routes = el('section', { class: 'card', 'aria-label': 'Routes' });
    fill(host, el('div', { class: 'scroll' }, this.about,
      el('section', { class: 'card', 'aria-label': 'Environments' }, el('h3', {}, 'Environments'), table('Environments', ENVIRONMENT, this.environments)), this.routes, this.apps));
  }

  show(state) {
    keyed(this.environments, state.environments ?? [], (e) => `${e.function}#${e.number}`,
      () => el('tr', {}, ENVIRONMENT.map((name) => el('td', { data: { name } }))), (row, e) => this.#environment(row, e, state.generation));
    const { service, stage, region, apiId, config, websocketUrl, managementUrl, httpUrl, controlUrl, generation, loadError, routes, httpRoutes, functions, hasAuthorizer } = state;
    const about = { service, stage, region, apiId, config, websocketUrl, managementUrl, httpUrl, controlUrl, generation, bad: Boolean(loadError), routes, httpRoutes, functions, hasAuthorizer };
    const key = JSON.stringify(about);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#about(about);
    this.#routes(about);
  }

  /** Those of GET console/routes. */
  showApps(apps) {
    const rows = apps.flatMap(({ handler, routes = [], problem }) => [
      problem && el('tr', { class: 'is-bad' }, cells([el('span', {}, 'not known'), oneLine(handler, 80), oneLine(problem, 300)])),
      routes.map(({ route, schema, source }) => el('tr', {}, cells([el('code', {}, oneLine(route, 80)), oneLine(source || handler, 120), schema === undefined ? el('span', { class: 'muted' }, 'any message') : el('code', {}, oneLine(schema, 300))]))),
    ]);
    this.apps.hidden = rows.flat().filter(Boolean).length === 0;
    fill(this.apps, el('h3', {}, 'Routes of apps'), table('Routes of apps', ['Route', 'Place', 'Schema'], el('tbody', {}, rows)));
  }

  #environment(row, e, generation) {
    const age = Date.now() - new Date(e.startedAt).getTime();
    const values = [`${e.function}#${e.number}`, e.state, e.generation === generation ? e.generation : `${e.generation ?? ''} (ends)`, e.invocations, duration(age), duration(e.coldMs ?? e.initMs)];
    values.forEach((value, i) => write(row.children[i], oneLine(value ?? '', 60)));
    row.children[1].className = `state is-${oneLine(e.state, 12).replace(/\W/g, '')}`;
  }

  #about(s) {
    fill(this.about, el('h3', {}, oneLine(s.service, 80)), facts([
      ['Generation', `${s.generation}${s.bad ? ', a newer one could not be loaded' : ''}`], ['Stage', visible(s.stage)], ['Region', visible(s.region)], ['API', visible(s.apiId)],
      ['WebSocket', el('code', {}, visible(s.websocketUrl))], ['@connections', el('code', {}, visible(s.managementUrl))], ['HTTP', s.httpUrl && el('code', {}, visible(s.httpUrl))],
      ['Settings', el('code', {}, visible(s.config))], ['Authorizer', s.hasAuthorizer ? 'asked for each connection' : '']]));
  }

  #routes({ routes = [], httpRoutes = [], functions = [] }) {
    const rows = [...routes, ...httpRoutes].map((r) => el('tr', {}, cells([el('code', {}, oneLine(r.routeKey, 80)), oneLine(r.function, 60), oneLine(r.handler, 80), r.twoWay ? 'two-way' : ''])));
    const others = functions.filter((f) => !f.routed && !routes.some((r) => r.function === f.name)).map((f) => el('tr', {}, cells([el('span', { class: 'muted' }, 'none'), oneLine(f.name, 60), oneLine(f.handler, 80), ''])));
    fill(this.routes, el('h3', {}, 'Routes'), table('Routes', ['Route', 'Function', 'Handler', ''], el('tbody', {}, rows, others)));
  }
}
