'use strict';
// The services of this repository, and those that `moonwire new` makes, are packaged by the real Frameworks, and what CloudFormation
// would get is what they are meant to be. AWS is played by helper/aws.js.

const { describe, test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { FRAMEWORKS, pack } = require('./helper/framework');
const expect = require('./helper/expect');
const { text, ofType } = require('./helper/template');

const ROOT = path.resolve(__dirname, '../..');
const MOONWIRE = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'), 'moonwire');
const LAYER = 'moonwire-layer-arm64.zip';
const DESCRIBE = 'cloudformation DescribeStacks';
const ARN = 'arn:aws:lambda:us-east-1:123456789012:layer:moonwire-arm64:7';

/** Calls body(folder) with a fresh one. */
async function inFolder(body) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-framework-'));
  try {
    await body(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** The layer of `make package`; when that has not been run, something in its place: the Framework does not look inside. */
function putLayer(file) {
  const built = path.join(ROOT, 'dist', path.basename(file));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (fs.existsSync(built)) fs.copyFileSync(built, file);
  else fs.writeFileSync(file, 'in the place of a layer');
}

/** A copy of this repository as somebody has it who deploys the example. */
function copyRepository(folder) {
  const left = new Set(['.git', 'build', 'dist', 'node_modules'].flatMap((name) => [
    path.join(ROOT, name), path.join(ROOT, 'tests/e2e', name), path.join(ROOT, 'tests/browser', name), path.join(ROOT, 'tests/framework', name),
  ]));
  fs.cpSync(ROOT, folder, { recursive: true, filter: (source) => !left.has(source) });
}

/** The tool as the archive has it, with the layer for arm64: which layers lie in `dist` here does not matter. */
function moonwireNew(folder, template) {
  const tool = path.join(folder, 'tool/bin/moonwire');
  putLayer(path.join(folder, 'tool/lib/moonwire', LAYER));
  fs.mkdirSync(path.dirname(tool));
  fs.copyFileSync(MOONWIRE, tool);
  execFileSync(tool, ['new', 'my-service', '--template', template], { cwd: folder });
  return path.join(folder, 'my-service');
}

const STORE = { MOONWIRE_STORE: { 'Fn::Sub': 'dynamodb:${Connections}' } };
const API = { MOONWIRE_API: { 'Fn::Sub': '${WebsocketsApi}/dev' } };
const OWN_LAYER = { layers: [{ Ref: 'MoonwireLambdaLayer' }] };

/** Where layer/serverless.yml lies: in this repository, and in the archive of the tool. */
const PUBLISHER = {
  osls: { below: 'layer', zips: 'dist', args: [] },
  serverless: { below: 'share/moonwire/layer', zips: 'lib/moonwire', args: ['--param', 'zips=../../../lib/moonwire'] },
};

for (const framework of Object.keys(FRAMEWORKS)) {
  describe(framework, { concurrency: 2 }, () => {
    test('the example of this repository, as it is', () => inFolder(async (folder) => {
      copyRepository(folder);
      putLayer(path.join(folder, 'dist', LAYER));
      const made = await pack(framework, folder);
      expect.expectQuiet(made, [DESCRIBE]);
      expect.expectFunctions(made, {
        chat: { handler: 'handlers/chat' }, echo: { handler: 'handlers/echo.default' }, mirror: { handler: 'handlers/hello.default' },
        foo: { handler: 'handlers/hello.foo' }, notify: { handler: 'handlers/notify.queue' }, tick: { handler: 'handlers/notify.tick' },
      }, { ...OWN_LAYER, environment: { ...STORE, ...API }, retention: 14 });
      expect.expectRoutes(made, {
        $connect: 'chat', $disconnect: 'chat', join: 'chat', say: 'chat', who: 'chat', $default: 'echo', mirror: 'mirror', foo: 'foo',
      });
      expect.expectPermissions(made, { table: true });
      expect.expectTable(made, 'moonwire-example-dev-connections');
      expect.expectLayer(made, 'moonwire-example-moonwire');
      expect.expectZip(made, folder, ['handlers/chat.lua', 'handlers/door.lua', 'handlers/echo.lua', 'handlers/hello.lua', 'handlers/notify.lua']);
    }));

    test('the publisher of the layer', () => inFolder(async (folder) => {
      const { below, zips, args } = PUBLISHER[framework];
      const home = path.join(folder, below);
      fs.cpSync(path.join(ROOT, 'layer'), home, { recursive: true });
      for (const arch of ['x86_64', 'arm64']) putLayer(path.join(folder, zips, `moonwire-layer-${arch}.zip`));
      const made = await pack(framework, home, { args });
      expect.expectQuiet(made, [DESCRIBE, DESCRIBE]);
      for (const [name, arch] of [['X86', 'x86_64'], ['Arm', 'arm64']]) {
        const { Properties: { Content, ...layer }, DeletionPolicy, UpdateReplacePolicy } = made.resources[`${name}LambdaLayer`];
        assert.equal(path.basename(Content.S3Key), `moonwire-layer-${arch}.zip`);
        assert.deepEqual(layer, { LayerName: `moonwire-${arch}`, CompatibleRuntimes: ['provided.al2023'], CompatibleArchitectures: [arch] });
        assert.deepEqual([DeletionPolicy, UpdateReplacePolicy], ['Retain', 'Retain'], 'a version that services use stays');
        assert.deepEqual(made.resources[`Parameter${name}`].Properties, {
          Type: 'String', Name: `/moonwire/layer/v0/${arch}`, Value: { Ref: `${name}LambdaLayer` },
        });
      }
      assert.equal(ofType(made.resources, 'AWS::Lambda::Function').length, 0);
    }));

    test('moonwire new: echo', () => inFolder(async (folder) => {
      const home = moonwireNew(folder, 'echo');
      const made = await pack(framework, home);
      expect.expectQuiet(made, [DESCRIBE]);
      expect.expectFunctions(made, { echo: { handler: 'handlers/echo' } }, { ...OWN_LAYER, retention: 30 });
      expect.expectRoutes(made, { $default: 'echo' });
      expect.expectPermissions(made, { table: false });
      expect.expectLayer(made, 'my-service-moonwire');
      expect.expectZip(made, home, ['handlers/echo.lua']);
    }));

    test('moonwire new: chat', () => inFolder(async (folder) => {
      const home = moonwireNew(folder, 'chat');
      const made = await pack(framework, home);
      expect.expectQuiet(made, [DESCRIBE]);
      expect.expectFunctions(made, { chat: { handler: 'handlers/chat' } }, { ...OWN_LAYER, environment: STORE, retention: 30 });
      expect.expectRoutes(made, { $connect: 'chat', $disconnect: 'chat', $default: 'chat' });
      expect.expectPermissions(made, { table: true });
      expect.expectTable(made, 'my-service-dev-connections');
      expect.expectZip(made, home, ['handlers/chat.lua']);
    }));

    test('moonwire new: notify', () => inFolder(async (folder) => {
      const home = moonwireNew(folder, 'notify');
      const made = await pack(framework, home);
      expect.expectQuiet(made, [DESCRIBE]);
      const environment = { ISSUER: 'https://issuer.example', ...STORE, ...API };
      expect.expectFunctions(made, {
        client: { handler: 'handlers/client' }, notify: { handler: 'handlers/notify.queue', timeout: 30 },
      }, { ...OWN_LAYER, environment, retention: 30 });
      expect.expectRoutes(made, { $connect: 'client', $disconnect: 'client', $default: 'client' });
      expect.expectPermissions(made, { table: true });
      expect.expectTable(made, 'my-service-dev-connections');
      expect.expectZip(made, home, ['handlers/client.lua', 'handlers/door.lua', 'handlers/notify.lua']);
      const [[, { Properties: mapping }]] = ofType(made.resources, 'AWS::Lambda::EventSourceMapping');
      assert.equal(text(mapping.EventSourceArn), 'Jobs.Arn');
      assert.deepEqual(mapping.FunctionResponseTypes, ['ReportBatchItemFailures']);
      const { VisibilityTimeout, RedrivePolicy } = made.resources.Jobs.Properties;
      assert.equal(VisibilityTimeout, 6 * 30);
      assert.deepEqual(RedrivePolicy.deadLetterTargetArn, { 'Fn::GetAtt': ['FailedJobs', 'Arn'] });
    }));

    test('a service with the layer that was published', () => inFolder(async (folder) => {
      const home = moonwireNew(folder, 'echo');
      fs.rmSync(path.join(home, 'layer'), { recursive: true });
      const file = path.join(home, 'serverless.yml');
      const shared = fs.readFileSync(file, 'utf8') // as layer/README.md of the service says
        .replace('layers: [ !Ref MoonwireLambdaLayer ]', "layers: [ '${ssm:/moonwire/layer/v0/arm64}' ]")
        .replace(/^layers:\n(?:.+\n)+/m, '');
      fs.writeFileSync(file, shared);
      const made = await pack(framework, home, { parameters: { '/moonwire/layer/v0/arm64': ARN } });
      expect.expectQuiet(made, ['ssm GetParameter']);
      expect.expectFunctions(made, { echo: { handler: 'handlers/echo' } }, { layers: [ARN], retention: 30 });
      assert.equal(ofType(made.resources, 'AWS::Lambda::LayerVersion').length, 0);
      const unpublished = await pack(framework, home);
      assert.notEqual(unpublished.status, 0);
      assert.match(unpublished.output, /Cannot resolve variable at "provider\.layers/);
    }));
  });
}
