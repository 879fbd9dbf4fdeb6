// invocation.js: all about one invocation: what the timeline knows at once, then its event, result, logs and the sources of
// its stack, which `moonwire dev` keeps for the last few hundred.
import { get, post } from './api.js';
import { dataView } from './data.js';
import { button, el, fill } from './dom.js';
import { facts } from './facts.js';
import { errorOfLine } from './mishap.js';
import { failingStatus, isFailure, routeOf } from './records.js';
import { outcomeOf, tell } from './rows.js';
import { errorView } from './source.js';
import { splitView } from './split.js';
import { clock, duration, oneLine, visible } from './text.js';

function logsView(logs) {
  if (logs.length === 0) return null;
  const lines = logs.map((log) => visible(log.text)).join('\n');
  return el('details', { class: 'fold', open: true }, el('summary', {}, 'Logs', el('span', { class: 'muted' }, ` ${logs.length}`)),
    el('pre', { class: 'data', tabindex: 0, 'aria-label': 'Logs' }, lines));
}

/** Frames and sends of it, each a button that shows it. */
function trafficView(parts, open) {
  const traffic = parts.filter(({ type }) => type === 'frame' || type === 'send');
  if (traffic.length === 0) return null;
  return el('details', { class: 'fold', open: true }, el('summary', {}, 'Frames and sends', el('span', { class: 'muted' }, ` ${traffic.length}`)),
    el('ul', { class: 'links' }, traffic.slice(0, 50).map((record) => {
      const { mark, what, words, measure } = tell(record);
      return el('li', {}, button(`${mark} ${oneLine(what, 40)} ${oneLine(words, 120)} ${measure}`, () => open(record), { class: 'link' }));
    })));
}

async function resend(requestId, status) {
  fill(status, 'Sending …');
  try {
    const { requestId: id } = await post('console/resend', undefined, { request_id: requestId });
    fill(status, `Sent again as ${oneLine(id, 40)}`);
  } catch (error) {
    fill(status, visible(error.message));
  }
}

function toolsOf(record, context) {
  const status = el('span', { class: 'muted', role: 'status' });
  return el('div', { class: 'bar' },
    button('Resend', () => resend(record.requestId, status), { id: 'resend', title: 'Invoke the function with this event again (r)' }),
    record.connectionId && button('Only this connection', () => context.filter.set({ connection: record.connectionId })),
    button('Only this route', () => context.filter.set({ route: routeOf(record) })), status);
}

function outcomeWords(record) {
  const status = failingStatus(record) || record.status || 'ok';
  return outcomeOf(record) || (Number(status) ? `status ${status}` : status);
}

function aboutOf(record) {
  return facts([
    ['Outcome', el('span', { class: isFailure(record) ? 'tag danger' : 'tag good' }, outcomeWords(record))],
    ['Time', clock(record.time)],
    ['Function', `${visible(record.function)}#${record.environment}${record.generation ? `, generation ${record.generation}` : ''}`],
    ['Connection', record.connectionId && visible(record.connectionId)],
    ['Request', visible(record.requestId)],
    ['Cold start', record.cold && `${duration(record.initMs)} to load the code`],
    ['Billed', record.billedMs !== undefined ? duration(record.billedMs) : ''],
    ['Note', record.note && visible(record.note)],
  ]);
}

/** What the client said, when the event is that of a message. */
function bodyOf(event) {
  try {
    const { body } = JSON.parse(event);
    return typeof body === 'string' ? body : '';
  } catch {
    return '';
  }
}

/** The frames of an error, with the lines of the source where the port has found some. */
function withSources({ stackTrace = [] }, stack = []) {
  return stackTrace.map((frame) => stack.find((found) => found.frame === frame) ?? { frame });
}

/** The rest of it, as the port tells it. */
function restOf(found, record, context) {
  const { event, result, logs = [], stack } = found;
  const body = bodyOf(event);
  const error = record.error ?? logs.map(({ text }) => errorOfLine(text)).findLast(Boolean);
  return [
    error && errorView(error, withSources(error, stack)),
    body && dataView('Message', body),
    event !== undefined && dataView('Event', event, { open: !body && !error }),
    result !== undefined && result !== '' && dataView('Result', result),
    logsView(logs),
    trafficView(context.records.partsOf(record.requestId), context.open),
  ];
}

/** Fills `host`. Resolves when all is there; `signal` ends the asking. */
export async function showInvocation(host, record, context, signal) {
  const rest = el('div', { class: 'rest' });
  fill(host, el('h2', {}, el('span', { class: 'muted' }, 'Invocation '), oneLine(routeOf(record), 80)), toolsOf(record, context), splitView(record), aboutOf(record), rest);
  const known = { logs: context.records.partsOf(record.requestId).filter(({ type }) => type === 'log') };
  fill(rest, restOf(known, record, context));
  try {
    const found = await get('console/invocation', { request_id: record.requestId }, signal);
    fill(rest, restOf({ ...found, logs: found.logs ?? known.logs }, record, context));
  } catch (error) {
    if (signal.aborted) return;
    rest.append(el('p', { class: 'muted' }, error.status === 404 ? 'Its event and result are no longer kept.' : visible(error.message)));
  }
}
