// stats.js: numbers of the traffic. Counts come from the totals of `moonwire dev`, which miss nothing; durations from the
// records, the newest of each route. So do results with a failing status, which are no failures in the totals.
import { isFailure, routeOf } from './records.js';
import { percentile } from './text.js';

const DURATIONS = 500; // kept of each route
const ROUTES = 100;
const MINUTE_MS = 60e3;
const SAMPLES_MS = 60 * 60e3; // how long totals are remembered
export const COUNTS = ['messagesIn', 'messagesOut', 'invocations', 'failures', 'sends', 'gone', 'throttled'];

export class Stats {
  constructor() {
    this.clear();
  }

  clear() {
    this.samples = []; // { at, totals }, the oldest first
    this.routes = new Map(); // route: { count, failures, cold, durations }
    this.failing = 0; // invocations with a result whose status is a failing one
    this.failed = []; // when invocations failed, the last minute
  }

  /** The totals as they are at this moment. */
  sample(totals, at = Date.now()) {
    const last = this.samples.at(-1);
    if (last && at - last.at < 900) this.samples.pop();
    this.samples.push({ at, totals });
    while (this.samples[0].at < at - SAMPLES_MS) this.samples.shift();
  }

  took(records) {
    for (const record of records) {
      if (record.type !== 'invocation') continue;
      this.#note(record);
      if (!isFailure(record)) continue;
      if (record.outcome === 'result') this.failing += 1;
      this.failed.push(new Date(record.time).getTime());
    }
    this.failed = this.failed.filter((at) => at > Date.now() - MINUTE_MS);
  }

  #note(record) {
    const name = routeOf(record);
    let route = this.routes.get(name);
    if (!route) {
      if (this.routes.size >= ROUTES) return;
      this.routes.set(name, route = { count: 0, failures: 0, cold: 0, durations: [], at: 0 });
    }
    route.count += 1;
    if (isFailure(record)) route.failures += 1;
    if (record.cold) route.cold += 1;
    if (record.durationMs === undefined) return;
    route.durations[route.at] = record.durationMs;
    route.at = (route.at + 1) % DURATIONS;
  }

  #before(at) {
    return this.samples.findLast((sample) => sample.at <= at) ?? this.samples[0];
  }

  /** Over how many milliseconds minute() counts: there are no numbers from before the page was opened. */
  period() {
    return Math.min(MINUTE_MS, Date.now() - (this.samples[0]?.at ?? Date.now()));
  }

  /** How much of each was counted in that time; failures in the whole minute, as their records tell. */
  minute() {
    const now = Date.now();
    const last = this.#before(now);
    const first = this.#before(now - MINUTE_MS);
    const counts = Object.fromEntries(COUNTS.map((name) => [name, last ? Math.max(0, (last.totals[name] ?? 0) - (first.totals[name] ?? 0)) : 0]));
    return { ...counts, failures: this.failed.filter((at) => at > now - MINUTE_MS).length };
  }

  /** The totals since the start, failures in the page's sense. */
  sums(totals) {
    return { ...totals, failures: (totals.failures ?? 0) + this.failing };
  }

  /** Per second over the last `seconds`, the oldest first: one number for each pair of samples. */
  rates(names, seconds = 120) {
    const since = Date.now() - seconds * 1000;
    const recent = this.samples.filter(({ at }) => at >= since);
    const sum = ({ totals }) => names.reduce((all, name) => all + (totals[name] ?? 0), 0);
    return recent.slice(1).map((sample, i) => ({ at: sample.at, value: Math.max(0, (sum(sample) - sum(recent[i])) * 1000 / (sample.at - recent[i].at)) }));
  }

  /** The durations of one route, or of all: { count, p50, p95, p99, most }. */
  latency(name) {
    const routes = name === undefined ? [...this.routes.values()] : [this.routes.get(name)];
    const sorted = routes.flatMap(({ durations }) => durations).sort((a, b) => a - b);
    return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99), most: sorted.at(-1) ?? NaN };
  }
}
