// facts.js: names and values beneath each other.
import { el } from './dom.js';

/** facts([['Function', 'chat'], ...]): those whose value is undefined, null, false or '' are left out; a value may be an element. */
export function facts(pairs) {
  const there = pairs.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== '');
  return el('dl', { class: 'facts' }, there.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}
