'use strict';
// small.js: a share of a processor, as a function of 128 MB has it: 128 of the 1,769 MB that get a whole one, a fourteenth. The kernel gives it as
// Lambda's does: so much time in each period, and then nothing until the next one.

const fs = require('node:fs');
const path = require('node:path');

const PERIOD_US = 20000;
const SHARE = 14;

// The two versions of control groups: where their folders are, and what gives a share.
const VERSIONS = [
  { at: '/sys/fs/cgroup/cpu', files: (quota) => ({ 'cpu.cfs_period_us': PERIOD_US, 'cpu.cfs_quota_us': quota }) },
  { at: '/sys/fs/cgroup', files: (quota) => ({ 'cpu.max': `${quota} ${PERIOD_US}` }) },
];

/** The folder of a new control group; null where none can be made. */
function makeGroup({ at, files }) {
  const folder = path.join(at, `moonwire-bench-${process.pid}`);
  try {
    fs.mkdirSync(folder);
    for (const [name, value] of Object.entries(files(Math.round(PERIOD_US / SHARE)))) {
      if (!fs.existsSync(path.join(folder, name))) throw new Error('not this version');
      fs.writeFileSync(path.join(folder, name), String(value));
    }
    process.on('exit', () => { try { fs.rmdirSync(folder); } catch { /* it is gone already */ } });
    return folder;
  } catch {
    if (fs.existsSync(folder)) fs.rmdirSync(folder);
    return null;
  }
}

/** Waits until nobody is in it any more: the last process may still be ending. */
async function removeGroup(folder) {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      return fs.rmdirSync(folder);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`${folder} cannot be removed`);
}

/** Calls work(procs) with the file that a process joins the group by, null where no group can be made. */
async function withShare(work) {
  const folder = VERSIONS.reduce((found, version) => found ?? makeGroup(version), null);
  if (!folder) process.stderr.write('No control group can be made here (it takes root, and cgroups with cpu): figures at 1/14 of a processor are left out\n');
  if (!folder) return null;
  try {
    return await work(path.join(folder, 'cgroup.procs'));
  } finally {
    await removeGroup(folder);
  }
}

module.exports = { withShare };
