// form.js: how a new client connects: path, query, subprotocols, and as whom. Browsers let a page set no other headers.
import { post } from './api.js';
import { el, fill } from './dom.js';
import { visible } from './text.js';

const MOST = 50;

const input = (id, attributes) => el('input', { id, type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes });
const field = (label, control, hint) => el('div', { class: 'field' }, el('label', { for: control.id }, label), control, hint && el('p', { class: 'hint', id: `${control.id}-hint` }, hint));

/** "a=1" and "b=2" in lines, or with "&" between them, as pairs. */
export function readQuery(text) {
  return text.split(/[\n&]/).map((line) => line.trim().replace(/^\?/, '')).filter(Boolean).map((line) => {
    const at = line.indexOf('=');
    return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
  });
}

/** A token of the local issuer for each connection: the one before may have expired, or be of another run. */
function signer(sub, claims, place) {
  return async () => {
    const { token } = await post('token', { ...claims, sub }, { expires_in: 3600 });
    return place === 'query' ? { query: [['token', token]] } : { protocols: [token] };
  };
}

export class ClientForm {
  /** onConnect(settings, count) */
  constructor({ host, onConnect }) {
    this.onConnect = onConnect;
    this.path = input('client-path', { placeholder: '/dev' });
    this.query = el('textarea', { id: 'client-query', rows: 2, spellcheck: 'false', placeholder: 'name=ann' });
    this.protocols = input('client-protocols', { placeholder: 'chat.v1, chat.v2' });
    this.sub = input('client-sub', { placeholder: 'ann' });
    this.claims = input('client-claims', { placeholder: '{"role":"admin"}' });
    this.place = el('select', { id: 'client-place' }, el('option', { value: 'query' }, '?token= of the query'), el('option', { value: 'protocol' }, 'A subprotocol'));
    this.count = el('input', { id: 'client-count', type: 'number', min: 1, max: MOST, value: 1 });
    this.problem = el('p', { class: 'problem', role: 'alert' });
    const options = el('details', { class: 'fold', id: 'client-options' }, el('summary', {}, 'Query, subprotocols, sign in'),
      el('div', { class: 'fields' },
        field('Path', this.path), field('Query', this.query, 'One name=value in a line'),
        field('Subprotocols', this.protocols, 'The only header that a browser lets a page set'),
        field('Sign in as', this.sub, 'A token of the local issuer for this user (moonwire token)'),
        field('Further claims', this.claims, 'JSON'), field('Token goes into', this.place), field('How many', this.count)));
    this.node = el('form', { 'aria-label': 'New client', on: { submit: (event) => this.#submit(event) } },
      el('div', { class: 'bar' }, el('h2', {}, 'Clients'), el('span', { class: 'grow' }), el('button', { type: 'submit', class: 'primary', id: 'connect', title: 'Connect a new client (c)' }, 'Connect')), options, this.problem);
    host.append(this.node);
  }

  connect() {
    this.node.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    fill(this.problem);
    try {
      const claims = this.claims.value.trim() ? JSON.parse(this.claims.value) : {};
      const sub = this.sub.value.trim();
      if (!sub && this.claims.value.trim()) throw new Error('Claims need a user to sign in as');
      this.onConnect({
        path: this.path.value.trim(), query: readQuery(this.query.value),
        protocols: this.protocols.value.split(',').map((name) => name.trim()).filter(Boolean),
        sign: sub ? signer(sub, claims, this.place.value) : null, user: sub,
      }, Math.min(MOST, Math.max(1, Number(this.count.value) || 1)));
    } catch (error) {
      fill(this.problem, error instanceof SyntaxError ? `The claims are no JSON: ${visible(error.message)}` : visible(error.message));
    }
  }
}
