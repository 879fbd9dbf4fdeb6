'use strict';
// place.js: where things are.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const BENCH = path.resolve(__dirname, '..');
const ROOT = path.resolve(BENCH, '../..');
const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'));

let folder;

/** A folder for files of this run; it is removed when the process ends. */
function scratch() {
  if (!folder) {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-bench-'));
    process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  }
  return folder;
}

/** Writes a file into it, with the folders above; its path. */
function scratchFile(name, text) {
  const file = path.join(scratch(), name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (text !== undefined) fs.writeFileSync(file, text);
  return file;
}

module.exports = { BENCH, ROOT, BUILD, scratch, scratchFile, handlers: path.join(BENCH, 'handlers'), tree: path.join(BENCH, 'node_modules') };
