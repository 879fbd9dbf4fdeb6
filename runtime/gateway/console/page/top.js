// top.js: the line at the top: which service, whether it is there, and the last minute in a few numbers.
import { el, fill, write } from './dom.js';
import { duration, number, oneLine, period } from './text.js';

const LINKS = {
  live: ['Live', 'is-open'], lost: ['moonwire dev has ended; waiting for it', 'is-closed'], locked: ['A token is needed', 'is-closed'], '': ['Connecting …', 'is-connecting'],
};

const GAUGES = [
  ['period', 'How long the next numbers have been counted: a minute, less when this page has just been opened', 'counted'],
  ['in', 'Messages in, in that time'], ['out', 'Messages out, in that time'], ['gone', 'Gone (410), in that time'], ['throttled', 'Throttled (429), in that time'],
  ['failed', 'Invocations that failed in the last minute: an error, a status of 400 and more, a refused client', 'failed in 1 min'], ['p50', 'Half of the invocations took no longer'], ['p95', '95 of 100 invocations took no longer'],
];

export class Top {
  constructor({ name, link, gauges }) {
    Object.assign(this, { name, link });
    this.dot = el('span', { class: 'dot is-connecting', 'aria-hidden': 'true' });
    this.words = el('span', {});
    fill(link, this.dot, this.words);
    this.values = new Map(GAUGES.map(([id]) => [id, el('dd', {})]));
    fill(gauges, GAUGES.map(([id, title, label = id]) => el('div', { title, data: { gauge: id } }, el('dt', {}, label), this.values.get(id))));
    this.showLink('');
  }

  showLink(state) {
    const [words, mark] = LINKS[state];
    this.state = state;
    write(this.words, state === 'live' && this.generation ? `Live, generation ${this.generation}` : words);
    this.dot.className = `dot ${mark}`;
  }

  showService({ service, stage, generation }) {
    write(this.name, `${oneLine(service, 60)} ${oneLine(stage, 30)}`);
    document.title = `${oneLine(service, 60)} – Moonwire console`;
    this.generation = generation;
    this.showLink(this.state);
  }

  showStats(stats) {
    const minute = stats.minute();
    const { p50, p95 } = stats.latency();
    const values = { in: minute.messagesIn, out: minute.messagesOut, gone: minute.gone, throttled: minute.throttled, failed: minute.failures };
    for (const [id, value] of Object.entries(values)) {
      write(this.values.get(id), number(value));
      this.values.get(id).parentElement.classList.toggle('is-bad', value > 0 && id !== 'in' && id !== 'out');
    }
    write(this.values.get('period'), period(stats.period()));
    write(this.values.get('p50'), duration(p50));
    write(this.values.get('p95'), duration(p95));
  }
}
