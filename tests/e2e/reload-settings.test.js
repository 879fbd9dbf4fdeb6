'use strict';
// moonwire dev: a changed serverless.yml takes effect, but for what needs a restart.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/dev');
const { YAML, SAYS, FILES, editor, reload, refuse, settings } = require('./helper/reload');

scenario('serverless.yml: variables, routes, functions come, change and go', { files: { ...FILES, 'other.lua': `local ws = require "moonwire.ws"
return { main = function(event) return ws.reply { other = os.getenv "GREETING", route = event.requestContext.routeKey } end }` } }, async (dev) => {
  const client = await dev.connect();
  const message = JSON.stringify({ action: 'x' });
  assert.equal((await client.askJson(message)).word, 'one');
  await reload(dev, () => settings(dev, /$/, '  other:\n    handler: other.main\n    environment: { GREETING: hello }\n    events: [ websocket: x ]\n'));
  assert.deepEqual(await client.askJson(message), { other: 'hello', route: 'x' });
  await reload(dev, () => settings(dev, 'hello', 'goodbye'));
  assert.deepEqual(await client.askJson(message), { other: 'goodbye', route: 'x' });
  await reload(dev, () => settings(dev, 'name: aws', 'name: aws, websocketsApiRouteSelectionExpression: $request.body.kind'));
  assert.equal((await client.askJson(message)).word, 'one');
  assert.equal((await client.askJson({ kind: 'x' })).route, 'x');
  await reload(dev, () => settings(dev, / {2}other:[^]*$/, ''));
  assert.equal((await client.askJson({ kind: 'x' })).word, 'one');
  assert.equal(client.end, undefined);
});

scenario('serverless.yml: a handler or a route that goes away', { files: FILES }, async (dev) => {
  const client = await dev.connect();
  const refused = await refuse(dev, () => settings(dev, 'app.main', 'app.none'));
  assert.match(refused.error.errorMessage, /app\.lua has no function "none"/);
  assert.equal((await client.askJson('?')).word, 'one');
  await reload(dev, () => settings(dev, /app\.none([^]*), websocket: \$default/, 'app.main$1'));
  assert.match(await client.ask('?'), /Forbidden/);
});

scenario('serverless.yml: an authorizer holds for whoever connects from then on', { files: { ...FILES, 'auth.lua': 'return { main = function() error "Unauthorized" end }' } }, async (dev) => {
  const client = await dev.connect();
  const guarded = YAML.replace('websocket: $connect', 'websocket: { route: $connect, authorizer: auth }');
  await reload(dev, () => editor(dev).write('serverless.yml', `${guarded}  auth: { handler: auth.main }\n`));
  await assert.rejects(dev.connect(), ({ status }) => status === 401);
  assert.equal((await client.askJson('?')).word, 'one');
  await reload(dev, () => editor(dev).write('serverless.yml', YAML));
  assert.equal((await (await dev.connect()).askJson('?')).word, 'one');
});

scenario('serverless.yml: one that cannot be read changes nothing, until it can', { files: FILES }, async (dev) => {
  const client = await dev.connect();
  const { error, place, line } = await refuse(dev, () => settings(dev, 'handler: app.main', 'handler: [ 7 ]'));
  assert.match(error.errorMessage, /^serverless\.yml:5: .*handler/);
  assert.deepEqual([place, line], ['serverless.yml:5', 'handler: [ 7 ]']);
  assert.equal((await client.askJson('?')).word, 'one');
  await refuse(dev, () => editor(dev).write('word.lua', SAYS('two')));
  assert.equal((await client.askJson('?')).word, 'one');
  await reload(dev, () => settings(dev, '[ 7 ]', 'app.main'));
  assert.equal((await client.askJson('?')).word, 'two');
  assert.match((await refuse(dev, () => settings(dev, 'name: aws', 'name: aws, websocketsApiRouteSelectionExpression: "${request.body"'))).error.errorMessage, /websocketsApiRouteSelectionExpression/);
});

scenario('serverless.yml: names that need a restart stay, also behind variables, with a warning', { files: {
  ...FILES,
  'serverless.yml': YAML.replace('name: aws', 'name: aws, environment: { NAMES: "${self:service} ${sls:stage} ${self:provider.stage} ${self:provider.region} ${aws:region}" }, region: us-east-1, stage: dev'),
  'word.lua': 'return os.getenv "NAMES" .. " " .. os.getenv "AWS_REGION"',
} }, async (dev) => {
  const names = 'tested dev dev us-east-1 us-east-1 us-east-1';
  assert.equal((await (await dev.connect()).askJson('?')).word, names);
  await reload(dev, () => settings(dev, 'region: us-east-1, stage: dev', 'region: eu-west-1, stage: prod'));
  await dev.line({ type: 'warning', text: /provider\.stage is prod now; .*started again/ });
  await dev.line({ type: 'warning', text: /provider\.region is eu-west-1 now/ });
  assert.equal((await (await dev.connect()).askJson('?')).word, names); // at /dev
});

scenario('serverless.yml: warnings are told once', { files: FILES }, async (dev) => {
  await reload(dev, () => settings(dev, 'timeout: 25', 'timeot: 25'));
  await dev.line({ type: 'warning', text: /timeot/ });
  await reload(dev, () => settings(dev, /$/, '\n# more\n'));
  assert.equal(dev.all({ type: 'warning', text: /timeot/ }).length, 1);
});

scenario('serverless.yml: files that it names, hidden ones and those of other folders, too', { files: {
  ...FILES,
  'app/serverless.yml': `useDotenv: true\n${YAML.replace('timeout: 25', 'timeout: 25\n    environment: { A: "${file(../common.json):word}", B: "${env:WORD, \'no\'}" }')}`,
  'app/app.lua': `local ws = require "moonwire.ws"
return { main = function(event)
  return event.requestContext.eventType == "CONNECT" or ws.reply { word = os.getenv "A" .. " " .. os.getenv "B" }
end }`,
  'common.json': '{ "word": "one" }',
}, args: ['--config', 'app/serverless.yml'] }, async (dev) => {
  const client = await dev.connect();
  const word = async () => (await client.askJson('?')).word;
  assert.equal(await word(), 'one no');
  const { changed } = await reload(dev, () => editor(dev).write('common.json', '{ "word": "two" }'));
  assert.equal(changed, '../common.json');
  assert.equal(await word(), 'two no');
  await reload(dev, () => editor(dev).write('app/.env', 'WORD=yes\n'));
  assert.equal(await word(), 'two yes');
  const { error } = await refuse(dev, () => editor(dev).write('common.json', '{ "word": '));
  assert.match(error.errorMessage, /common\.json/);
  assert.equal(await word(), 'two yes');
  editor(dev).write('new.json', '{ "word": "three" }');
  await reload(dev, () => editor(dev).rename('new.json', 'common.json'));
  assert.equal(await word(), 'three yes');
  await reload(dev, () => editor(dev).remove('app/.env'));
  assert.equal(await word(), 'three no');
});
