// list.js: a list of any length of which only the rows that can be seen are elements. Arrow keys walk through it; what is
// chosen is told to screen readers as in any list box. New rows come at the end, and the list stays there while it is there.
import { calmly, el, soon } from './dom.js';

const SPARE = 4; // rows above and below what can be seen

export class VirtualList {
  #rows = [];
  #rowHeight = 0;
  #draw = () => this.#show();

  /**
   * `make()` makes an empty row, `show(row, item)` writes an item into it. `keyOf(item)` is unique. `onChoose(item, pointer)`
   * is called when a row is chosen, with a pointer or without; `onOpen(item)` with Enter.
   */
  constructor({ id, label, make, show, keyOf, onChoose, onOpen = () => {}, onFollow = () => {} }) {
    Object.assign(this, { id, make, show, keyOf, onChoose, onOpen, onFollow });
    this.items = [];
    this.chosen = null;
    this.following = true;
    this.space = el('div', { class: 'list-space', role: 'presentation' });
    this.node = el('div', {
      id, class: 'list', role: 'listbox', tabindex: 0, 'aria-label': label,
      on: { scroll: () => this.#scrolled(), keydown: (event) => this.#key(event), click: (event) => this.#click(event) },
    }, this.space);
    new ResizeObserver(() => this.#resized()).observe(this.node);
  }

  /** Other items; the list keeps the array, and update() says that it has changed. */
  set(items) {
    this.items = items;
    soon(this.#draw);
  }

  /** Rows were added at the end, and `removed` at the beginning are gone. */
  update(removed = 0) {
    if (removed > 0 && !this.following) this.node.scrollTop -= removed * this.#rowHeight;
    calmly(this.#draw);
  }

  redraw() {
    for (const row of this.#rows) row.item = undefined;
    soon(this.#draw);
  }

  toEnd() {
    this.#follow(true);
    soon(this.#draw);
  }

  choose(item, { pointer = false } = {}) {
    this.chosen = item;
    if (!pointer) this.#reveal(this.items.indexOf(item));
    for (const row of this.#rows) row.item = undefined;
    soon(this.#draw);
    this.onChoose(item, pointer);
  }

  #resized() {
    const height = parseFloat(getComputedStyle(this.node).getPropertyValue('--row')) || 28;
    if (height !== this.#rowHeight) this.#rowHeight = height;
    soon(this.#draw);
  }

  #follow(following) {
    if (following === this.following) return;
    this.following = following;
    this.onFollow(following);
  }

  #scrolled() {
    const rest = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight;
    if (this.node.clientHeight > 0) this.#follow(rest < this.#rowHeight);
    soon(this.#draw);
  }

  #reveal(index) {
    if (index < 0) return;
    const top = index * this.#rowHeight;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) this.node.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + clientHeight) this.node.scrollTop = top + this.#rowHeight - clientHeight;
  }

  #show() {
    const { clientHeight } = this.node;
    if (clientHeight === 0) return; // hidden
    this.space.style.height = `${this.items.length * this.#rowHeight}px`;
    if (this.following) this.node.scrollTop = this.items.length * this.#rowHeight;
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.#rowHeight) - SPARE);
    const last = Math.min(this.items.length, Math.ceil((this.node.scrollTop + clientHeight) / this.#rowHeight) + SPARE);
    for (let i = first; i < last; i += 1) this.#showRow(i - first, i);
    for (const row of this.#rows.splice(Math.max(0, last - first))) row.remove();
    const active = this.chosen && this.#rows.find((row) => row.item === this.chosen);
    if (active) this.node.setAttribute('aria-activedescendant', active.id);
    else this.node.removeAttribute('aria-activedescendant');
  }

  #showRow(place, index) {
    let row = this.#rows[place];
    if (!row) {
      row = this.make();
      row.setAttribute('role', 'option');
      row.classList.add('row');
      this.#rows.push(row);
      this.space.append(row);
    }
    const item = this.items[index];
    row.style.transform = `translateY(${index * this.#rowHeight}px)`;
    if (row.item === item) return;
    row.item = item;
    row.id = `${this.id}-${this.keyOf(item)}`;
    row.setAttribute('aria-selected', String(item === this.chosen));
    this.show(row, item);
  }

  #click(event) {
    const row = event.target.closest('.row');
    if (row?.item !== undefined) this.choose(row.item, { pointer: true });
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== this.node) return;
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.#rowHeight) - 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key === 'Enter' && this.chosen) this.onOpen(this.chosen);
    else if (event.key in steps) this.#walk(steps[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #walk(step) {
    if (this.items.length === 0) return;
    const at = this.items.indexOf(this.chosen);
    const from = at < 0 ? (step > 0 ? -1 : this.items.length) : at;
    const next = Math.min(this.items.length - 1, Math.max(0, from + step));
    if (next < this.items.length - 1) this.#follow(false);
    this.choose(this.items[next]);
  }
}
