'use strict';
// leftovers.js -- what a process has, read from /proc: its children, and theirs; its descriptors.

const fs = require('node:fs');

const read = (file) => {
  try { return fs.readFileSync(file, 'utf8'); } catch { return null; } // it has ended meanwhile
};

/** { pid, state, parent, group, start } of one process, or null. proc(5): the name, in parentheses, may hold anything. */
function stat(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (!text) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid: Number(pid), state: fields[0], parent: Number(fields[1]), group: Number(fields[2]), start: fields[19] };
}

const everything = () => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(stat).filter(Boolean);

/** The processes below this one, however deep; and those of the groups that these lead. */
function descendants(pid) {
  const all = everything();
  const found = new Map();
  const groups = new Set();
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const process of all) {
      const below = process.parent === pid || found.has(process.parent) || groups.has(process.group);
      if (!below || process.pid === pid) continue;
      found.set(process.pid, process);
      if (process.group === process.pid) groups.add(process.group);
    }
  }
  return [...found.values()];
}

/** Those of these processes, and of those that work in this directory, that still run. */
function alive(processes, directory) {
  const known = new Map(processes.map((process) => [process.pid, process.start]));
  return everything().filter((process) => {
    if (process.state === 'Z' || process.state === 'X') return false;
    return known.get(process.pid) === process.start || (directory && worksIn(process.pid, directory));
  });
}

function worksIn(pid, directory) {
  try { return fs.readlinkSync(`/proc/${pid}/cwd`) === directory; } catch { return false; }
}

/** What the descriptors of a process are: ["socket:[1]", "pipe:[2]", "/dev/null" ...]. */
function descriptors(pid) {
  const names = fs.readdirSync(`/proc/${pid}/fd`);
  return names.map((name) => {
    try { return fs.readlinkSync(`/proc/${pid}/fd/${name}`); } catch { return null; }
  }).filter(Boolean);
}

/** How many descriptors a process of ours may have. */
function descriptorLimit() {
  const line = read('/proc/self/limits').split('\n').find((text) => text.startsWith('Max open files'));
  const soft = line.split(/\s{2,}/)[1];
  return soft === 'unlimited' ? Infinity : Number(soft);
}

module.exports = { descendants, alive, descriptors, descriptorLimit };
