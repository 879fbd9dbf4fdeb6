'use strict';
// Services as the Serverless Framework's own pages describe them, written in Lua, run as they stand.

const assert = require('node:assert/strict');
const path = require('node:path');
const { scenario } = require('./helper/dev');
const { FIXTURES } = require('./helper/program');

const PAGE = { directory: path.join(FIXTURES, 'serverless-page') };
const TUTORIAL = { directory: path.join(FIXTURES, 'echo-tutorial') };
const allowed = { headers: { token: 'allow' } };

scenario('the page on WebSocket events: the token decides', PAGE, async (dev) => {
  assert.equal(await dev.handshake(), 500);
  assert.equal(await dev.handshake({ headers: { token: 'guess' } }), 500);
  assert.equal(await dev.handshake(allowed), 101);
  await dev.line({ type: 'invocation', route: '$disconnect' });
});

scenario('the page on WebSocket events: default and foo', PAGE, async (dev) => {
  const client = await dev.connect(allowed);
  const event = await client.askJson('hello');
  assert.equal(event.body, 'hello');
  assert.equal(event.requestContext.routeKey, '$default');
  assert.equal(await client.ask('{"action":"foo","x":1}'), 'foo heard: {"action":"foo","x":1}');
  assert.equal((await client.askJson('{"action":"bar"}')).body, '{"action":"bar"}');
  const functions = (await dev.invocations(4)).map((line) => `${line.route}: ${line.function}`);
  assert.deepEqual(functions.sort(), ['$connect: connectionHandler', '$default: defaultHandler', '$default: defaultHandler', 'foo: customFooHandler']);
});

scenario('the echo tutorial', TUTORIAL, async (dev) => {
  const warning = await dev.line({ type: 'warning', text: /websocketApiRouteSelectionExpression/ });
  assert.match(warning.text, /websocketsApiRouteSelectionExpression/, 'it names the spelling of today');
  assert.match(warning.text, /serverless\.yml:\d+/);
  const client = await dev.connect();
  const { text } = await dev.line({ type: 'log', text: /^came: / });
  assert.equal(await client.ask('hello'), 'no such action; try echo');
  assert.equal(await client.ask('{"action":"echo","data":"hello"}'), 'hello');
  assert.equal(await client.ask('{"action":"unheard"}'), 'no such action; try echo');
  await client.close();
  assert.equal((await dev.line({ type: 'log', text: /^left: / })).text.slice(6), text.slice(6));
});

scenario('handlers/hello.lua behind the same routes', {
  files: {
    'serverless.yml': `service: hello
provider:
  name: aws
  runtime: provided.al2023
  environment:
    HELLO_TOKEN: allow
functions:
  connectionHandler: { handler: hello.connection, events: [ { websocket: $connect }, { websocket: { route: $disconnect } } ] }
  defaultHandler: { handler: hello.default, events: [ { websocket: $default } ] }
  customFooHandler: { handler: hello.foo, events: [ { websocket: { route: foo } } ] }
`,
    'hello.lua': require('node:fs').readFileSync(path.join(__dirname, '../../handlers/hello.lua'), 'utf8'),
  },
}, async (dev) => {
  assert.equal(await dev.handshake({ headers: { token: 'guess' } }), 500);
  const client = await dev.connect(allowed);
  assert.equal((await client.askJson('hello')).requestContext.eventType, 'MESSAGE');
  assert.equal(await client.ask('{"action":"foo"}'), 'hello from foo, you sent: {"action":"foo"}');
});
