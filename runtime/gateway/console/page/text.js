// text.js: how values are written for people. Pure.

// Characters that would reorder or hide what stands around them (Unicode 6.3, explicit directional formatting), and controls.
const TRICKS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const LINE_TRICKS = /[\t\n\r]+/g;

const escaped = (c) => (c < '\u0020' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Foreign text with its controls and direction marks made visible; line breaks stay. */
export const visible = (text) => String(text ?? '').replace(/\r\n/g, '\n').replace(TRICKS, escaped);

/** Foreign text for one line, at most `max` characters. */
export function oneLine(text, max = 300) {
  const whole = String(text ?? '');
  const cut = whole.length > max ? `${whole.slice(0, max)}…` : whole;
  return visible(cut.replace(LINE_TRICKS, ' '));
}

/** 0.42 ms, 12 ms, 1.25 s, 3 min. */
export function duration(ms) {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 10) return `${ms.toFixed(ms < 1 ? 2 : 1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60e3) return `${(ms / 1000).toFixed(ms < 10e3 ? 2 : 1)} s`;
  if (ms < 3600e3) return `${Math.floor(ms / 60e3)} min`;
  return `${(ms / 3600e3).toFixed(1)} h`;
}

/** How long something is being counted, in whole seconds: 1 s, 59 s, 1 min. */
export const period = (ms) => (ms < 60e3 ? `${Math.max(1, Math.floor(ms / 1000))} s` : duration(ms));

export function bytes(n) {
  if (!Number.isFinite(n)) return '–';
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(n < 10240 ? 1 : 0)} KB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}

export const number = (n) => (Number.isFinite(n) ? Math.round(n).toLocaleString('en-US') : '–');

/** 1 message, 2 messages. */
export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

export function money(dollars) {
  if (!Number.isFinite(dollars)) return '–';
  if (dollars === 0) return '$0';
  return dollars < 0.01 ? `$${dollars.toFixed(8).replace(/0+$/, '')}` : `$${dollars.toFixed(2)}`;
}

/** 14:03:12.123 of a record's time, in the zone of the reader. */
export function clock(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** "GrB_X1GA…": enough to tell connections apart. */
export const shortId = (id) => (id && id.length > 9 ? `${visible(id.slice(0, 8))}…` : visible(id ?? ''));

/** JSON in many lines; any other text as it is. */
export function pretty(text) {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The p-th percentile (0 to 1) of sorted numbers. */
export const percentile = (sorted, p) => (sorted.length ? sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] : NaN);
