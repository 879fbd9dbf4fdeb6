'use strict';
// moonwire invoke: in a `moonwire dev` that runs, and in one of its own.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { withDev } = require('./helper/dev');
const { run } = require('./helper/program');

const APP = `
local async, ffi = require "moonwire.async", require "ffi"
ffi.cdef "int getpid(void);"
local M = {}

function M.main(event, context)
  if event.fail then
    print "before"
    error { type = "Broken", message = "as asked" }
  end
  if event.colour then print "\\27[31mred\\27[0m\\r\\nüber\\tall" end
  print "one line"
  if event.colour then require("moonwire.log").error "two\\nlines" end
  if event.later then
    context:defer(function()
      async.sleep(200)
      local file = assert(io.open(event.later, "w"))
      file:write "done"
      file:close()
    end)
  end
  return { event = event, pid = ffi.C.getpid(), stage = context.function_name }
end

function M.route(event)
  local query = event.queryStringParameters
  return { statusCode = query and query.status or 200, body = event }
end

function M.queue(event)
  local failures = {}
  for i, record in ipairs(event.Records) do
    if record.body == "bad" then failures[#failures + 1] = { itemIdentifier = record.messageId } end
  end
  return { batchItemFailures = failures }
end

return M
`;

const files = {
  'app.lua': APP,
  'event.json': '{"from":"a file"}',
  'broken.json': '{"from":',
  'serverless.yml': JSON.stringify({
    service: 'tested',
    provider: { name: 'aws', region: 'eu-central-1', environment: { COLOUR: '${opt:colour, "none"}' } },
    functions: {
      app: { handler: 'app.main' },
      work: { handler: 'app.queue' },
      push: { handler: 'app.main', events: [{ httpApi: 'POST /push/{id}' }, { httpApi: 'GET /items/{proxy+}' }] },
      users: { handler: 'app.main', events: [{ httpApi: 'GET /users/{id}' }] },
      chat: { handler: 'app.route', events: ['$connect', '$disconnect', '$default', 'say'].map((route) => ({ websocket: { route, routeResponseSelectionExpression: '$default' } })) },
    },
  }),
};

const gone = (pid) => assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });

test('without a moonwire dev one is started, and ended', () => {
  const { status, stdout, stderr } = run(['invoke', 'app', '--event', 'event.json', '--stage', 'prod', '--opt', 'colour=red'], { files });
  assert.equal(status, 0, stderr);
  const { event, pid, stage } = JSON.parse(stdout);
  assert.deepEqual([event, stage], [{ from: 'a file' }, 'tested-prod-app']);
  assert.match(stderr, /^moonwire invoke: no `moonwire dev` of this service was asked: one was started for this call, and ends with it\nSTART RequestId: \S+ Version: \$LATEST\none line\nEND RequestId: \S+\nREPORT RequestId: .*\n$/);
  gone(pid);
});

test('... when what the handler deferred has run', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-e2e-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'later');
  const { status, stderr } = run(['invoke', 'app', '--event', '-'], { files, input: JSON.stringify({ later: file }) });
  assert.equal(status, 0, stderr);
  assert.equal(fs.readFileSync(file, 'utf8'), 'done');
});

test('what is sent to a connection of a `moonwire dev` that ends with the call is counted', () => {
  const chat = {
    'chat.lua': 'return require("moonwire.app") { ["$default"] = function(conn) conn:send { a = 1 } conn:send { a = 2 } end }\n',
    'serverless.yml': JSON.stringify({ service: 'chat', provider: { name: 'aws' }, functions: { chat: { handler: 'chat', events: [{ websocket: '$default' }] } } }),
  };
  const { status, stderr } = run(['invoke', 'chat', '--route', '$default', '--body', 'hi', '--opt', 'own=1'], { files: chat });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /\nmoonwire invoke: (1 message was|2 messages were) sent to connections that nobody has: a client of a `moonwire dev` that runs would get (it|them)\n$/);
});

