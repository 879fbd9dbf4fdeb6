'use strict';
// table.js: the rows of all figures, as a table on a terminal and as tables of a page.

const { show, digits } = require('./units.js');

const HEAD = ['', 'min', 'median', 'p90', 'next to Moonwire', 'bar'];

const FEW = 5; // of fewer rounds there is no interval to speak of

/** "Moonwire 3 times" what the program of this row has, or "3 times Moonwire". */
function ratioText({ ratio, n }) {
  if (!ratio) return '';
  const percent = n < FEW ? '' : ` \u00b1${Math.max(1, Math.round(ratio.percent))} %`;
  return ratio.oursAbove ? `Moonwire ${digits(ratio.value)} times${percent}` : `${digits(ratio.value)} times Moonwire${percent}`;
}

const barText = ({ bar }) => (bar ? `${bar.text}: ${bar.met ? 'met' : 'MISSED'}` : '');
const cells = (row) => [row.program, show(row.min, row.unit), show(row.median, row.unit), show(row.p90, row.unit), ratioText(row), barText(row)];

/** Rows of the same subject follow each other: [[what, rows]]. */
function groups(rows) {
  const list = [];
  for (const row of rows) {
    if (list.at(-1)?.[0] !== row.what) list.push([row.what, []]);
    list.at(-1)[1].push(row);
  }
  return list;
}

function barsOf(rows) {
  const judged = rows.filter(({ bar }) => bar);
  return { met: judged.filter(({ bar }) => bar.met).length, of: judged.length };
}

function machineLines({ date, machine: m, load, versions, stolenPercent, seconds }) {
  return [
    `${date}, ${m.processors} x ${m.processor}, ${m.memoryGb} GB, ${m.architecture}, ${m.system}, Linux ${m.kernel}, governor: ${m.governor}; ${m.compiler}`,
    `a page fault takes ${show(m.costs.faultNs / 1000, 'us')}, a system call ${show(m.costs.callNs / 1000, 'us')}, 1,000 additions ${show(m.costs.additionsNs / 1000, 'us')}`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '),
    `load average before ${load.average.toFixed(2)}; ${stolenPercent.toFixed(1)} % of the processors' time went to other machines; ${Math.round(seconds)} s in all`,
    ...(load.warning ? [`WARNING: ${load.warning}`] : []),
  ];
}

function terminal(result) {
  const widths = HEAD.map((_, i) => Math.max(...[HEAD, ...result.rows.map(cells)].map((row) => row[i].length + (i === 0 ? 2 : 0))));
  const line = (row, indent) => row.map((cell, i) => {
    const text = i === 0 ? indent + cell : cell;
    return i >= 1 && i <= 3 ? text.padStart(widths[i]) : text.padEnd(widths[i]);
  }).join('  ').trimEnd();
  const lines = [...machineLines(result), ''];
  for (const { title, rows } of result.figures) {
    lines.push(line([title, ...HEAD.slice(1)], ''));
    for (const [what, some] of groups(rows)) lines.push(` ${what}`, ...some.map((row) => line(cells(row), '  ')));
    lines.push('');
  }
  const { met, of } = barsOf(result.rows);
  lines.push(`${met} of ${of} bars are met.`);
  return lines.join('\n');
}

const pageRow = (row) => `| ${row.join(' | ')} |`;

/** The table of one figure for a page. */
function pageTable({ rows }) {
  const lines = [pageRow(['what', 'program', ...HEAD.slice(1)]), pageRow(['---', '---', '---:', '---:', '---:', '---', '---'])];
  for (const [what, some] of groups(rows)) some.forEach((row, i) => lines.push(pageRow([i === 0 ? what : '', ...cells(row)])));
  return lines.join('\n');
}

function pageBars(result) {
  const lines = [pageRow(['figure', 'what', 'next to', 'bar', 'measured', '']), pageRow(['---', '---', '---', '---', '---:', '---'])];
  for (const { title, rows } of result.figures) {
    for (const row of rows.filter(({ bar }) => bar)) {
      const measured = row.ratio ? ratioText(row) : show(row.median, row.unit);
      lines.push(pageRow([title, row.what, row.ratio ? row.program : '', row.bar.text, measured, row.bar.met ? 'met' : '**missed**']));
    }
  }
  const { met, of } = barsOf(result.rows);
  return `${lines.join('\n')}\n\n${met} of ${of} bars are met.`;
}

module.exports = { terminal, pageTable, pageBars, machineLines, barsOf };
