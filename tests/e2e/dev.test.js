'use strict';
// moonwire dev: what its user sees, and what handlers find around them.

const test = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');
const path = require('node:path');
const fs = require('node:fs');
const { createHash } = require('node:crypto');
const { Dev, scenario, service, ECHO } = require('./helper/dev');
const { alive, descendants } = require('./helper/leftovers');
const { ROOT, WRAP, SECRETS, patiently, run } = require('./helper/program');

const echo = { routes: { $connect: 'return true', $disconnect: 'return true', $default: ECHO } };

/* The example service of the project itself */

const EXAMPLE = { directory: ROOT };

scenario('the example service: hello comes back, closing runs $disconnect', EXAMPLE, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.ask('hello'), 'hello');
  await client.close();
  const { connectionId } = await dev.line({ type: 'invocation', route: '$disconnect' });
  for (const route of ['$connect', '$default', '$disconnect']) {
    const line = await dev.line({ type: 'invocation', route });
    assert.equal(line.connectionId, connectionId);
    assert.match(line.requestId, /^[0-9a-f-]{36}$/);
    assert.equal(typeof line.function, 'string');
    assert.ok(Number.isInteger(line.environment) && line.environment >= 1);
    assert.equal(typeof line.cold, 'boolean');
    assert.ok(line.durationMs >= 0);
    assert.equal(line.outcome, 'result');
    assert.equal(line.error, undefined);
  }
  assert.equal((await dev.line({ type: 'invocation', route: '$connect' })).cold, true);
});

scenario('the first line', echo, async (dev) => {
  const ready = await dev.line({ type: 'ready' });
  assert.deepEqual([ready.service, ready.stage, ready.region], ['tested', 'dev', 'us-east-1']);
  assert.deepEqual(ready.routes, ['$connect', '$disconnect', '$default'].map((routeKey) => ({ routeKey, function: 'app', handler: 'app.main' })));
  assert.match(ready.websocketUrl, /^ws:\/\/127\.0\.0\.1:\d+\/dev$/);
  assert.match(ready.controlUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.notEqual(new URL(ready.controlUrl).port, String(dev.port));
});

/* Text for people */

scenario('text: a line for each invocation, logs beneath, no colours', { ...echo, routes: { ...echo.routes, say: 'print("one\\ntwo") error "broken"' }, text: true }, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.ask('hello'), 'hello');
  assert.match(await client.ask({ action: 'say' }), /Internal server error/);
  await client.close();
  const lines = await dev.when(() => /\$disconnect.*ms.*\n/.test(dev.stdout) && dev.stdout.split('\n'));
  const [, connectionId] = /([A-Za-z0-9_-]{15}=)/.exec(dev.stdout);
  for (const route of ['$connect', '$default', 'say', '$disconnect']) {
    const of = lines.filter((line) => line.includes(route) && line.includes(connectionId));
    assert.equal(of.length, 1, `${route}:\n${dev.stdout}`);
    assert.match(of[0], /\d+(\.\d+)? ?ms/);
  }
  assert.match(lines.find((line) => line.includes('$connect') && line.includes(connectionId)), /cold/);
  const at = lines.findIndex((line) => line.includes('say') && line.includes(connectionId));
  assert.match(lines[at], /error$/);
  const end = lines.findIndex((line, i) => i > at && /^\S/.test(line));
  const beneath = lines.slice(at + 1, end).map((line) => line.trim());
  for (const text of ['Error: broken', 'one', 'two']) assert.ok(beneath.includes(text), dev.stdout);
  assert.ok(!dev.stdout.includes('\x1b'), 'colours are for terminals');
});

scenario('text: what clients and handlers say cannot write to the terminal', { routes: { $default: 'print("\\27[31mred\\27[0m \\r\\8") print(event.body) return true' }, text: true }, async (dev) => {
  const client = await dev.connect();
  client.send('\x1b]0;title\x07 \u009b31m \u202e');
  await dev.when(() => dev.stdout.includes('title') && /\$default.*ms.*\n/.test(dev.stdout));
  assert.doesNotMatch(dev.stdout, /[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u202e]/);
});

