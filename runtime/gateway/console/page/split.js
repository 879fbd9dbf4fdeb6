// split.js: where the time of an invocation went, as a bar with its numbers.
import { el } from './dom.js';
import { duration } from './text.js';

/**
 * The parts in their order: { name, ms, kind }. Of a cold start only what the event has waited for it: an environment may have
 * been started before. The handler's time is without that of its sends.
 */
export function partsOf(record) {
  const sends = record.sendsMs ?? 0;
  const cold = record.cold ? Math.min(record.initMs ?? 0, record.waitedMs ?? Infinity) : 0;
  const waited = record.queueMs ?? Math.max(0, (record.waitedMs ?? 0) - cold);
  const handler = record.handlerMs ?? Math.max(0, (record.durationMs ?? 0) - sends);
  return [
    { name: 'Queue', kind: 'queue', ms: waited },
    { name: 'Cold start', kind: 'cold', ms: cold },
    { name: 'Handler', kind: 'handler', ms: handler },
    { name: record.sends > 1 ? `${record.sends} sends` : 'Sends', kind: 'sends', ms: sends },
  ];
}

export function splitView(record) {
  const parts = partsOf(record);
  const total = parts.reduce((sum, { ms }) => sum + ms, 0) || 1;
  const bar = el('div', { class: 'split', 'aria-hidden': 'true' }, parts.map(({ kind, ms }) => {
    const part = el('span', { class: `part-${kind}` });
    part.style.flexGrow = ms / total;
    return part;
  }));
  return el('div', { class: 'split-view' }, bar, el('dl', { class: 'legend' }, parts.map(({ name, kind, ms }) => el('div', {},
    el('dt', { class: `part-of part-${kind}` }, name), el('dd', {}, ms > 0 ? duration(ms) : '–')))));
}
