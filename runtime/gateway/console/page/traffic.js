// traffic.js: the panel of numbers: the last minute, durations of each route, and what it would cost.
import { drawChart } from './chart.js';
import { el, fill, svg, write } from './dom.js';
import { PRICES, costOf } from './prices.js';
import { COUNTS } from './stats.js';
import { count, duration, money, number, oneLine, period } from './text.js';

const NAMES = {
  messagesIn: 'Messages in', messagesOut: 'Messages out', invocations: 'Invocations', failures: 'Failed invocations', sends: 'Sends', gone: 'Gone (410)', throttled: 'Throttled (429)',
};
const BAD = new Set(['failures', 'gone', 'throttled']);

const headed = (title, ...rest) => el('section', { class: 'card', 'aria-label': title }, el('h3', {}, title), ...rest);

export class Traffic {
  constructor({ host, stats }) {
    this.stats = stats;
    this.minute = el('tbody', {});
    this.period = el('p', { class: 'hint' });
    this.chart = svg('svg', { class: 'chart' });
    this.routes = el('tbody', {});
    this.cost = el('tbody', {});
    this.architecture = el('select', { 'aria-label': 'Processor', on: { change: () => this.show(this.totals) } }, el('option', {}, 'arm64'), el('option', {}, 'x86_64'));
    this.sum = el('p', {});
    const head = (names) => el('thead', {}, el('tr', {}, names.map((name) => el('th', { scope: 'col' }, name))));
    fill(host, el('div', { class: 'scroll' },
      headed('Traffic', el('p', { class: 'legend-line' }, el('span', { class: 'key-in' }, 'in'), el('span', { class: 'key-out' }, 'out'), el('span', { class: 'muted' }, 'messages a second while this page has been open, the last two minutes')), this.chart,
        el('table', { class: 'numbers' }, head(['', 'The last minute', 'Since the start']), this.minute), this.period),
      headed('Durations', el('p', { class: 'hint' }, 'Of the newest 500 invocations of each route; the time in the environment, without waiting.'),
        el('table', { class: 'numbers' }, head(['Route', 'Seen', 'Failed', 'Cold', 'p50', 'p95', 'p99', 'Most']), this.routes)),
      headed('Estimated cost on AWS', el('div', { class: 'bar' }, this.sum, el('span', { class: 'grow' }), this.architecture), el('table', { class: 'numbers' }, head(['', 'Since the start', 'Cost', 'If all was 1,000 times as much']), this.cost),
        el('p', { class: 'hint' }, `List prices of ${PRICES.date} for us-east-1 (${PRICES.sources.join(', ')}), the first tier, without the free tier, data transfer and what other services cost. Durations here are not those of AWS.`))));
  }

  show(totals) {
    if (!totals) return;
    this.totals = totals;
    const minute = this.stats.minute();
    const sums = this.stats.sums(totals);
    fill(this.minute, COUNTS.map((name) => el('tr', { class: BAD.has(name) && minute[name] > 0 ? 'is-bad' : null }, el('th', { scope: 'row' }, NAMES[name]), el('td', {}, number(minute[name])), el('td', {}, number(sums[name])))));
    this.#showPeriod();
    drawChart(this.chart, [{ name: 'in', kind: 'in', points: this.stats.rates(['messagesIn']) }, { name: 'out', kind: 'out', points: this.stats.rates(['messagesOut']) }]);
    this.#showRoutes();
    this.#showCost(totals);
  }

  #showPeriod() {
    const ms = this.stats.period();
    const open = ms < 60e3 ? `This page has been open for ${period(ms)}: of the minute before that it knows only the failures. ` : '';
    write(this.period, `${open}Failed is what has an error or a status of 400 and more, and a client that $connect refused: the invocations behind the filter Failures.`);
  }

  #showRoutes() {
    const rows = [...this.stats.routes.entries()].sort((a, b) => b[1].count - a[1].count).map(([name, route]) => {
      const { p50, p95, p99, most } = this.stats.latency(name);
      return el('tr', {}, el('th', { scope: 'row' }, oneLine(name, 80)), [number(route.count), number(route.failures), number(route.cold), duration(p50), duration(p95), duration(p99), duration(most)].map((text) => el('td', {}, text)));
    });
    fill(this.routes, rows.length > 0 ? rows : el('tr', {}, el('td', { colspan: 8, class: 'words' }, 'No invocation yet')));
  }

  #showCost(totals) {
    const rows = costOf(totals, this.architecture.value);
    const sum = rows.reduce((all, { cost }) => all + cost, 0);
    write(this.sum, `${money(sum)} for ${count(totals.invocations ?? 0, 'invocation')}`);
    fill(this.cost, rows.map(({ name, amount, cost }) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, amount < 10 ? amount.toFixed(amount % 1 ? 4 : 0) : number(amount)), el('td', {}, money(cost)), el('td', {}, money(cost * 1000)))));
  }
}