/** What cannot be done without one: [name, arguments, status, stderr]; files may differ. */
const wrong = [
  ['a service that is none', ['app'], 1, /^moonwire invoke: serverless\.yml:3: functions\.app\.handler is missing/, { 'serverless.yml': 'service: s\nfunctions:\n  app: {}\n' }],
  ['no service', ['app'], 1, /^moonwire invoke: serverless\.yml: /, {}],
  ['a missing service', ['app', '--config', 'other.yml'], 1, /^moonwire invoke: other\.yml: /],
  ['--async', ['app', '--async'], 1, /^moonwire invoke: --async wants a `moonwire dev` that runs already/],
  ['a missing file', ['app', '--event', 'other.json'], 2, /^moonwire invoke: other\.json: .*one of http, schedule, sns, sqs/],
  ['a file that is no JSON', ['app', '--event', 'broken.json'], 2, /^moonwire invoke: broken\.json is no JSON: line 1[^\n]*\n$/],
  ['a stage that is none', ['app', '--stage', 'a b'], 2, /^moonwire invoke: --stage takes letters, /],
  ['a port where nobody is', ['app', '--control-port', '1'], 1, /^moonwire invoke: no `moonwire dev` runs here with the control port 1; /],
  ['no function', [], 2, /^moonwire invoke: FUNCTION is missing; /],
  ['two events', ['app', '--event', 'sqs', '--route', 'say'], 2, /^moonwire invoke: --event and --route exclude each other; /],
  ['a body without an event', ['app', '--body', 'x'], 2, /^moonwire invoke: --body goes with /],
  ['an unknown option', ['app', '--fly'], 2, /^moonwire invoke: --fly is no option; /],
];
for (const [name, args, status, stderr, other] of wrong) {
  test(`refused: ${name}`, () => {
    const result = run(['invoke', ...args], { files: other || files });
    assert.match(result.stderr, stderr);
    assert.match(result.stderr, /^[^\n]+\n$/, 'one sentence');
    assert.deepEqual([result.status, result.stdout], [status, '']);
  });
}

test('--help', () => {
  const { status, stdout, stderr } = run(['invoke', '--help']);
  assert.match(stdout, /^Usage: moonwire invoke FUNCTION/);
  assert.deepEqual([status, stderr], [0, '']);
});

