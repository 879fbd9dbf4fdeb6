'use strict';
// pages.js -- the fenced blocks of a Markdown page, and how to compare what it shows with what was seen.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./program');

/**
 * The blocks of a page (a path below the root of the project), in order:
 *   page, line   where the first line stands
 *   language, name   the two words of the fence: "console" and "ann"; name may be undefined
 *   lines        those between the fences
 */
function blocks(page) {
  const found = [];
  let open = null;
  fs.readFileSync(path.join(ROOT, page), 'utf8').split('\n').forEach((text, index) => {
    const fence = /^```(\S*) ?(\S*)$/.exec(text);
    if (open && fence) {
      found.push(open);
      open = null;
    } else if (fence) {
      open = { page, line: index + 2, language: fence[1], name: fence[2] || undefined, lines: [] };
    } else if (open) {
      open.lines.push(text);
    }
  });
  if (open) throw new Error(`${page}: a fence is not closed`);
  return found;
}

/** What differs from run to run: ids, times of the day, durations, numbers of processes, whether one was just started; and blanks. */
const VARYING = [
  [/[\w-]{15}=/g, 'ID'],
  [/#token=[\w-]+/g, '#token=TOKEN'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\b\d\d:\d\d:\d\d\b/g, 'TIME'],
  [/  (cold \(init [^)]*\)|waited \d+ ms)/g, ''],
  [/\b\d+(\.\d+)? (ms|s|min)\b/g, 'DURATION'],
  [/\b(\w+)#\d+/g, '$1#N'],
  [/\s+/g, ' '],
];

/** JSON with its members sorted: in Lua they have no order. */
function sorted(text) {
  try {
    return JSON.stringify(JSON.parse(text), (_, value) => (value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort()) : value));
  } catch {
    return text;
  }
}

/** A line without what varies. */
const steady = (text) => VARYING.reduce((all, [pattern, word]) => all.replace(pattern, word), text).replace(/\{.*?\}/g, sorted).trim();

/** Is it the line that the page shows? */
const alike = (shown, seen) => sorted(steady(shown)) === sorted(steady(seen));

module.exports = { blocks, steady, alike };
