// composer.js: where a message is written and sent: snippets of the routes, the schema of the one that it names, what was sent before,
// to one client or all.
import { button, el, fill, write } from './dom.js';
import { Sent } from './sent.js';
import { bytes, oneLine, visible } from './text.js';

const FRAME_MAX = 32 * 1024; // of API Gateway; a browser sends a message as one frame
const CHIP_MAX = 40; // characters
const SCHEMA_TEXT = 8 * 1024; // characters of a message whose route is looked for
const BLANK = /"(\.+)"/; // what a snippet has where a text belongs
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
      id: 'message', rows: 3, spellcheck: 'false', 'aria-label': 'Message', 'aria-describedby': 'message-schema message-hint', placeholder: 'A message: text or JSON',
      on: { input: () => { fill(this.problem); this.#hint(); }, keydown: (event) => this.#key(event) },
    });
    this.problem = el('p', { class: 'problem', role: 'alert' });
    this.hint = el('p', { class: 'hint', id: 'message-hint' });
    this.schema = el('p', { class: 'hint schema', id: 'message-schema', hidden: true });
    this.shown = null; // snippets
    this.history = el('select', { 'aria-label': 'Sent before', on: { change: () => this.#pick() } });
    this.button = button('Send', () => this.send(false), { class: 'primary', id: 'send', title: 'Ctrl+Enter' });
    this.toAll = button('To all', () => this.send(true), { id: 'send-all', title: 'Ctrl+Shift+Enter' });
    host.append(el('div', { class: 'composer' }, this.snippets, this.schema, this.text, this.problem, this.hint, el('div', { class: 'bar' }, this.history, el('span', { class: 'grow' }), this.toAll, this.button)));
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

  /** Puts a snippet there; what is typed next takes the place of its first blank. */
  #begin({ text }) {
    this.put(text);
    const blank = BLANK.exec(text);
    if (blank) this.text.setSelectionRange(blank.index + 1, blank.index + 1 + blank[1].length);
  }

  showSnippets(snippets) {
    const list = snippets.list();
    const key = JSON.stringify(list);
    if (key === this.snippets.key) return;
    this.snippets.key = key;
    this.shown = snippets;
    this.text.placeholder = list[0] ? oneLine(list[0].text, 200) : 'A message: text or JSON';
    fill(this.snippets, list.map((snippet) => button(oneLine(snippet.name, CHIP_MAX), () => this.#begin(snippet), { class: 'chip', title: visible([snippet.schema, snippet.source].filter(Boolean).join('\n')) || undefined })));
    this.#showSchema();
  }

  /** The schema of the route that the message names. */
  #showSchema() {
    const text = this.text.value;
    const { name, schema } = (text.length <= SCHEMA_TEXT && this.shown?.of(text)) || {};
    this.schema.hidden = schema === undefined;
    if (schema === undefined) return;
    fill(this.schema, el('strong', {}, oneLine(name, CHIP_MAX)), schema ? ' takes ' : ' takes any object', schema && el('code', {}, oneLine(schema, 1000)));
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
    this.#showSchema();
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
