// chart.js: a line of the last two minutes.
import { fill, svg } from './dom.js';
import { number } from './text.js';

const HEIGHT = 90; // of parts.css

/** Draws series, { name, kind, points: [{ at, value }] }, into an <svg>; all have the same scale. */
export function drawChart(node, series, seconds = 120) {
  const now = Date.now();
  const width = node.clientWidth || 600;
  const most = Math.max(1, ...series.flatMap(({ points }) => points.map(({ value }) => value)));
  const x = (at) => (width - (now - at) / 1000 * (width / seconds)).toFixed(1);
  const y = (value) => (HEIGHT - 2 - value / most * (HEIGHT - 16)).toFixed(1);
  node.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
  node.setAttribute('role', 'img');
  node.setAttribute('aria-label', series.map(({ name, points }) => `${name}: ${number(points.at(-1)?.value ?? 0)} a second`).join(', '));
  fill(node, svg('line', { class: 'axis', x1: 0, x2: width, y1: HEIGHT - 1, y2: HEIGHT - 1 }), svg('line', { class: 'axis faint', x1: 0, x2: width, y1: y(most), y2: y(most) }),
    series.map(({ kind, points }) => svg('polyline', { class: `series-${kind}`, points: points.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ') })),
    svg('text', { class: 'axis-text', x: 2, y: 11 }, `${number(most)} a second`));
}
