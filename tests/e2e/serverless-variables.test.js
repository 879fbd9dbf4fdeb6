'use strict';
// A service of several files with variables, parameters, intrinsic functions and values of this machine, run as it stands.

const test = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { scenario, service, ECHO } = require('./helper/dev');
const program = require('./helper/program');

const SERVICE = { directory: path.join(program.FIXTURES, 'chat-service'), env: { CHAT_SHADE: 'red' } };

/** What the function `tell` says about its environment. */
async function told(dev) {
  const client = await dev.connect();
  return client.askJson('{"kind":"tell"}');
}

scenario('a service of several files', SERVICE, async (dev) => {
  const ready = await dev.line({ type: 'ready' });
  assert.equal(ready.stage, 'dev');
  assert.equal(ready.region, 'eu-central-1');
  assert.deepEqual(ready.routes.map(({ routeKey, function: name }) => `${routeKey} ${name}`),
    ['$connect session', '$disconnect session', 'tell tell']);
  const { api, remaining, ...values } = await told(dev);
  assert.ok(remaining > 10000 && remaining <= 20000, `timeout of the file: ${remaining}`);
  assert.deepEqual(values, {
    STAGE: 'dev',
    MESSAGES: 'chat-service-messages-dev',
    ROOMS: 'chat-service-rooms-dev',
    ROOMS_ARN: 'arn:aws:dynamodb:eu-central-1:123456789012:table/chat-service-rooms-dev',
    ENDPOINT: `https://${api}.execute-api.eu-central-1.amazonaws.com/dev`,
    GREETING: 'hello',
    SECRET: 'only-here',
    COLOUR: 'deep red',
    LITERAL: '${not:a-variable}',
    WHO: 'chat-service/tell',
    AWS_REGION: 'eu-central-1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
  });
});

scenario('each warning of it comes once, with its file and line', SERVICE, async (dev) => {
  await dev.line({ type: 'ready' });
  assert.deepEqual(dev.all({ type: 'warning' }).map(({ text }) => text).sort(), [
    'functions/messages.yml:3: functions.tell.reservedConcurency is no setting of functions that the Framework knows; '
      + 'did you mean reservedConcurrency?',
    'serverless.yml:41: provider.environment.WORKERS is left out: ImportValue is known on AWS only',
  ]);
});

scenario('the command line decides', {
  ...SERVICE, args: ['--opt', 'region=us-west-2', '--param', 'greeting=hi=there'], env: { CHAT_COLOUR: 'blue', CHAT_REGION: 'x' },
}, async (dev) => {
  const { api, ...values } = await told(dev);
  assert.equal(values.GREETING, 'hi=there');
  assert.equal(values.COLOUR, 'blue', 'the environment counts for more than .env');
  assert.equal(values.AWS_REGION, 'us-west-2');
  assert.equal(values.ENDPOINT, `https://${api}.execute-api.us-west-2.amazonaws.com/dev`);
});

scenario('the environment of the developer reaches handlers by name only', {
  files: service({
    routes: { $default: 'return ws.reply({ a = os.getenv("A"), shade = os.getenv("CHAT_SHADE") })' },
    provider: { environment: { A: '${env:CHAT_SHADE}' } },
  }),
  env: { CHAT_SHADE: 'red' },
}, async (dev) => {
  const client = await dev.connect();
  assert.deepEqual(await client.askJson('x'), { a: 'red' });
});

/** What `moonwire dev` says about a service that it does not start. */
function refused(files, ...args) {
  const [name, ...rest] = [...program.command('moonwire'), 'dev', '--port', '0', '--control-port', '0', ...args];
  const directory = program.writeFiles(files);
  const { status, stderr } = spawnSync(name, rest, { cwd: directory, encoding: 'utf8', timeout: program.PATIENCE_MS });
  require('node:fs').rmSync(directory, { recursive: true });
  return `${status} ${program.withoutTools(stderr).trim()}`;
}

test('a service whose variables stand for themselves does not start', () => {
  const files = { 'serverless.yml': 'service: a\ncustom: { a: "${self:custom.b}", b: "${self:custom.a}" }\n'
    + 'functions: { f: { handler: "${self:custom.a}" } }\n' };
  assert.equal(refused(files), '1 moonwire dev: serverless.yml:2: the variable stands for itself: ${self:custom.b} -> '
    + '${self:custom.a} (serverless.yml:2) -> ${self:custom.b}');
});

test('a broken file that the service names is named', () => {
  const files = { 'serverless.yml': 'service: a\nfunctions: ${file(more.yml)}\n', 'more.yml': 'a: [\n' };
  assert.match(refused(files), /^1 moonwire dev: more\.yml:2:1: the YAML is broken: /);
  assert.match(refused({ 'serverless.yml': 'service: a\nfunctions: ${file(.)}\n' }), /^1 moonwire dev: \.: is no file; /);
});

test('--opt and --param take pairs', () => {
  const files = service({ routes: { $default: ECHO } });
  assert.equal(refused(files, '--param', 'x'), '2 moonwire dev: --param takes NAME=VALUE, not "x"; `moonwire dev --help` lists '
    + 'the options');
  assert.match(refused(files, '--opt', '=x'), /^2 moonwire dev: --opt takes NAME=VALUE, not "=x"/);
});
