'use strict';
// The store in DynamoDB, against dynalite: tests/lua/store_dynamodb.lua has the specs.

const test = require('node:test');
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const program = require('./helper/program');
const { database } = require('./helper/counterparts');

test('it does what every backend of the store does, and what is its own', { timeout: 10 * program.PATIENCE_MS }, async () => {
  const { env, close } = await database();
  try {
    const [name, ...before] = program.command('moonwire');
    const child = program.keep(spawn(name, [...before, 'test', 'tests/lua/store_dynamodb.lua'], {
      cwd: program.ROOT,
      env: { PATH: process.env.PATH, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: program.SECRETS[0], TABLE: 'connections', ...program.tools(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => { output += bytes; });
    const status = await new Promise((resolve) => { child.on('close', (code, signal) => resolve(signal || code)); });
    assert.equal(status, 0, output);
    assert.match(program.withoutTools(output), /^\d+ passed, 0 failed$/m);
    assert.doesNotMatch(output, program.FINDING);
  } finally {
    await close();
  }
});
