// composer.js: where a message is written and sent: snippets of the routes, what was sent before, to one client or all.
import { button, el, fill, write } from './dom.js';
import { Sent } from './sent.js';
import { bytes, oneLine, visible } from './text.js';

const FRAME_MAX = 32 * 1024; // of API Gateway; a browser sends a message as one frame
const encoder = new TextEncoder();

function formOf(text) {
  if (!/^\s*[[{]/.test(text)) return 'text';
  try {
    JSON.parse(text);
    return 'JSON';
  } catch (error) {
    return `no JSON: ${visible(error.message)}`;
  }
}

export class Composer {
  /** onSend(text, toAll) says why it did not go out, or "". */
  constructor({ host, onSend }) {
    this.onSend = onSend;
    this.sent = new Sent();
    this.snippets = el('div', { class: 'snippets', role: 'group', 'aria-label': 'Messages to begin with' });
    this.text = el('textarea', {
      id: 'message', rows: 3, spellcheck: 'false', 'aria-label': 'Message', 'aria-describedby': 'message-hint', placeholder: 'A message: text or JSON',
      on: { input: () => { fill(this.problem); this.#hint(); }, keydown: (event) => this.#key(event) },
    });
    this.problem = el('p', { class: 'problem', role: 'alert' });
    this.hint = el('p', { class: 'hint', id: 'message-hint' });
    this.history = el('select', { 'aria-label': 'Sent before', on: { change: () => this.#pick() } });
    this.button = button('Send', () => this.send(false), { class: 'primary', id: 'send', title: 'Ctrl+Enter' });
    this.toAll = button('To all', () => this.send(true), { id: 'send-all', title: 'Ctrl+Shift+Enter' });
    host.append(el('div', { class: 'composer' }, this.snippets, this.text, this.problem, this.hint, el('div', { class: 'bar' }, this.history, el('span', { class: 'grow' }), this.toAll, this.button)));
    this.#showHistory();
    this.#hint();
  }

  /** Puts a text there, and goes there. */
  put(text) {
    this.text.value = text;
    fill(this.problem);
    this.#hint();
    this.text.focus();
  }

  showSnippets(snippets) {
    const [first] = snippets.names();
    this.text.placeholder = first ? snippets.text(first) : 'A message: text or JSON';
    fill(this.snippets, snippets.names().map((name) => button(oneLine(name, 40), () => this.put(snippets.text(name)), { class: 'chip' })));
  }

  /** How many clients are open, whether the chosen one is. */
  allow(isOpen, open) {
    this.button.disabled = !isOpen;
    if (isOpen) fill(this.problem);
    this.toAll.disabled = open < 1;
    this.toAll.hidden = open < 2;
    write(this.toAll, `To all ${open}`);
  }

  send(toAll) {
    const text = this.text.value;
    const problem = this.onSend(text, toAll);
    fill(this.problem, problem);
    if (problem) return;
    this.sent.add(text);
    this.#showHistory();
    this.text.select();
  }

  #hint() {
    const text = this.text.value;
    const size = encoder.encode(text).length;
    const limit = size > FRAME_MAX ? '; more than 32 KB close the connection with 1009' : '';
    write(this.hint, text ? `${formOf(text)}, ${bytes(size)}${limit}` : 'Ctrl+Enter sends, Alt+↑ brings back what was sent');
    this.hint.classList.toggle('problem', Boolean(limit) || formOf(text).startsWith('no JSON'));
  }

  #key(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.send(event.shiftKey);
    else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const text = this.sent.walk(event.key === 'ArrowUp' ? 1 : -1);
      if (text !== undefined) this.put(text);
    } else return;
    event.preventDefault();
  }

  #showHistory() {
    this.history.disabled = this.sent.list.length === 0;
    fill(this.history, el('option', { value: '' }, 'Sent before'), this.sent.list.map((text, i) => el('option', { value: i }, oneLine(text, 60))));
  }

  #pick() {
    const text = this.sent.list[Number(this.history.value)];
    if (this.history.value !== '' && text !== undefined) this.put(text);
    this.history.value = '';
  }
}
