'use strict';
// machine.js: what it was measured on, and whether that was quiet.

const fs = require('node:fs');
const os = require('node:os');
const { spawnSync } = require('node:child_process');
const { program } = require('./native.js');

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** The processors that this process may use, as numbers. */
function processors() {
  const [, list] = /^Cpus_allowed_list:\s*(.*)$/m.exec(read('/proc/self/status'));
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** What a command says first; null when it cannot be run. */
function firstLine(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n')[0] : null;
}

/** The time that the processors worked and that the hypervisor took away, in ticks since the start. */
function ticks() {
  const [user, nice, system, , , irq, soft, stolen] = read('/proc/stat').split('\n')[0].split(/\s+/).slice(1).map(Number);
  return { busy: user + nice + system + irq + soft, stolen };
}

const distribution = () => /^PRETTY_NAME="(.*)"$/m.exec(read('/etc/os-release') ?? '')?.[1] ?? 'unknown';

/** What it takes for a page fault, a system call, additions (servers/machine_costs.c); the least of several. */
function costs() {
  const runs = Array.from({ length: 5 }, () => JSON.parse(spawnSync(program('machine_costs'), { encoding: 'utf8' }).stdout));
  return Object.fromEntries(Object.keys(runs[0]).map((key) => [key, Math.min(...runs.map((run) => run[key]))]));
}

function machine() {
  return {
    processor: os.cpus()[0].model, processors: os.cpus().length, memoryGb: Number((os.totalmem() / 2 ** 30).toFixed(1)),
    kernel: os.release(), system: distribution(), governor: read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor') ?? 'none (a virtual machine has none)',
    architecture: process.arch, costs: costs(), compiler: firstLine(process.env.CC || 'cc', ['--version']),
  };
}

/** The load before anything is measured, and a sentence when that is too much. */
function load() {
  const [average] = os.loadavg();
  const most = 0.25 * os.cpus().length;
  return { average, warning: average <= most ? null : `The load average is ${average.toFixed(1)}: others use this machine. Ratios suffer less than times, but do not publish either.` };
}

module.exports = { machine, processors, load, ticks, firstLine };
