'use strict';
// lambda.js: a program that serves invocations, beside a server that plays Lambda. Both share one processor: on two, a virtual
// machine's wake-up of an idle one costs ten times as much as what is measured, and hides it; and a function of less than 1,769 MB
// has no more than one.

const { spawn } = require('node:child_process');
const { BENCH } = require('./place.js');
const { processors } = require('./machine.js');
const { program } = require('./native.js');

const LAMBDA = {
  AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 't'.repeat(600), // as long as Lambda's
  AWS_LAMBDA_FUNCTION_NAME: 'chat', AWS_LAMBDA_FUNCTION_VERSION: '1', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/chat', AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/28/[$LATEST]0',
};

function collect(stream) {
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  return () => Buffer.concat(parts).toString();
}

/**
 * Runs a peer with one of its handlers, in a folder that has handlers/. options: those of runtime_api_server, by name; env: on top
 * of what Lambda and the peer set. Resolves with the server's report. mayFail: invocations may, too.
 */
async function serve(peer, handler, { env = {}, folder = BENCH, mayFail = false, ...options } = {}) {
  const { command, env: own, cwd = folder } = peer.serve(handler, folder);
  const given = Object.entries(options).filter(([, value]) => value !== undefined).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('taskset', ['-c', String(processors().pop()), program('runtime_api_server'), ...given, '--', ...command],
    { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...LAMBDA, ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const status = await new Promise((resolve, reject) => { child.on('error', reject); child.on('close', resolve); });
  if (status !== 0) throw new Error(`${peer.title}, ${handler}: ${err().slice(-2000)}`);
  const report = JSON.parse(out());
  if (report.errors > 0 && !mayFail) throw new Error(`${peer.title}, ${handler}: ${report.errors} of ${report.invocations} invocations failed. ${err().slice(-2000)}`);
  return report;
}

module.exports = { serve };
