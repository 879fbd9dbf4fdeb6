'use strict';
// The service that the guide ends with is packaged by osls, and becomes what the last page says.

const test = require('node:test');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { blocks } = require('../e2e/helper/pages');
const { pack } = require('./helper/framework');
const expect = require('./helper/expect');

const GUIDE = path.resolve(__dirname, '../../docs/guide');

/** The files of the pages, as the last page leaves them. */
function files() {
  const pages = fs.readdirSync(GUIDE).filter((name) => /^\d/.test(name)).sort();
  const saved = pages.flatMap((name) => blocks(`docs/guide/${name}`)).filter(({ language, name }) => name && !/^(console|diff)$/.test(language));
  return Object.fromEntries(saved.map(({ name, lines }) => [name, `${lines.join('\n')}\n`]));
}

/** Calls body(folder) with the service in a fresh one; the Framework does not look into the layer. */
async function inService(body) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-framework-'));
  try {
    for (const [name, text] of Object.entries({ ...files(), 'layer/moonwire-layer-arm64.zip': 'in the place of a layer' })) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    fs.rmSync(path.join(folder, 'echo.lua')); // as step 2 says
    await body(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('the service of the guide, stage prod', () => inService(async (folder) => {
  const made = await pack('osls', folder, { args: ['--stage', 'prod'] });
  expect.expectQuiet(made, ['cloudformation DescribeStacks']);
  const environment = { ORIGIN: 'https://chat.example', ISSUER: 'https://issuer.example', MOONWIRE_STORE: { 'Fn::Sub': 'dynamodb:${Connections}' } };
  expect.expectFunctions(made, { chat: { handler: 'chat' } }, { layers: [{ Ref: 'MoonwireLambdaLayer' }], environment, retention: 30 });
  expect.expectRoutes(made, { $connect: 'chat', $disconnect: 'chat', $default: 'chat' });
  expect.expectPermissions(made, { table: true });
  expect.expectTable(made, 'chat-prod-connections');
  expect.expectLayer(made, 'chat-moonwire');
  expect.expectZip(made, folder, ['chat.lua', 'door.lua']);
}));
