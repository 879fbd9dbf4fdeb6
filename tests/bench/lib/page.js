'use strict';
// page.js: writes tables into docs/performance.md, between marks: <!-- bench NAME --> and <!-- end NAME -->.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./place.js');
const { pageTable, pageBars, machineLines } = require('./table.js');

const PAGE = path.join(ROOT, 'docs/performance.md');

function replace(page, name, text) {
  const [open, close] = [`<!-- bench ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for ${name}: ${open} ... ${close}`);
  return `${page.slice(0, from + open.length)}\n${text}\n${page.slice(to)}`;
}

/** The tables of the figures that were measured; of the machine and the bars only when all were (`whole`). */
function writePage(result, whole) {
  let page = fs.readFileSync(PAGE, 'utf8');
  for (const figure of result.figures) page = replace(page, figure.name, pageTable(figure));
  if (whole) {
    page = replace(page, 'machine', machineLines(result).map((line) => `- ${line}`).join('\n'));
    page = replace(page, 'bars', pageBars(result));
  }
  fs.writeFileSync(PAGE, page);
}

module.exports = { writePage };
