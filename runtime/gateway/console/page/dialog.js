// dialog.js: the two windows of the page: help, and the question for its token.
import { button, el } from './dom.js';
import { keepToken, tokenOf } from './token.js';

const KEYS = [
  ['c', 'Connect a new client'], ['m', 'Write a message'], ['Ctrl+Enter', 'Send it; with Shift to all clients'], ['Alt+↑ ↓', 'Messages that were sent before'],
  ['/', 'Find in the timeline'], ['↑ ↓ j k', 'Walk through a list; Enter goes to the details'], ['e', 'The next failure'], ['f', 'Only failures'], ['p', 'Pause the timeline'],
  ['r', 'Resend the invocation that is chosen'], ['1 to 6', 'The panels in the middle'], ['t', 'Colours: system, light, dark'], ['Esc', 'Leave a field; all filters off'], ['?', 'This help'],
];

function dialog(label, ...children) {
  const node = el('dialog', { 'aria-label': label }, children);
  document.body.append(node);
  return node;
}

/** `keys` has `on`: whether keys without Ctrl do something. Returns what opens it. */
export function buildHelp(keys) {
  const check = el('input', { type: 'checkbox', id: 'single-keys', on: { change: () => keys.allow(check.checked) } });
  check.checked = keys.allowed;
  const node = dialog('Help', el('h2', {}, 'Keyboard'),
    el('dl', { class: 'keys' }, KEYS.map(([key, words]) => el('div', {}, el('dt', {}, el('kbd', {}, key)), el('dd', {}, words)))),
    el('p', {}, check, ' ', el('label', { for: 'single-keys' }, 'Single keys are shortcuts')),
    el('p', { class: 'hint' }, 'The page keeps the newest 5,000 records and 1,000 messages of each client. What you sent is remembered until this tab is closed.'),
    button('Close', () => node.close(), { class: 'primary' }));
  return () => node.showModal();
}

/** Asks for the token until somebody gives one; returns { open, close }. */
export function buildSignIn(onToken) {
  const field = el('input', { id: 'token', type: 'text', autocomplete: 'off', spellcheck: 'false', required: true });
  const form = el('form', { on: { submit: (event) => {
    event.preventDefault();
    keepToken(tokenOf(field.value));
    field.value = '';
    onToken();
  } } }, el('h2', {}, 'This page needs its token'), el('p', {}, el('label', { for: 'token' }, 'Open the address that moonwire dev prints behind "console", or paste it here.')),
  el('div', { class: 'bar' }, field, el('button', { type: 'submit', class: 'primary' }, 'Go on')));
  const node = dialog('Token', form);
  node.addEventListener('cancel', (event) => event.preventDefault());
  return { open: () => { if (!node.open) node.showModal(); }, close: () => node.close() };
}