scenario('a file that cannot be loaded is told of at the start', { files: { 'serverless.yml': 'service: s\nprovider: { name: aws }\nfunctions:\n  app:\n    handler: app.main\n    events:\n      - websocket: $default\n', 'app.lua': 'local x =' } }, async (dev) => {
  const line = await dev.line({ type: 'log', text: /app\.lua:1/ });
  assert.deepEqual([line.function, line.environment, line.stream], ['app', 1, 'stderr']);
  assert.equal((await dev.line({ type: 'environment', event: 'ended' })).exitStatus, 1);
});

/* What can be wrong before it starts */

const YAML = 'service: s\nprovider:\n  name: aws\nfunctions:\n  app:\n    handler: app.main\n    events:\n      - websocket: $default\n';
const right = { 'serverless.yml': YAML, 'app.lua': 'return { main = function() end }' };
const ANY_PORT = ['--port', '0', '--control-port', '0'];

/** stderr is one sentence that matches; with status 2 the usage may follow it. */
const wrong = [
  { name: 'an unknown option', args: ['--fly'], status: 2, stderr: /^moonwire dev: .*--fly/ },
  { name: 'an argument too many', args: ['serverless.yml'], status: 2, stderr: /^moonwire dev: / },
  { name: 'an option without its value', args: ['--port'], status: 2, stderr: /^moonwire dev: .*--port/ },
  { name: 'a port that is none', args: ['--port', 'http'], status: 2, stderr: /^moonwire dev: .*--port/ },
  { name: 'a port that is too large', args: ['--port', '65536'], status: 2, stderr: /^moonwire dev: .*--port/ },
  { name: 'no place for an event', args: ['--concurrency', '0'], status: 2, stderr: /^moonwire dev: --concurrency takes a number from 1 to 1000, not "0"/ },
  { name: 'a time that is none', args: ['--environment-idle', '5m'], status: 2, stderr: /^moonwire dev: --environment-idle .*"5m"/ },
  { name: 'no serverless.yml', files: {}, status: 1, stderr: /^moonwire dev: serverless\.yml: / },
  { name: 'a missing file', args: ['--config', 'other.yml'], status: 1, stderr: /^moonwire dev: other\.yml: / },
  { name: 'a folder', args: ['--config', '.'], status: 1, stderr: /^moonwire dev: \.: / },
  { name: 'broken YAML', files: { 'serverless.yml': 'service: s\nfunctions:\n  app: [\n' }, status: 1, stderr: /^moonwire dev: serverless\.yml:\d+(:\d+)?: / },
  { name: 'a tab', files: { 'serverless.yml': 'service: s\nfunctions:\n\tapp: {}\n' }, status: 1, stderr: /^moonwire dev: serverless\.yml:3(:\d+)?: / },
  { name: 'no handler', files: { 'serverless.yml': 'service: s\nprovider: { name: aws }\nfunctions:\n  app:\n    timeout: 5\n' }, status: 1, stderr: /^moonwire dev: serverless\.yml:4: .*handler/ },
  { name: 'a handler that is no text', files: { 'serverless.yml': 'service: s\nfunctions:\n  app:\n    handler: [ 1 ]\n' }, status: 1, stderr: /^moonwire dev: serverless\.yml:4: .*handler/ },
  { name: 'a route selection expression that is none', files: { 'serverless.yml': `${YAML}`.replace('name: aws', 'name: aws\n  websocketsApiRouteSelectionExpression: ${request.body') }, status: 1, stderr: /^moonwire dev: serverless\.yml: websocketsApiRouteSelectionExpression: / },
  { name: 'a stage that is none', args: ['--stage', 'a/b'], status: 2, stderr: /^moonwire dev: --stage takes / },
];
for (const { name, args = [], files = right, status, stderr } of wrong) {
  test(`dev: ${name}`, () => {
    const result = run(['dev', ...(args.includes('--port') ? [] : ANY_PORT), ...args], { files });
    assert.match(result.stderr, stderr);
    assert.equal(result.status, status, result.stderr);
    assert.equal(result.stdout, '');
    if (status === 1) assert.match(result.stderr, /^[^\n]+\n$/, 'one sentence');
    else assert.match(result.stderr, /^[^\n]+\n(\nUsage: moonwire dev[^]*)?$/);
  });
}

