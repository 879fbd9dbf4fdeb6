// dom.js: the only file that makes elements. Text goes in as text nodes, and attributes with a meaning for the browser
// (handlers, styles, addresses) cannot be set from here, so that no frame, log, id or name becomes markup.

const SVG = 'http://www.w3.org/2000/svg';
const FORBIDDEN = /^(on|style$|src|href$|srcdoc$|action$|formaction$|xlink)/i;

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === 'on') for (const event of Object.keys(value)) node.addEventListener(event, value[event]);
  else if (name === 'data') Object.assign(node.dataset, value);
  else if (FORBIDDEN.test(name)) throw new Error(`dom.js sets no attribute ${name}`);
  else node.setAttribute(name, value === true ? '' : String(value));
}

function make(node, attributes, children) {
  for (const name of Object.keys(attributes ?? {})) set(node, name, attributes[name]);
  add(node, ...children);
  return node;
}

/**
 * An element: el('button', { type: 'button', on: { click } }, 'Send'). Attributes that are undefined, null or false are left
 * out; `on` has listeners, `data` the dataset. Children are nodes, texts, lists of them; null and false are left out.
 */
export function el(tag, attributes, ...children) {
  return make(document.createElement(tag), attributes, children);
}

/** The same for a drawing. */
export function svg(tag, attributes, ...children) {
  return make(document.createElementNS(SVG, tag), attributes, children);
}

/** Adds children as el() does. */
export function add(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Puts these children in place of all that there were. */
export function fill(node, ...children) {
  node.replaceChildren();
  add(node, ...children);
}

/** Writes a text, only when it is another one: that is cheap, and keeps what somebody has selected. */
export function write(node, text) {
  const next = String(text ?? '');
  if (node.textContent !== next) node.textContent = next;
}

/** A button with a text. */
export function button(text, click, attributes) {
  return el('button', { type: 'button', ...attributes, on: { click } }, text);
}

/** Rows for items, each made once and kept while its key is there: whoever has the focus keeps it. */
export function keyed(host, items, keyOf, make, show) {
  const had = host.rowsByKey ?? new Map();
  const has = new Map(items.map((item) => [keyOf(item), item]));
  for (const [key, row] of had) {
    if (has.has(key)) continue;
    row.remove();
    had.delete(key);
  }
  let at = host.firstElementChild;
  for (const [key, item] of has) {
    if (!had.has(key)) had.set(key, make(item));
    const row = had.get(key);
    show(row, item);
    if (row === at) at = at.nextElementSibling;
    else host.insertBefore(row, at);
  }
  host.rowsByKey = had;
}

const waiting = new Set();

function drawAll() {
  const now = [...waiting];
  waiting.clear();
  for (const draw of now) draw();
}

/** Calls `draw` once before the next frame is painted, however often it is asked for. Pass the same function each time. */
export function soon(draw) {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.add(draw);
}

const CALM_MS = 80;
const calm = new Set();
let calmed = 0; // when the last ones were drawn
let calming = null;

function drawCalm() {
  calming = null;
  calmed = performance.now();
  for (const draw of calm) soon(draw);
  calm.clear();
}

/** The same for what comes by itself: at once, but not more often than people can read. */
export function calmly(draw) {
  calm.add(draw);
  calming ??= setTimeout(drawCalm, Math.max(0, calmed + CALM_MS - performance.now()));
}

/** A function that calls `work` once, `ms` after it was first asked for. */
export function later(ms, work) {
  let timer = null;
  return () => {
    timer ??= setTimeout(() => { timer = null; work(); }, ms);
  };
}
