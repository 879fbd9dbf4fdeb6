// faults.js: what goes wrong on purpose, as `moonwire ctl` does it.
import { call, get, post } from './api.js';
import { button, el, fill, write } from './dom.js';
import { bytes, count, duration, shortId, visible } from './text.js';

/** Sets one; says what became of it in `status`. */
export async function setFault(order, status) {
  try {
    await post('faults', order);
    write(status, '');
  } catch (error) {
    write(status, visible(error.message));
  }
}

const numberInput = (label, value, max) => el('input', { type: 'number', min: 0, max, value, required: true, 'aria-label': label });

/** What is set, in words. */
export function faultsOf(set) {
  const { latency = {}, connections = [] } = set;
  const lines = [];
  if (set.gone) lines.push(`The next ${count(set.gone, 'post')} get 410`);
  if (set.throttle) lines.push(`The next ${count(set.throttle, 'post')} get 429`);
  if (set.noDisconnect) lines.push(`The next ${count(set.noDisconnect, 'connection')} that end do so without $disconnect`);
  for (const [name, what] of [['invoke', 'Invocations begin'], ['send', 'Calls of @connections are carried out']]) {
    const { ms = 0, jitterMs = 0 } = latency[name] ?? {};
    if (ms || jitterMs) lines.push(`${what} ${duration(ms)} later${jitterMs ? `, at random up to ${duration(jitterMs)} more` : ''}`);
  }
  for (const c of connections) {
    const what = [c.gone && `${count(c.gone, 'post')} get 410`, c.throttle && `${count(c.throttle, 'post')} get 429`,
      c.bytesPerSecond !== null && c.bytesPerSecond !== undefined && (c.bytesPerSecond === 0 ? 'reads nothing' : `reads ${bytes(c.bytesPerSecond)} a second`)].filter(Boolean);
    lines.push(`${shortId(c.connectionId)}: ${what.join(', ')}`);
  }
  return lines;
}

export class Faults {
  /** onSet(number) is told how many are set. */
  constructor({ host, onSet }) {
    this.onSet = onSet;
    this.status = el('p', { class: 'problem', role: 'alert' });
    this.set = el('ul', { class: 'plain' });
    this.none = el('p', { class: 'muted' }, 'Nothing goes wrong on purpose.');
    this.reset = button('Reset all', () => this.#reset(), { id: 'reset-faults' });
    fill(host, el('div', { class: 'scroll' },
      el('section', { class: 'card', 'aria-label': 'Faults that are set' }, el('div', { class: 'bar' }, el('h3', {}, 'Set now'), el('span', { class: 'grow' }), this.reset), this.none, this.set, this.status),
      el('div', { class: 'cards' }, this.#posts(), this.#latency(), this.#ends(), this.#all())));
  }

  async #order(order) {
    await setFault(order, this.status);
    this.refresh();
  }

  async #reset() {
    await call('DELETE', 'faults').catch((error) => write(this.status, visible(error.message)));
    this.refresh();
  }

  #form(title, words, controls, submit, action = 'Set') {
    return el('form', { class: 'card', 'aria-label': title, on: { submit: (event) => { event.preventDefault(); submit(); } } },
      el('h3', {}, title), el('p', { class: 'hint' }, words), el('div', { class: 'bar' }, controls, el('button', { type: 'submit' }, action)));
  }

  #posts() {
    const kind = el('select', { 'aria-label': 'Answer' }, el('option', { value: 'gone' }, '410 Gone'), el('option', { value: 'throttle' }, '429 Limit exceeded'));
    const number = numberInput('How many posts', 1, 1000000);
    return this.#form('Posts fail', 'The next calls that post to a connection get this answer. After 429 an SDK tries again: 3 is an error.', [kind, number],
      () => this.#order({ fault: kind.value, count: Number(number.value) }));
  }

  #latency() {
    const ms = numberInput('Milliseconds', 200, 600000);
    const jitter = numberInput('Up to so many more, at random', 0, 600000);
    const only = el('select', { 'aria-label': 'Of what' }, el('option', { value: '' }, 'Both'), el('option', { value: 'invoke' }, 'Invocations'), el('option', { value: 'send' }, 'Sends'));
    return this.#form('Latency', 'Invocations begin, and calls of @connections are carried out, so many milliseconds later, and at random up to so many more.', [ms, 'ms, up to', jitter, 'ms more', only],
      () => this.#order({ fault: 'latency', ms: Number(ms.value), ...(Number(jitter.value) ? { jitterMs: Number(jitter.value) } : {}), ...(only.value ? { only: only.value } : {}) }));
  }

  #ends() {
    const number = numberInput('How many connections', 1, 1000000);
    return this.#form('No $disconnect', 'The next connections that end do so without $disconnect, which AWS does not promise to run.', [number],
      () => this.#order({ fault: 'no-disconnect', count: Number(number.value) }));
  }

  #all() {
    const kind = el('select', { 'aria-label': 'How' }, el('option', { value: 'drop' }, 'Drop: no close frame, 1006'), el('option', { value: 'idle' }, 'Idle timeout: 1001'), el('option', { value: 'expire' }, 'Two hours over: 1001'));
    return this.#form('End all connections', 'Every open connection ends. The panel Connections ends single ones.', [kind], () => this.#order({ fault: kind.value, all: true }), 'End all');
  }

  async refresh() {
    this.show(await get('faults').catch(() => null));
  }

  show(set) {
    if (!set) return;
    const lines = faultsOf(set);
    fill(this.set, lines.map((line) => el('li', {}, line)));
    this.none.hidden = lines.length > 0;
    this.reset.disabled = lines.length === 0;
    this.onSet(lines.length);
  }
}