test('dev --help', () => {
  const { status, stdout, stderr } = run(['dev', '--help']);
  assert.match(stdout, /^Usage: moonwire dev/);
  for (const option of ['--config', '--stage', '--host', '--port', '--control-port', '--json']) assert.ok(stdout.includes(option), option);
  assert.deepEqual([status, stderr], [0, '']);
});

test('dev is one of the commands', () => {
  assert.match(run(['--help']).stdout, /\n {2}dev /);
});

for (const option of ['--port', '--control-port']) {
  test(`dev ${option}: in use`, async (t) => {
    const server = net.createServer();
    t.after(() => server.close());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    const other = option === '--port' ? '--control-port' : '--port';
    const { status, stderr, stdout } = run(['dev', option, String(port), other, '0'], { files: right });
    assert.match(stderr, new RegExp(`^moonwire dev: [^\n]*127\\.0\\.0\\.1:${port}[^\n]*in use; is another moonwire dev running\\? --port 0 --control-port 0 finds free ports\n$`));
    assert.deepEqual([status, stdout], [1, '']);
  });
}

/* serverless.yml */

scenario('--config in another folder: handlers are found next to it', {
  files: { 'services/a/chat.yml': YAML, 'services/a/app.lua': 'local ws = require "moonwire.ws" return { main = function(event) return ws.reply(event.body) end }' },
  args: ['--config', 'services/a/chat.yml'],
}, async (dev) => {
  assert.equal(await (await dev.connect()).ask('hello'), 'hello');
});

const OLD = `service: old
provider:
  name: aws
  runtime: provided.al2023
  websocketApiRouteSelectionExpression: $request.body.kind
functions:
  app:
    handler: app.main
    events:
      - websocket: $default
      - websocket: { route: chat }
`;
scenario('the old spelling of the route selection expression works, with a warning', {
  files: { 'serverless.yml': OLD, 'app.lua': 'local ws = require "moonwire.ws" return { main = function(event) return ws.reply(event.requestContext.routeKey) end }' },
}, async (dev) => {
  const { text } = await dev.line({ type: 'warning' });
  assert.match(text, /serverless\.yml:5: .*websocketApiRouteSelectionExpression.*websocketsApiRouteSelectionExpression/);
  const client = await dev.connect();
  assert.equal(await client.ask('{"kind":"chat"}'), 'chat');
  assert.equal(await client.ask('{"action":"chat"}'), '$default');
});

/* The environment of handlers */

