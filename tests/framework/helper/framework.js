'use strict';
// framework.js -- packages a service with a real Serverless Framework, in a folder of its own, and reads what came of it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFile } = require('node:child_process');
const aws = require('./aws');
const { entries } = require('./zip');

const PATIENCE_MS = 600000; // a limit for what hangs

/** name: the program to run. `serverless` is the Framework's version 3, `osls` the fork that goes on with it. */
const FRAMEWORKS = Object.fromEntries(['osls', 'serverless'].map((name) => [
  name, path.join(__dirname, `../node_modules/${name}/bin/serverless.js`),
]));

/** Resolves with { status, output }. HOME is empty: no settings of whoever runs the tests, none of theirs are written. */
function run(program, args, { cwd, env }) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-home-'));
  const environment = {
    PATH: process.env.PATH, HOME: home, CI: '1', SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off',
    SLS_AWS_REQUEST_MAX_RETRIES: '0', ...env,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd, env: environment, timeout: PATIENCE_MS }, (error, stdout, stderr) => {
      fs.rmSync(home, { recursive: true });
      resolve({ status: error ? error.code : 0, output: stdout + stderr });
    });
  });
}

/**
 * Packages the service in `folder` (below it `config`). parameters: what SSM has. Resolves with
 *   status, output   of the program
 *   calls, refused   see aws.js
 *   template         the CloudFormation; resources: those of it, by name
 *   zips             { file name: { name: { mode, text } } }
 */
async function pack(framework, folder, { args = [], parameters } = {}) {
  const stub = await aws.start({ parameters });
  const target = path.join(folder, '.serverless');
  fs.rmSync(target, { recursive: true, force: true });
  try {
    const { status, output } = await run(FRAMEWORKS[framework], ['package', ...args], { cwd: folder, env: stub.env });
    const result = { status, output, calls: stub.calls, refused: stub.refused };
    const file = path.join(target, 'cloudformation-template-update-stack.json');
    if (!fs.existsSync(file)) return result;
    const template = JSON.parse(fs.readFileSync(file, 'utf8'));
    const zips = fs.readdirSync(target).filter((name) => name.endsWith('.zip'));
    return {
      ...result, template, resources: template.Resources,
      zips: Object.fromEntries(zips.map((name) => [name, entries(fs.readFileSync(path.join(target, name)))])),
    };
  } finally {
    await stub.close();
  }
}

module.exports = { FRAMEWORKS, pack };