test('in a moonwire dev that runs', (t) => withDev({ files }, async (dev) => {
  const { port } = new URL(dev.controlUrl);
  const invoke = (args, options) => run(['invoke', '--control-port', port, ...args], options);
  const result = (args, options) => {
    const { status, stdout, stderr } = invoke(args, options);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^[^\n]*\n$/);
    return JSON.parse(stdout);
  };

  await t.test('the start names the functions without a route', async () => {
    assert.deepEqual((await dev.line({ type: 'ready' })).unrouted, [{ function: 'app', handler: 'app.main' }, { function: 'work', handler: 'app.queue' }]);
  });

  await t.test('the result and the log', async () => {
    const { stdout, stderr } = invoke(['app', '--event', '-'], { input: '{"a":[]}' });
    assert.deepEqual(JSON.parse(stdout).event, { a: [] });
    assert.match(stderr, /\none line\n/);
    const [, id] = /START RequestId: (\S+)/.exec(stderr);
    await dev.line({ type: 'invocation', requestId: id, function: 'app' });
    assert.deepEqual(result(['tested-dev-app']).event, {});
  });

  await t.test('a function that fails', () => {
    const { status, stdout, stderr } = invoke(['app', '--event', '-'], { input: '{"fail":true}' });
    assert.equal(status, 1);
    assert.equal(JSON.parse(stdout).errorType, 'Broken');
    assert.match(stderr, /\nbefore\n[^]*\nmoonwire invoke: the function failed\n$/);
  });

  await t.test('the log cannot command a terminal, and its records have lines', () => {
    const coloured = invoke(['app', '--event', '-'], { input: '{"colour":true}' });
    assert.ok(coloured.stderr.includes('\n\\x1b[31mred\\x1b[0m\nüber\tall\none line\n'), coloured.stderr);
    assert.match(coloured.stderr, /\tERROR\ttwo\nlines\nEND /, 'Lambda has a carriage return between them');
    assert.doesNotMatch(coloured.stderr, /[\r\x1b]/);
    const { log } = JSON.parse(invoke(['app', '--json', '--event', '-'], { input: '{"colour":true}' }).stdout);
    assert.ok(log.includes('\x1b[31mred'), 'programs get it as it was written');
  });

  await t.test('--json', () => {
    const right = result(['app', '--json']);
    assert.deepEqual([right.statusCode, right.functionError, right.result.event], [200, undefined, {}]);
    assert.match(right.log, new RegExp(`^START RequestId: ${right.requestId} `));
    const failed = invoke(['app', '--json', '--event', '-'], { input: '{"fail":true}' });
    assert.deepEqual([failed.status, JSON.parse(failed.stdout).functionError, failed.stderr], [1, 'Unhandled', 'moonwire invoke: the function failed\n']);
  });

  await t.test('--async', async () => {
    const { status, stdout, stderr } = invoke(['app', '--async', '--event', '-'], { input: '{"later":1}' });
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
    await dev.line({ type: 'invocation', function: 'app', route: 'event', outcome: 'result' });
  });

  await t.test('--event KIND', () => {
    const { event } = result(['app', '--event', 'sqs', '--body', 'ü']);
    assert.deepEqual([event.Records[0].body, event.Records[0].awsRegion], ['ü', 'eu-central-1']);
    const http = result(['app', '--event', 'http', '--path', '/items?color=red', '--body', '{}']).event;
    assert.deepEqual([http.rawPath, http.queryStringParameters, http.requestContext.http.method], ['/items', { color: 'red' }, 'POST']);
    assert.equal(result(['app', '--event', 'schedule']).event['detail-type'], 'Scheduled Event');
    assert.equal(result(['app', '--event', 'sns', '--body', 'x']).event.Records[0].Sns.Message, 'x');
  });

  await t.test('--event http: as the route of the function has it', () => {
    const http = (...args) => result(args).event;
    const push = http('push', '--event', 'http', '--method', 'post', '--path', '/push/a%20b%3D?x=1', '--query', 'y=2 & 3', '--header', 'X-Kind=a=b', '--body', 'text');
    assert.deepEqual([push.routeKey, push.pathParameters, push.rawPath], ['POST /push/{id}', { id: 'a b=' }, '/push/a b=']);
    assert.deepEqual([push.requestContext.routeKey, push.requestContext.http.path], ['POST /push/{id}', '/push/a b=']);
    assert.deepEqual([push.rawQueryString, push.queryStringParameters], ['x=1&y=2%20%26%203', { x: '1', y: '2 & 3' }]);
    assert.deepEqual([push.body, push.headers['x-kind'], push.headers['content-type'], push.headers['content-length'], push.headers['user-agent']], ['text', 'a=b', 'text/plain', '4', 'moonwire invoke']);
    assert.deepEqual(http('push', '--event', 'http', '--path', '/items/a/b').pathParameters, { proxy: 'a/b' });
    const bytes = http('tested-dev-push', '--event', 'http', '--path', '/push/1', '--body', 'x', '--header', 'Content-Type=image/png');
    assert.deepEqual([bytes.body, bytes.isBase64Encoded], ['eA==', true]);
    const bare = http('app', '--event', 'http');
    assert.deepEqual([bare.routeKey, bare.rawPath, bare.pathParameters, bare.requestContext.http.method], ['$default', '/', undefined, 'GET'], 'a function without routes');
  });

  await t.test('--route $connect: headers and query, and the status when it refuses', () => {
    const connect = (...args) => invoke(['--route', '$connect', ...args]);
    const { status, stdout, stderr } = connect('--header', 'Authorization=Bearer x', '--header', 'User-Agent=me', '--query', 'token=a b&c', '--query', 'token=2');
    assert.equal(status, 0, stderr);
    const event = JSON.parse(JSON.parse(stdout).body);
    assert.deepEqual([event.headers.Authorization, event.requestContext.identity.userAgent], ['Bearer x', 'me']);
    assert.deepEqual(event.multiValueQueryStringParameters, { token: ['a b&c', '2'] });
    const refused = connect('--query', 'status=401');
    assert.equal(JSON.parse(refused.stdout).statusCode, '401');
    assert.match(refused.stderr, /\nmoonwire invoke: \$connect refuses: its statusCode is 401\n$/);
    assert.equal(refused.status, 1);
  });

  await t.test('--connection: a message of somebody who is there', async () => {
    const client = await dev.connect({ path: '?name=ann' });
    const seen = JSON.parse(await client.ask({ action: 'say' })).requestContext;
    for (const route of ['say', '$disconnect']) {
      const made = JSON.parse(result(['--route', route, '--connection', seen.connectionId]).body).requestContext;
      assert.deepEqual([made.connectionId, made.connectedAt, made.identity], [seen.connectionId, seen.connectedAt, seen.identity]);
    }
    await client.close();
  });

  await t.test('records that failed', () => {
    const batch = (...bodies) => invoke(['work', '--event', '-'], { input: JSON.stringify({ Records: bodies.map((body, i) => ({ messageId: `m-${i}`, body })) }) });
    for (const [bodies, status, stderr] of [[['a', 'b'], 0, /REPORT [^\n]*\n$/], [['a', 'bad', 'bad'], 1, /\nmoonwire invoke: 2 of 3 records failed\n$/]]) {
      const answer = batch(...bodies);
      assert.match(answer.stderr, stderr);
      assert.equal(answer.status, status);
    }
    const { status, stderr } = invoke(['work', '--event', 'sqs', '--body', 'bad', '--json']);
    assert.deepEqual([status, stderr], [1, 'moonwire invoke: 1 of 1 records failed\n']);
  });

  await t.test('--route: the event has the members that a client makes', async () => {
    const client = await dev.connect();
    const message = { action: 'say', text: 'hello' };
    const seen = JSON.parse(await client.ask(message));
    await client.close();
    const made = (...args) => JSON.parse(result(args).body);
    const say = made('--route', 'say', '--body', JSON.stringify(message));
    for (const of of [(event) => event, (event) => event.requestContext]) assert.deepEqual(Object.keys(of(say)).sort(), Object.keys(of(seen)).sort());
    for (const member of ['routeKey', 'eventType', 'messageDirection', 'stage', 'domainName', 'apiId']) assert.equal(say.requestContext[member], seen.requestContext[member]);
    assert.equal(say.body, seen.body);
    assert.match(say.requestContext.connectionId, /^[A-Za-z0-9_-]{15}=$/);
    assert.equal(made('chat', '--route', '$default', '--body', 'text').requestContext.routeKey, '$default');
    const connect = made('--route', '$connect');
    assert.deepEqual([connect.requestContext.eventType, connect.headers.Host], ['CONNECT', connect.requestContext.domainName]);
    const end = made('--route', '$disconnect');
    assert.deepEqual([end.requestContext.eventType, end.requestContext.disconnectStatusCode], ['DISCONNECT', 1005]);
  });

  await t.test('one sentence says what is wrong', () => {
    const cases = [
      [['other'], /^moonwire invoke: there is no function "other"; there are app, work, push, users, chat\n$/, 2],
      [['--route', 'shout'], /^moonwire invoke: no function has the route "shout"; there are \$connect, \$disconnect, \$default, say\n$/, 2],
      [['push', '--event', 'http'], /^moonwire invoke: GET \/ takes no route; push has POST \/push\/\{id\}, GET \/items\/\{proxy\+\}\n$/, 2],
      [['push', '--event', 'http', '--path', '/users/1'], /^moonwire invoke: GET \/users\/1 takes the route "GET \/users\/\{id\}" of another function; push has /, 2],
      [['push', '--event', 'http', '--path', '/%zz'], /^moonwire invoke: the path has a broken %/, 2],
      [['nobody', '--event', 'http'], /^moonwire invoke: there is no function "nobody"; /, 2],
      [['--route', 'say', '--connection', 'AAAAAAAAAAAAAAA='], /^moonwire invoke: there is no connection AAAAAAAAAAAAAAA=\n$/, 2],
      [['--route', 'say', '--connection', 'x'], /^moonwire invoke: "x" is no connection id; /, 2],
      [['app', '--event', 'schedule', '--body', '1'], /^moonwire invoke: --body must be a JSON object for a schedule\n$/, 2],
      [['app', '--config', 'serverless.yml'], /^moonwire invoke: the `moonwire dev` with the control port \d+ runs \S+serverless\.yml, stage dev\n$/],
      [['app', '--config', path.join(dev.directory, 'serverless.yml'), '--stage', 'prod'], /^moonwire invoke: the `moonwire dev` with the control port \d+ runs /],
    ];
    for (const [args, stderr, status = 1] of cases) {
      const answer = invoke(args, { files });
      assert.match(answer.stderr, stderr);
      assert.deepEqual([answer.status, answer.stdout], [status, '']);
    }
    assert.deepEqual(result(['app', '--config', path.join(dev.directory, 'serverless.yml')]).event, {});
  });
}));