const NAMES = [
  'FROM_PROVIDER', 'FROM_FUNCTION', 'IN_BOTH', 'A_NUMBER', 'DEVELOPERS_OWN', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE',
  'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', '_HANDLER', 'LAMBDA_TASK_ROOT',
  'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', 'AWS_LAMBDA_INITIALIZATION_TYPE', 'TZ',
];
scenario('variables', {
  routes: { $default: `local found = {} for _, name in ipairs(json.decode '${JSON.stringify(NAMES)}') do found[name] = os.getenv(name) end return ws.reply(found)` },
  provider: { region: 'eu-west-1', environment: { FROM_PROVIDER: 'p', IN_BOTH: 'p', A_NUMBER: 7, AWS_ACCESS_KEY_ID: 'mine' } },
  settings: { memorySize: 256, environment: { FROM_FUNCTION: 'f', IN_BOTH: 'f', AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://elsewhere.example' } },
  env: { DEVELOPERS_OWN: SECRETS[0] },
}, async (dev) => {
  const { LAMBDA_TASK_ROOT: root, ...found } = await (await dev.connect()).askJson('which?');
  assert.ok(fs.existsSync(path.join(root, 'app.lua')) && path.isAbsolute(root));
  assert.deepEqual(found, {
    FROM_PROVIDER: 'p', FROM_FUNCTION: 'f', IN_BOTH: 'f', A_NUMBER: '7', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'tested-dev-app', AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256', _HANDLER: 'app.main', AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: dev.management,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand', TZ: ':UTC',
  });
});

/** Sends back a digest of its own keys (a test looks for secrets in all that was written). */
const KEYS = { $default: `local crypto, aws = require "moonwire.crypto", require "moonwire.aws"
  if event.body == "aws" then
    local result, message, code = aws.client "sqs":ListQueues {}
    return ws.reply { message = message, code = code }
  end
  local digest = {}
  for _, name in ipairs { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN" } do
    digest[#digest + 1] = crypto.hex(crypto.sha256(os.getenv(name) or ""))
  end
  return ws.reply(digest)` };

scenario('--pass-credentials: the developer\'s keys reach handlers, and their calls are taken', { routes: KEYS, args: ['--pass-credentials'] }, async (dev) => {
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  assert.deepEqual(await (await dev.connect()).askJson('which?'), ['AKIDEXAMPLE', SECRETS[0], SECRETS[1]].map(sha256));
});

scenario('the local keys go to no server of AWS, and the message says why', { routes: KEYS }, async (dev) => {
  const { message } = await (await dev.connect()).askJson('aws');
  assert.match(message, /AWS does not know the local keys of moonwire dev; moonwire dev --pass-credentials gives functions your own/);
});

scenario('the context', { routes: { $default: `return ws.reply { context.function_name, context.invoked_function_arn, context.aws_request_id,
  context.memory_limit_in_mb, context:get_remaining_time_in_millis() }` }, settings: { timeout: 12 } }, async (dev) => {
  const [name, arn, requestId, memory, remaining] = await (await dev.connect()).askJson('which?');
  assert.equal(name, 'tested-dev-app');
  assert.match(arn, /^arn:aws:lambda:us-east-1:\d{12}:function:tested-dev-app$/);
  assert.equal(requestId, (await dev.line({ type: 'invocation', route: '$default' })).requestId);
  assert.equal(String(memory), '1024');
  assert.ok(remaining > 0 && remaining <= 12000);
});

/* Output of handlers */

scenario('JSON lines of what handlers say', { routes: { $default: 'print "printed" io.stderr:write("to standard error\\n") require("moonwire.log").warn("logged", { n = 1 }) return true' } }, async (dev) => {
  const client = await dev.connect();
  client.send('go');
  await dev.line({ type: 'log', text: 'printed' });
  await dev.line({ type: 'log', text: 'to standard error' });
  await dev.line({ type: 'log', text: /logged/ });
});

/* Its end */

const sleeper = { routes: { $default: 'ws.reply(tostring(ffi.C.getpid())) async.sleep(600000)' }, settings: { timeout: 900 } };

for (const signal of ['SIGINT', 'SIGTERM']) {
  scenario(`${signal} while a handler sleeps: its process ends, the socket is closed`, sleeper, async (dev) => {
    const client = await dev.connect();
    const pid = Number(await client.ask('sleep'));
    const children = descendants(dev.child.pid);
    assert.ok(children.some((child) => child.pid === pid));
    await dev.stop(signal);
    assert.deepEqual(alive(children), []);
    await client.closed;
  });
}

scenario('Ctrl-C while a handler spins', { routes: { $default: 'ws.reply "spinning" while true do end' }, settings: { timeout: 900 } }, async (dev) => {
  assert.equal(await (await dev.connect()).ask('spin'), 'spinning');
  await dev.stop();
});

scenario('Ctrl-C with nobody there', echo, async () => {});

scenario('the terminal is closed', echo, async (dev) => { await dev.stop('SIGHUP'); });

scenario('the terminal is closed, and nohup was in front', { ...echo, through: ['nohup'] }, async (dev) => {
  const client = await dev.connect();
  dev.child.kill('SIGHUP');
  assert.equal(await client.ask('still there'), 'still there');
  assert.equal(await client.ask('and still'), 'and still');
});

test('kill -9 of the gateway leaves no child behind', { skip: WRAP.length > 0 && 'the tool would be killed, too' }, async () => {
  const dev = await Dev.start({ files: service(sleeper) });
  try {
    const pid = Number(await (await dev.connect()).ask('sleep'));
    const children = descendants(dev.child.pid);
    assert.ok(children.some((child) => child.pid === pid));
    dev.child.kill('SIGKILL');
    await patiently((async () => { // the kernel does it when it likes
      while (alive(children).length) await new Promise((resolve) => setTimeout(resolve, 10));
    })());
  } finally {
    await dev.stop();
  }
});
