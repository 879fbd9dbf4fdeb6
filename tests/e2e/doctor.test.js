'use strict';
// moonwire doctor: each broken project is named, with the line; correct ones get no complaint.

const { test, describe } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const os = require('node:os');
const { execFile, execFileSync } = require('node:child_process');
const { ROOT, FIXTURES, PATIENCE_MS, command, run, tools, withoutTools, writeFiles } = require('./helper/program');
const { library, zip } = require('./helper/doctor-files');

/** Notes that most small projects get. */
const USUAL = ['timeout-default'];

/** Runs it in a folder. */
async function doctor(folder, args = []) {
  const [program, ...before] = command('moonwire');
  const options = { cwd: folder, env: { PATH: process.env.PATH, ...tools() }, timeout: PATIENCE_MS };
  const { status, stdout, stderr } = await new Promise((resolve) => {
    execFile(program, [...before, 'doctor', '--json', ...args], options, (error, out, err) => resolve({ status: error ? error.code : 0, stdout: out, stderr: err }));
  });
  assert.equal(withoutTools(stderr), '');
  const answer = JSON.parse(stdout);
  return { status, ...answer, lines: answer.findings.map((f) => `${f.level} ${f.code} ${f.file}${f.line ? `:${f.line}` : ''}`) };
}

/** The same for files of its own. */
async function examine(files, args, also = () => {}) {
  const folder = lay(files);
  try {
    also(folder);
    return await doctor(folder, args);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

// ---- Broken projects ---------------------------------------------------------------------------------------------------

const HANDLER = 'local M = {}\nfunction M.main() return true end\nreturn M\n';
const MAIN = { name: 'main.lua', mode: 0o644, data: HANDLER };
const APP = 'local app = require "moonwire.app"\nreturn app {\n';
/** Its layer is not seen, and may bring bootstrap. */
const HEAD = 'service: s1\nprovider:\n  layers: [ "arn:aws:lambda:us-east-1:123456789012:layer:moonwire:1" ]\n  runtime: provided.al2023\n';
const BARE = HEAD.replace(/layers: .*/, 'name: aws');

/** A function `main`, whose handler stands in line 7, with one route below another from line 9 on. */
const one = (routes, handler = 'main.main', more = '') => `${HEAD}functions:\n  main:\n    handler: ${handler}\n    events:\n` +
  routes.map((route) => `      - websocket: ${route}\n`).join('') + more;

const STORE = 'local app = require "moonwire.app"\nreturn app {\n  ["$default"] = function(conn)\n    conn:join("lobby")\n  end,\n}\n';
const STATEMENTS = (actions) => '  iam:\n    role:\n      statements:\n        - Effect: Allow\n' +
  `          Action: [ ${actions} ]\n          Resource: '*'\n`;
const TABLE = (key) => 'resources:\n  Resources:\n    Table:\n      Type: AWS::DynamoDB::Table\n      Properties:\n        TableName: table\n' +
  `        KeySchema: [ { AttributeName: ${key}, KeyType: HASH }, { AttributeName: sk, KeyType: RANGE } ]\n` +
  `        AttributeDefinitions: [ { AttributeName: ${key}, AttributeType: S }, { AttributeName: sk, AttributeType: S } ]\n        TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }\n`;

/** Each has findings: all of them, but for the usual notes where none of these is the point. */
const broken = [
  { name: 'no serverless.yml', files: {}, findings: ['error settings serverless.yml'], message: 'no such file; go to the folder of a service, or say --config FILE' },
  { name: 'broken YAML', files: { 'serverless.yml': 'service: s\n\tprovider:\n' }, findings: ['error settings serverless.yml:2'] },
  { name: 'a setting of the wrong kind', files: { 'serverless.yml': 'service: s\nfunctions:\n  f: { handler: [] }\n' }, findings: ['error settings serverless.yml:3'] },
  { name: 'a variable of resources that stands for itself', files: { 'serverless.yml': one(['$default'], 'main.main', 'resources: "${self:resources}"\n'), 'main.lua': HANDLER },
    findings: ['error settings serverless.yml:10'] },

  // Handlers
  { name: 'no file of the handler', files: { 'serverless.yml': one(['$default']) }, findings: ['error handler-missing serverless.yml:7'] },
  { name: 'no function of that name', files: { 'serverless.yml': one(['$default'], 'main.mian'), 'main.lua': HANDLER }, findings: ['error handler-function serverless.yml:7'],
    message: 'handler "main.mian": main.lua has no function "mian"; it has main' },
  { name: 'a handler that is none', files: { 'serverless.yml': one(['$default'], '/var/task/main.main'), 'main.lua': HANDLER }, findings: ['error handler-name serverless.yml:7'] },
  { name: 'a handler that is no Lua', files: { 'serverless.yml': one(['$default']), 'main.lua': 'local M = {}\nfunction M.main(\n' }, findings: ['error handler-syntax main.lua:3'] },
  { name: 'a handler that fails while it loads', files: { 'serverless.yml': one(['$default']), 'main.lua': 'print "x"\nerror "no luck"\n' },
    findings: ['error handler-load main.lua:2'], message: 'the handler main.main cannot be loaded: no luck' },
  { name: 'a module that is not there', files: { 'serverless.yml': one(['$default']), 'main.lua': 'local other = require "other"\n' }, findings: ['error handler-load main.lua:1'],
    message: "the handler main.main cannot be loaded: module 'other' not found" },
  { name: 'a handler that ends the process', files: { 'serverless.yml': one(['$default']), 'main.lua': 'os.exit(0)\n' }, findings: ['error handler-load serverless.yml:7'],
    message: 'the handler main.main cannot be loaded: the process ended with the status 0' },
  { name: 'an undeclared global while it loads', files: { 'serverless.yml': one(['$default']), 'main.lua': 'return { main = handel }\n' }, findings: ['error handler-load main.lua:1'] },
  { name: 'a variable that only the developer has', files: { 'serverless.yml': one(['$default']), 'main.lua': 'assert(os.getenv "HOME", "no HOME")\n' },
    findings: ['error handler-load main.lua:1'] },
  { name: 'a setting that only `moonwire dev` gives', files: { 'serverless.yml': one(['$default'], 'main'),
    'main.lua': 'local app, auth = require "moonwire.app", require "moonwire.auth"\nlocal door = auth.jwt { issuer = os.getenv "MOONWIRE_LOCAL_ISSUER", audience = "s" }\n' +
      'return app { ["$connect"] = { auth = door }, ["$default"] = function() end }\n' }, findings: ['error handler-load main.lua:2'],
  message: 'the handler main cannot be loaded: auth.jwt: issuer must be a string, or false for any, got nil' },
  { name: 'a handler that never comes to an end', args: ['--load-timeout', '1'], files: { 'serverless.yml': one(['$default']), 'main.lua': 'while true do end\n' }, findings: ['error handler-load serverless.yml:7'],
    message: 'the handler main.main cannot be loaded: it did not finish loading within 1 s' },
  { name: 'a message that is no text', files: { 'serverless.yml': one(['$default']), 'main.lua': 'error "\\255\\0\\27[31m"\n' }, findings: ['error handler-load main.lua:1'] },
  { name: 'a handler that is no Lua, without loading', args: ['--no-load'], files: { 'serverless.yml': one(['$default']), 'main.lua': 'local M = {}\nfunction M.main(\n' },
    findings: ['error handler-syntax main.lua:3'] },
  { name: 'no file, without loading', args: ['--no-load'], files: { 'serverless.yml': one(['$default']) }, findings: ['error handler-missing serverless.yml:7'] },

  // Routes
  { name: 'a message route and no $default', files: { 'serverless.yml': one(['$connect', 'say']), 'main.lua': HANDLER }, findings: ['warning no-default serverless.yml:9'] },
  { name: 'no route for messages at all', files: { 'serverless.yml': one(['$connect', '$disconnect']), 'main.lua': HANDLER }, findings: ['note no-messages serverless.yml:9'] },
  { name: 'two functions on one route', files: { 'serverless.yml': one(['$default'], 'main.main', '  other:\n    handler: main.main\n    events:\n      - websocket: $default\n'), 'main.lua': HANDLER },
    findings: ['error route-twice serverless.yml:13'] },
  { name: 'connect without its $', files: { 'serverless.yml': one(['connect', '$default']), 'main.lua': HANDLER }, findings: ['warning route-spelling serverless.yml:9'] },
  { name: 'a name that API Gateway keeps', files: { 'serverless.yml': one(['$default', '$echo']), 'main.lua': HANDLER }, findings: ['error reserved-route serverless.yml:10'] },
  { name: 'a route that no message can select', files: { 'serverless.yml': one(['$default', 'say', 'v1.say'], 'main.main',
    '').replace('functions:', '  websocketsApiRouteSelectionExpression: v1.${request.body.action}\nfunctions:'), 'main.lua': HANDLER }, findings: ['error route-unselectable serverless.yml:11'] },
  { name: 'an expression that is none', files: { 'serverless.yml': one(['$default']).replace('functions:', '  websocketsApiRouteSelectionExpression: $request.header.action\nfunctions:'), 'main.lua': HANDLER },
    findings: ['error expression serverless.yml:5'] },
  { name: 'an authorizer elsewhere than $connect', files: { 'serverless.yml': one(['\n          route: $default\n          authorizer: door'], 'main.main', '  door:\n    handler: main.main\n'), 'main.lua': HANDLER },
    findings: ['error authorizer-place serverless.yml:11', 'note uncalled serverless.yml:12'] },
  { name: 'a key of the event beside it', files: { 'serverless.yml': one(['$default\n        authorizer: door']), 'main.lua': HANDLER }, findings: ['error event-indentation serverless.yml:10'] },
  { name: 'a two-way route with another value', files: { 'serverless.yml': one(['{ route: $default, routeResponseSelectionExpression: true }']), 'main.lua': HANDLER },
    findings: ['error two-way-value serverless.yml:9'] },
  { name: 'a kind of event that is misspelt', files: { 'serverless.yml': one(['$default', '$connect']).replace('websocket: $connect', 'websockets: $connect'), 'main.lua': HANDLER },
    findings: ['warning unknown-event serverless.yml:10'] },
  { name: 'no route at all', files: { 'serverless.yml': `${HEAD}functions:\n  main:\n    handler: main.main\n    url: true\n`, 'main.lua': HANDLER }, findings: ['note no-route serverless.yml'] },
  { name: 'no event at all', files: { 'serverless.yml': `${HEAD}functions:\n  main:\n    handler: main.main\n`, 'main.lua': HANDLER }, findings: ['warning nothing-called serverless.yml', 'note uncalled serverless.yml:6'] },
  { name: 'a function that nothing calls', files: { 'serverless.yml': one(['$default'], 'main.main', '  other:\n    handler: main.main\n'), 'main.lua': HANDLER }, findings: ['note uncalled serverless.yml:10'] },

  // Apps
  { name: 'a route of the app that nothing selects', files: { 'serverless.yml': one(['$connect', 'say', '$disconnect'], 'main'),
    'main.lua': `${APP}  ["$connect"] = function() return true end,\n  say = function() end,\n  join = function()\n  end,\n}\n` },
  findings: ['error route-unused main.lua:5', 'warning no-default serverless.yml:9'] },
  { name: '$disconnect of the app without an event', files: { 'serverless.yml': one(['$default'], 'main'), 'main.lua': `${APP}  ["$disconnect"] = function() end,\n  say = function() end,\n}\n` },
    findings: ['error route-unused main.lua:3'], hint: /^Add the event `websocket: \$disconnect` to the app's function\.$/ },
  { name: '$connect of the app without an event', files: { 'serverless.yml': one(['$default'], 'main'), 'main.lua': `${APP}  ["$connect"] = function() return false end,\n  say = function() end,\n}\n` },
    findings: ['error route-unused main.lua:3'] },
  { name: 'a route that the app does not have', files: { 'serverless.yml': one(['say', 'tell'], 'main', '  rest:\n    handler: other.main\n    events: [ { websocket: $default } ]\n'),
    'main.lua': `${APP}  say = function() end,\n}\n`, 'other.lua': HANDLER }, findings: ['error route-missing serverless.yml:10'] },
  { name: 'an answer in the body of a one-way route', files: { 'serverless.yml': one(['$default'], 'main'), 'main.lua': `${APP}  ask = { reply = "body", run = function() return {} end },\n}\n` },
    findings: ['error reply-one-way serverless.yml:9'] },
  { name: 'a two-way route whose app posts', files: { 'serverless.yml': one(['$default', '{ route: ask, routeResponseSelectionExpression: $default }'], 'main'),
    'main.lua': `${APP}  ask = function() return {} end,\n}\n` }, findings: ['warning reply-two-way main.lua:3'] },

  // Time
  { name: 'a timeout above 29 s', files: { 'serverless.yml': one(['$default'], 'main.main', '    timeout: 60\n'), 'main.lua': HANDLER }, findings: ['warning timeout-over-client serverless.yml:10'] },
  { name: 'a timeout above 30 s for HTTP', files: { 'serverless.yml': one([], 'main.main', '      - httpApi: GET /\n    timeout: 31\n'), 'main.lua': HANDLER }, findings: ['warning timeout-over-client serverless.yml:9'] },
  { name: 'no timeout', usual: true, files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER }, findings: ['note timeout-default serverless.yml:2'] },

  // Permissions
  { name: 'an API of one\'s own without its permission', files: { 'serverless.yml': one(['$default']).replace('functions:', '  apiGateway:\n    websocketApiId: abc\nfunctions:'), 'main.lua': HANDLER },
    findings: ['error manage-connections serverless.yml:6'] },
  { name: 'a role of this file without the permission', files: { 'serverless.yml': one(['$default'], 'main.main',
    '    role: !GetAtt Role.Arn\nresources:\n  Resources:\n    Role:\n      Type: AWS::IAM::Role\n      Properties:\n        AssumeRolePolicyDocument: { Statement: [ { Effect: Allow, Action: "sts:AssumeRole" } ] }\n' +
    '        Policies: [ { PolicyDocument: { Statement: [ { Effect: Allow, Action: "logs:*", Resource: "*" } ] } } ]\n'), 'main.lua': HANDLER }, findings: ['error manage-connections serverless.yml:10'] },
  { name: 'a role that is not seen', files: { 'serverless.yml': one(['$default']).replace('functions:', '  iam:\n    role: arn:aws:iam::123456789012:role/mine\nfunctions:'), 'main.lua': HANDLER },
    findings: ['note role-unseen serverless.yml:6'] },

  // The store
  { name: 'the store without MOONWIRE_STORE', files: { 'serverless.yml': one(['$default'], 'main'), 'main.lua': STORE }, findings: ['error store-unset main.lua:4'] },
  { name: '... seen without loading', args: ['--no-load'], files: { 'serverless.yml': one(['$default'], 'main'), 'main.lua': STORE }, findings: ['error store-unset main.lua:4'] },
  { name: 'MOONWIRE_STORE without a table', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { MOONWIRE_STORE: "dynamodb:" }\n'), 'main.lua': HANDLER }, findings: ['error store-form serverless.yml:10'] },
  { name: 'a file as the store', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { MOONWIRE_STORE: "sqlite:/tmp/x" }\n'), 'main.lua': HANDLER }, findings: ['warning store-file serverless.yml:10'] },
  { name: 'a table from elsewhere', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { MOONWIRE_STORE: "dynamodb:table" }\n'), 'main.lua': HANDLER }, findings: ['note store-elsewhere serverless.yml:10'] },
  { name: 'a table with another key', files: { 'serverless.yml': one(['$default'], 'main.main', `    environment: { MOONWIRE_STORE: "dynamodb:table" }\n${TABLE('id')}`), 'main.lua': HANDLER },
    findings: ['error store-table serverless.yml:13'] },
  { name: 'a table that keeps everything', files: { 'serverless.yml': one(['$default'], 'main.main', `    environment: { MOONWIRE_STORE: "dynamodb:table" }\n${TABLE('pk').replace(/ *TimeTo.*\n/, '')}`), 'main.lua': HANDLER },
    findings: ['warning store-expiry serverless.yml:13'] },
  { name: 'a table that may not be used', files: { 'serverless.yml': one(['$default'], 'main', `    environment: { MOONWIRE_STORE: "dynamodb:table" }\n${TABLE('pk')}`)
    .replace('functions:', `${STATEMENTS('"dynamodb:Get*", "dynamodb:Put*"')}functions:`), 'main.lua': STORE }, findings: ['error store-permission serverless.yml:16'],
  message: /not allowed is dynamodb:UpdateItem, dynamodb:DeleteItem, dynamodb:Query, dynamodb:BatchGetItem, dynamodb:BatchWriteItem$/ },

  { name: 'a room from a function without a connection', files: { 'serverless.yml': one([], 'main.main', '      - httpApi: GET /\n    environment: { MOONWIRE_STORE: "dynamodb:table" }\n' + TABLE('pk'))
    .replace('functions:', `${STATEMENTS('"dynamodb:*"')}functions:`), 'main.lua': 'local ws = require "moonwire.ws"\nreturn { main = function() return ws.room("lobby"):count() end }\n' },
  findings: ['error store-api main.lua:2'] },

  // What runs it
  { name: 'a runtime of another language', files: { 'serverless.yml': one(['$default']).replace('provided.al2023', 'nodejs20.x'), 'main.lua': HANDLER }, findings: ['error runtime serverless.yml:4'] },
  { name: 'an older provided runtime', files: { 'serverless.yml': one(['$default']).replace('provided.al2023', 'provided.al2'), 'main.lua': HANDLER }, findings: ['error runtime serverless.yml:4'] },
  { name: 'no runtime', files: { 'serverless.yml': one(['$default']).replace('  runtime: provided.al2023\n', ''), 'main.lua': HANDLER }, findings: ['error runtime serverless.yml:2'] },
  { name: 'an architecture that is none', files: { 'serverless.yml': one(['$default'], 'main.main', '    architecture: x86\n'), 'main.lua': HANDLER }, findings: ['error architecture serverless.yml:10'] },
  { name: 'no layer, and no bootstrap in the package', files: { 'serverless.yml': one(['$default']).replace(HEAD, BARE), 'main.lua': HANDLER }, findings: ['error bootstrap-missing serverless.yml:4'],
    message: 'neither a layer nor the package brings bootstrap for main: nothing would run the handlers' },
  { name: 'a section of layers that nothing names', files: { 'serverless.yml': one(['$default'], 'main.main', 'layers: { moonwire: { path: layer } }\n').replace(HEAD, BARE), 'main.lua': HANDLER, 'layer/bootstrap': '#!/bin/sh\n' },
    findings: ['error bootstrap-missing serverless.yml:4'] },
  { name: 'the name of a layer without the section', files: { 'serverless.yml': one(['$default'], 'main.main', '    layers: [ !Ref MoonwireLambdaLayer ]\n'), 'main.lua': HANDLER }, findings: ['error resource-unknown serverless.yml:10'] },
  { name: 'bootstrap of another machine', files: { 'serverless.yml': one(['$default'], 'main.main', '    architecture: arm64\n'), 'main.lua': HANDLER, bootstrap: () => library('x86_64') },
    findings: ['error bootstrap-architecture bootstrap'] },
  { name: 'bootstrap that is not executable', files: { 'serverless.yml': one(['$default'], 'main.main', 'package:\n  artifact: all.zip\n'), 'main.lua': HANDLER,
    'all.zip': () => zip([{ name: 'bootstrap', mode: 0o644, data: 'x' }, MAIN]) }, findings: ['error bootstrap-mode serverless.yml:11'] },
  { name: 'a package that is no archive', files: { 'serverless.yml': one(['$default'], 'main.main', 'package:\n  artifact: all.zip\n'), 'main.lua': HANDLER, 'all.zip': 'PK' },
    findings: ['error archive-damaged serverless.yml:11'], message: 'all.zip is no whole zip archive' },
  { name: 'an archive that is cut off', files: { 'serverless.yml': one(['$default'], 'main.main', 'package:\n  artifact: all.zip\n'), 'main.lua': HANDLER,
    'all.zip': () => zip([{ name: 'bootstrap', mode: 0o755, data: library('x86_64') }]).subarray(0, 200) }, findings: ['error archive-damaged serverless.yml:11'] },
  { name: 'bootstrap with other bytes than its archive says', files: { 'serverless.yml': one(['$default'], 'main.main', 'package:\n  artifact: all.zip\n'), 'main.lua': HANDLER,
    'all.zip': () => zip([{ name: 'bootstrap', mode: 0o755, data: 'x', size: 2 }, MAIN]) }, findings: ['error archive-damaged serverless.yml:11'] },
  { name: 'a list of entries that is spoilt', files: { 'serverless.yml': one(['$default'], 'main.main', 'package:\n  artifact: all.zip\n'), 'main.lua': HANDLER,
    'all.zip': () => {
      const bytes = zip([{ name: 'a', mode: 0o644, data: 'x' }, { name: 'bootstrap', mode: 0o755, data: 'x' }]);
      bytes.write('XX', bytes.lastIndexOf('PK\x01\x02'));
      return bytes;
    } }, findings: ['error archive-damaged serverless.yml:11'] },
  { name: 'a layer of another architecture', files: { 'serverless.yml': one(['$default'], 'main.main', '    layers: [ !Ref MoonwireLambdaLayer ]\nlayers:\n  moonwire:\n    package: { artifact: layer-arm64.zip }\n'),
    'main.lua': HANDLER, 'layer-arm64.zip': () => zip([{ name: 'bootstrap', mode: 0o755, data: library('arm64') }]) }, findings: ['error bootstrap-architecture serverless.yml:12'],
    message: 'layer-arm64.zip is for arm64, but x86_64 is the architecture of main' },
  { name: 'a layer that says it is for another one', files: { 'serverless.yml': one(['$default'], 'main.main', '    layers: [ !Ref MoonwireLambdaLayer ]\nlayers:\n  moonwire:\n    path: layer\n    compatibleArchitectures: [ arm64 ]\n'), 'main.lua': HANDLER, 'layer/bootstrap': '#!/bin/sh\n' },
    findings: ['error bootstrap-architecture serverless.yml:10'] },
  { name: 'a layer of an older version', files: { 'serverless.yml': one(['$default'], 'main.main', '    layers: [ !Ref MoonwireLambdaLayer ]\nlayers:\n  moonwire:\n    package: { artifact: layer.zip }\n'), 'main.lua': HANDLER,
    'layer.zip': () => zip([{ name: 'bootstrap', mode: 0o755, data: 'moonwire/0.0.9', deflated: true }]) }, findings: ['warning layer-age serverless.yml:12'] },
  { name: 'bootstrap of an older version in the package', files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER, bootstrap: 'User-Agent: moonwire/0.0.12\r\n' }, findings: ['warning layer-age bootstrap'] },
  { name: 'a layer that is not made yet', files: { 'serverless.yml': one(['$default'], 'main.main', '    layers: [ { Ref: MoonwireLambdaLayer } ]\nlayers:\n  moonwire:\n    package: { artifact: layer.zip }\n'), 'main.lua': HANDLER },
    findings: ['error layer-missing serverless.yml:12'], hint: /^Put it there/ },
  { name: '... that comes with the tool', files: { 'serverless.yml': one(['$default'], 'main.main', '    layers: [ { Ref: MoonwireLambdaLayer } ]\nlayers:\n  moonwire:\n    package: { artifact: layer/moonwire-layer-x86_64.zip }\n'), 'main.lua': HANDLER },
    findings: ['error layer-missing serverless.yml:12'], hint: /^Copy moonwire-layer-x86_64\.zip there: it is in lib\/moonwire of the archive.* `make package`/ },
  { name: 'pipes in the place of bootstrap and of an archive', files: { 'serverless.yml': one(['$default'], 'main.main', '    layers: [ !Ref MoonwireLambdaLayer ]\nlayers:\n  moonwire:\n    package: { artifact: layer.zip }\n'), 'main.lua': HANDLER }, findings: ['error layer-missing serverless.yml:12'],
    also: (folder) => execFileSync('mkfifo', [path.join(folder, 'bootstrap'), path.join(folder, 'layer.zip')]) },
  { name: 'a pipe in the place of the artifact', files: { 'serverless.yml': one(['$default'], 'main.main', 'package:\n  artifact: all.zip\n'), 'main.lua': HANDLER }, findings: ['error layer-missing serverless.yml:11'],
    also: (folder) => execFileSync('mkfifo', [path.join(folder, 'all.zip')]) },
  { name: 'a library of another machine', files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER, 'lua_modules/lib/lua/5.1/x.so': () => library('arm64') },
    findings: ['error library-architecture lua_modules/lib/lua/5.1/x.so'], message: 'it is for arm64, but x86_64 is the architecture of main' },
  { name: 'a library for another glibc', files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER, 'x.so': () => library('x86_64', 'GLIBC_2.38') },
    findings: ['error library-glibc x.so'], message: 'it needs glibc 2.38, and Amazon Linux 2023 has 2.34' },
  { name: 'a library that is none', files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER, 'x.so': 'MZ' }, findings: ['error library-form x.so'] },

  // The zip
  { name: 'patterns that leave the handler out', files: { 'serverless.yml': one(['$default'], 'src/main.main', "package:\n  patterns:\n    - '!**'\n    - lib/**\n"), 'src/main.lua': HANDLER },
    findings: ['error package-missing serverless.yml:12'], message: 'the pattern !** leaves src/main.lua out of the zip of main' },
  { name: 'a module that a later pattern takes out again, required in a function only', files: {
    'serverless.yml': one(['$default'], 'main', "package:\n  patterns:\n    - '!**'\n    - '**/*.lua'\n    - '!lib'\n"), 'lib/util.lua': 'return {}\n',
    'main.lua': `${APP}  ["$default"] = function()\n    return require("lib.util")\n  end,\n}\n` },
  findings: ['warning package-required serverless.yml:14'], said: 'the pattern !lib leaves lib/util.lua out of the zip of main, which is required in main.lua:4' },
  { name: '... seen without loading', args: ['--no-load'], files: { 'serverless.yml': one(['$default'], 'main.main', "package: { patterns: [ '!lib/**' ] }\n"),
    'main.lua': `local util = require "lib.util"\n${HANDLER}`, 'lib/util.lua': 'return {}\n' }, findings: ['warning package-required serverless.yml:10'] },
  { name: '... behind a string that looks like a comment', args: ['--no-load'], files: { 'serverless.yml': one(['$default'], 'main.main', "package: { patterns: [ '!lib/**' ] }\n"),
    'main.lua': `-- --[[ ]]\nlocal s, t = "-- x", '\\'--[['; local u = require [[lib.util]] --[==[ require "lib.no" ]] ]==]\n${HANDLER}`, 'lib/util.lua': 'return {}\n', 'lib/no.lua': '' },
    findings: ['warning package-required serverless.yml:10'], said: 'the pattern !lib/** leaves lib/util.lua out of the zip of main, which is required in main.lua:2' },
  { name: 'a C module that nobody packs', files: { 'serverless.yml': one(['$default'], 'main.main', "package: { patterns: [ '!**', '**/*.lua' ] }\n"),
    'main.lua': `function _G.later() return require "fast" end\n${HANDLER}`, 'lua_modules/lib/lua/5.1/fast.so': () => library('x86_64') }, findings: ['warning package-required serverless.yml:10'] },
  { name: 'a zip with all that lies about', files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER, 'main_spec.lua': '', 'spec/x_spec.lua': '', '.moonwire/lua/x.lua': '', '.env': 'A=1',
    'node_modules/x/index.js': '', 'layer/moonwire-layer-arm64.zip': 2e6 }, findings: Array(5).fill('warning package-surplus serverless.yml') },
  { name: 'a zip that is older than a module', files: { 'serverless.yml': one(['$default'], 'main.main', 'package: { artifact: all.zip }\n'), 'main.lua': `local util = require "util"\n${HANDLER}`,
    'util.lua': 'return {}\n', 'all.zip': () => zip([{ name: 'bootstrap', mode: 0o755, data: 'x' }, MAIN]) }, findings: ['error package-missing serverless.yml:10'],
    message: 'util.lua is not in all.zip, which main gets', hint: /^Make the archive again/ },
  { name: 'specs in the zip', files: { 'serverless.yml': one(['$default'], 'main.main', "package:\n  patterns: [ '!**', '**/*.lua' ]\n"), 'main.lua': HANDLER, 'main_spec.lua': '' },
    findings: ['warning package-surplus serverless.yml:11'] },
  { name: 'patterns of a function that shares the zip', files: { 'serverless.yml': one(['$default'], 'main.main', "    package: { patterns: [ '!**' ] }\n"), 'main.lua': HANDLER },
    findings: ['warning patterns-ignored serverless.yml:10'] },
  { name: 'patterns of a function with a zip of its own', files: { 'serverless.yml': one(['$default'], 'main.main', "    package: { individually: true, patterns: [ '!main.lua' ] }\n"), 'main.lua': HANDLER },
    findings: ['error package-missing serverless.yml:10'] },

  // Sizes
  { name: 'a zip of more than 250 MB, whatever its patterns leave out', files: { 'serverless.yml': one(['$default'], 'main.main', "package:\n  patterns: [ '!more.bin' ]\n"), 'main.lua': HANDLER,
    'data.bin': 251 * 1024 * 1024, 'more.bin': 1024 ** 3 }, findings: ['error package-size serverless.yml:11'], message: 'what goes into the zip has 252 MB unpacked; Lambda takes 250' },
  { name: 'an environment of more than 4 KB', files: { 'serverless.yml': one(['$default'], 'main.main', `    environment: { LONG: ${'x'.repeat(4096)} }\n`), 'main.lua': HANDLER }, findings: ['error environment-size serverless.yml:10'] },
  { name: 'a variable that Lambda sets', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { AWS_REGION: x }\n'), 'main.lua': HANDLER }, findings: ['error environment-name serverless.yml:10'] },
  { name: 'a variable with a name that Lambda does not take', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { my-name: x }\n'), 'main.lua': HANDLER }, findings: ['error environment-name serverless.yml:10'] },
  { name: 'a variable that is a list', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { LIST: [ 1 ] }\n'), 'main.lua': HANDLER }, findings: ['error environment-value serverless.yml:10'] },
  { name: 'a package of more than 250 MB', files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER, 'data.bin': 251 * 1024 * 1024 }, findings: ['error package-size serverless.yml'] },
  { name: 'an artifact of more than 250 MB', files: { 'serverless.yml': one(['$default'], 'main.main', 'package:\n  artifact: all.zip\n'), 'main.lua': HANDLER,
    'all.zip': () => zip([{ name: 'bootstrap', mode: 0o755, data: 'x' }, { name: 'big', mode: 0o644, data: 'x', size: 251 * 1024 * 1024 }, MAIN]) }, findings: ['error package-size serverless.yml:11'] },
  { name: 'a name of more than 64 characters', files: { 'serverless.yml': one(['$default']).replace('service: s1', `service: ${'s'.repeat(60)}`), 'main.lua': HANDLER }, findings: ['error name-length serverless.yml:6'] },
  { name: 'a long description', files: { 'serverless.yml': one(['$default'], 'main.main', `    description: ${'x'.repeat(257)}\n`), 'main.lua': HANDLER }, findings: ['error description-length serverless.yml:10'] },
  { name: 'six layers', files: { 'serverless.yml': one(['$default'], 'main.main', `    layers: [ ${Array(6).fill('"arn:aws:lambda:x"').join(', ')} ]\n`), 'main.lua': HANDLER }, findings: ['error layer-count serverless.yml:10'] },

  // Spelling
  { name: 'an old spelling of the expression', files: { 'serverless.yml': one(['$default']).replace('functions:', '  websocketApiRouteSelectionExpression: $request.body.action\nfunctions:'), 'main.lua': HANDLER },
    findings: ['warning old-spelling serverless.yml:5'] },
  { name: 'old spellings of the Framework', files: { 'serverless.yml': one(['$default'], 'main.main', '    awsKmsKeyArn: arn:x\n    package: { include: [ x ] }\npackage: { exclude: [ x ] }\nvariablesResolutionMode: 20210326\n')
    .replace('functions:', '  iamRoleStatements: []\nfunctions:'), 'main.lua': HANDLER },
  findings: [5, 11, 12, 13, 14].map((line) => `warning old-spelling serverless.yml:${line}`) },
  { name: 'a setting that is misspelt', files: { 'serverless.yml': one(['$default'], 'main.main', '    enviroment: {}\n'), 'main.lua': HANDLER }, findings: ['warning misspelt-setting serverless.yml:10'] },
  { name: 'a setting that nobody knows', files: { 'serverless.yml': one(['$default'], 'main.main', '    colour: red\n'), 'main.lua': HANDLER }, findings: ['warning unknown-setting serverless.yml:10'] },
  { name: 'a setting that a plugin may know', files: { 'serverless.yml': one(['$default'], 'main.main', '    colour: red\nplugins: [ serverless-colours ]\n'), 'main.lua': HANDLER }, findings: ['note plugin-setting serverless.yml:10'] },

  { name: 'addresses for examples', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { ORIGIN: "https://app.Example.com/x" }\n')
    .replace('functions:', '  environment:\n    FINE: https://notexample.com\n    ISSUER: https://issuer.example\nfunctions:'), 'main.lua': HANDLER },
  findings: ['note placeholder serverless.yml:7', 'note placeholder serverless.yml:13'] },

  { name: 'a name that the Framework takes for no service', files: { 'serverless.yml': one(['$default']).replace('s1', 'my_chat'), 'main.lua': HANDLER }, findings: ['error service-name serverless.yml:1'] },
  { name: 'a region that there is not', files: { 'serverless.yml': one(['$default']).replace('functions:', '  region: us-est-1\nfunctions:'), 'main.lua': HANDLER }, findings: ['warning region serverless.yml:5'] },
  { name: 'an action that there is not', files: { 'serverless.yml': one(['$default']).replace('functions:', `${STATEMENTS('"execute-api:manageconnections", "execute-api:ManageConections"')}functions:`), 'main.lua': HANDLER },
    findings: ['warning misspelt-action serverless.yml:9'] },

  // Variables
  { name: 'variables without a value and a default', files: { 'serverless.yml': one(['$default'], 'main.main',
    '    environment:\n      ONE: "${env:NO_SUCH_NAME}"\n      TWO: "x/${self:custom.nope}"\n      TEN: "${opt:colour}/${param:colour}"\n      FINE: "${env:NO_SUCH_NAME, \'x\'}"\n      AWS: "${ssm:/x, env:NO_SUCH_NAME}"\n' +
    'custom:\n  unused: ${self:custom.no.such}\n'), 'main.lua': HANDLER },
  findings: ['warning variable-unset serverless.yml:11', 'error variable-missing serverless.yml:12', 'warning variable-unset serverless.yml:13', 'note unknown-here serverless.yml:15', 'error variable-missing serverless.yml:17'] },

  // Names of resources
  { name: 'a table that was taken out', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { MOONWIRE_STORE: !Sub "dynamodb:${Table}" }\nresources:\n  Resources:\n'), 'main.lua': HANDLER },
    findings: ['note unknown-here serverless.yml:10', 'error resource-unknown serverless.yml:10', 'note store-elsewhere serverless.yml:10'] },
  { name: 'resources that there are not', files: { 'serverless.yml': one(['$default'], 'main.main', `    layers: [ !Ref MoonLambdaLayer ]
layers: { moonwire: { path: layer } }
resources:
  Resources:
    Table: { Type: "AWS::SNS::Topic", DependsOn: [ Topic ] }
    More: { Type: "AWS::SNS::Topic", Properties: { TopicName: !Ref MainLambdaFunction, DisplayName: !GetAtt OtherLambdaFunction.Arn } }
  Outputs:
    One: { Value: !Sub "\${Table}/\${Tabel}/\${!Literal}/\${AWS::Region}/\${WebsocketsApi}" }
    Two: { Value: { "Fn::GetAtt": [ Jobs, Arn ] } }
    Three: { Value: !Sub [ "\${own}/\${Other.Arn}", { own: 1 } ] }
  extensions:
    MainLambdaPermissionWebsockets: { Properties: {} }
    ChatLambdaPermissionWebsockets: { Properties: {} }
`), 'main.lua': HANDLER, 'layer/bootstrap': '#!/bin/sh\n' },
  findings: [10, 14, 15, 17, 18, 19, 22].map((line) => `error resource-unknown serverless.yml:${line}`) },
  { name: 'a name that nothing replaces', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { QUEUE: "x/${Jobs}" }\n'), 'main.lua': HANDLER },
    findings: ['error not-substituted serverless.yml:10'] },

  // Queues
  { name: 'records that failed, which nobody hears of', files: { 'serverless.yml': one(['$default'], 'main.main', '      - sqs: { arn: "arn:aws:sqs:us-east-1:1:q" }\n'),
    'main.lua': 'local batch = require "moonwire.batch"\nreturn { main = batch.sqs(function() end) }\n' }, findings: ['note not-served-here serverless.yml:10', 'error batch-response serverless.yml:10'] },
  { name: 'a queue that brings a job again before it is done', files: { 'serverless.yml': one(['$default'], 'main.main', '      - sqs: { arn: !GetAtt Jobs.Arn }\n    timeout: 31\nresources:\n  Resources:\n    Jobs: { Type: "AWS::SQS::Queue" }\n'), 'main.lua': HANDLER },
    findings: ['note not-served-here serverless.yml:10', 'warning timeout-over-client serverless.yml:11', 'error queue-visibility serverless.yml:14'] },

  // What only counts here, and the rest of what the reader says
  { name: 'a variable that is not known here', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { XY: "${ssm:/x}" }\n'), 'main.lua': HANDLER }, findings: ['note unknown-here serverless.yml:10'] },
  { name: 'a queue', files: { 'serverless.yml': one(['$default'], 'main.main', '      - sqs: arn:aws:sqs:us-east-1:1:q\n'), 'main.lua': HANDLER }, findings: ['note not-served-here serverless.yml:10'] },
  { name: 'an authorizer of another service', files: { 'serverless.yml': one(['$default', '{ route: $connect, authorizer: "arn:aws:lambda:us-east-1:1:function:door" }']), 'main.lua': HANDLER },
    findings: ['note foreign-authorizer serverless.yml:10'] },
  { name: 'a stage variable', files: { 'serverless.yml': one(['$default', '{ route: $connect, authorizer: { name: door, identitySource: [ stageVariables.x ] } }'], 'main.main', '  door: { handler: main.main }\n'), 'main.lua': HANDLER },
    findings: ['warning stage-variable serverless.yml:10'] },
  { name: 'credentials for every origin', files: { 'serverless.yml': one([], 'main.main', '      - httpApi: GET /\n').replace('functions:', '  httpApi:\n    cors: { allowedOrigins: [ "*" ], allowCredentials: true }\nfunctions:'), 'main.lua': HANDLER },
    findings: ['error cors-credentials serverless.yml:6'] },
  { name: 'more warnings than are kept', files: { 'serverless.yml': one(['$default'], 'main.main', Array.from({ length: 101 }, (_, i) => `    some${i}: 1\n`).join('')), 'main.lua': HANDLER },
    findings: ['note more-warnings serverless.yml', ...Array.from({ length: 99 }, (_, i) => `warning unknown-setting serverless.yml:${10 + i}`)] },
];

/** Writes text, bytes that a function makes, or so many bytes of nothing. */
function lay(files) {
  const folder = writeFiles({});
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'function' ? content() : typeof content === 'number' ? '' : content);
    if (typeof content === 'number') fs.truncateSync(file, content);
  }
  return folder;
}

const AT_ONCE = { concurrency: os.cpus().length };

describe('broken projects', AT_ONCE, () => {
  for (const { name, files, args, also, findings, message, said, hint, usual } of broken) {
    test(name, async () => {
      const answer = await examine(files, args, also);
      const lines = answer.lines.filter((line) => usual || !USUAL.includes(line.split(' ')[1]));
      assert.deepEqual(lines, findings);
      if (message instanceof RegExp) assert.match(answer.findings.find((f) => f.level === 'error').message, message);
      else if (message) assert.equal(answer.findings.find((f) => f.level === 'error').message, message);
      if (said) assert.ok(answer.findings.some((f) => f.message === said), JSON.stringify(answer.findings));
      if (hint) assert.ok(answer.findings.some((f) => hint.test(f.hint)), JSON.stringify(answer.findings));
      assert.equal(answer.status, findings.some((line) => !line.startsWith('note')) ? 1 : 0);
    });
  }
});

// ---- Codes -------------------------------------------------------------------------------------------------------------

/** code -> level, as the program has them. */
function catalogue() {
  const code = 'local json, project = require "moonwire.json", require "moonwire.core.project"\n' +
    'print(json.encode { all = require "moonwire.doctor.catalogue", reader = json.array(project.codes()) })';
  const { stdout } = run(['lua', '-e', code]);
  return JSON.parse(stdout);
}

test('every code is in docs/doctor.md, with its level, and has a broken project', () => {
  const { all, reader } = catalogue();
  const page = fs.readFileSync(path.join(ROOT, 'docs/doctor.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| (\w+) \|/gm)].map(([, code, level]) => `${code} ${level}`);
  assert.deepEqual(rows.sort(), Object.entries(all).map(([code, { level }]) => `${code} ${level}`).sort());
  const seeded = new Set(broken.flatMap(({ findings }) => findings.map((line) => line.split(' ')[1])));
  assert.deepEqual(Object.keys(all).filter((code) => !seeded.has(code)), []);
  assert.deepEqual(reader.filter((code) => !all[code]), []);
});

// ---- Correct projects --------------------------------------------------------------------------------------------------

const FULL = `service: full
provider:
  name: aws
  runtime: provided.al2023
  architecture: arm64
  timeout: 20
  layers: [ !Ref MoonwireLambdaLayer ]
  environment: { MOONWIRE_STORE: !Sub "dynamodb:\${Table}" }
${STATEMENTS('"dynamodb:*"')}functions:
  door: { handler: src/door.main }
  chat:
    handler: src/chat
    events:
      - websocket: { route: $connect, authorizer: { name: door, identitySource: [ route.request.querystring.token ] } }
      - websocket: $disconnect
      - websocket: $default
      - websocket: { route: ask, routeResponseSelectionExpression: $default }
  say: # another function of the same app
    handler: src/chat
    events: [ { websocket: say }, { httpApi: GET / } ]
layers:
  moonwire:
    package: { artifact: layer-arm64.zip }
    compatibleArchitectures: [ arm64 ]
${TABLE('pk')}`;

const FULL_FILES = {
  'serverless.yml': FULL,
  'src/door.lua': HANDLER,
  'src/chat.lua': `local rooms = require "src.rooms"\n${APP}  ["$connect"] = function() return true end,\n  ["$disconnect"] = function() end,\n` +
    '  ask = { reply = "body", run = function() return {} end },\n  say = function() end,\n  join = rooms.join,\n  ["$default"] = function() end,\n}\n',
  'src/rooms.lua': 'return { join = function(conn) conn:join "lobby" end }\n',
  'lua_modules/lib/lua/5.1/x.so': () => library('arm64', 'GLIBC_2.34'),
  'layer-arm64.zip': () => zip([{ name: 'bootstrap', mode: 0o755, data: library('arm64'), deflated: true }]),
};

test('a service that has everything gets no complaint, not even a note', async () => {
  const { status, lines } = await examine(FULL_FILES);
  assert.deepEqual(lines, []);
  assert.equal(status, 0);
});

/** What looks like a fault and is none. */
const harmless = [
  { name: 'resources that a plugin, a macro or a variable may bring', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { NAME: Nobody }\n    layers: [ !Ref Nobody ]\nplugins: [ some-plugin ]\n'), 'main.lua': HANDLER } },
  { name: '... a macro', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { NAME: Nobody }\n    layers: [ !Ref Nobody ]\nresources: { Transform: Macro }\n'), 'main.lua': HANDLER } },
  { name: '... a variable', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { NAME: Nobody }\n    layers: [ !Ref Nobody ]\nresources: "${ssm:/x}"\n'), 'main.lua': HANDLER } },
  { name: 'a queue that waits long enough, whose failures are heard of', files: { 'serverless.yml': one(['$default'], 'main.main',
    '      - sqs: { arn: !GetAtt Jobs.Arn, functionResponseType: ReportBatchItemFailures }\n    timeout: 29\nresources: { Resources: { Jobs: { Type: "AWS::SQS::Queue" } } }\n'),
  'main.lua': 'local batch = require "moonwire.batch"\nreturn { main = batch.sqs(function() end) }\n' } },
  { name: 'a queue whose timeout is known on AWS only', files: { 'serverless.yml': one(['$default'], 'main.main',
    '      - sqs: { arn: !GetAtt Jobs.Arn }\n      - sqs: { arn: !GetAtt More.Arn }\n    timeout: 29\nresources:\n  Resources:\n    Jobs: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: !Ref Time } }\n' +
    '    More: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: [ 1 ] } }\n    Time: { Type: "AWS::SSM::Parameter" }\n'), 'main.lua': HANDLER } },
  { name: 'modules that are named, and not required', files: { 'serverless.yml': one(['$default'], 'main.main', "package: { patterns: [ '!lib/**' ] }\n"), 'lib/util.lua': 'return {}\n', 'lib/utility.lua': '',
    'main.lua': `--[[ require "lib.util"\nrequire "lib.util" ]]\nlocal a = [==[\nrequire "lib.util"]]\n]==]\nlocal b = 'require "lib.util"'\nlocal c = "use \\"x\\": require 'lib.util'"\n` +
      `local d = { require = tostring }; d.require "lib.util"\nlocal function e(x) return require("lib.util" .. x) end\n-- require "lib.util"\n${HANDLER}` } },
  { name: 'patterns that close no folder, or are not known', files: { 'serverless.yml': one(['$default'], 'lib/x/main.main', "    package: { individually: true, patterns: [ '!lib/*', '!.*', '!node_modules/**' ] }\n" +
    "  other:\n    handler: lib/x/main.main\n    events: [ { websocket: say } ]\n    package: { individually: true, patterns: [ '!**', '@(*(l)ib|x)/**' ] }\n"), 'lib/x/main.lua': HANDLER } },
  { name: 'what would be too large, left out by patterns', files: { 'serverless.yml': one(['$default'], 'main.main', "package: { patterns: [ '!**', '**/*.lua', '!**/*_spec.lua' ] }\n"), 'main.lua': HANDLER,
    'main_spec.lua': '', 'data.bin': 251 * 1024 * 1024 } },
  { name: 'what is needed for developing only, and .env that is read', files: { 'serverless.yml': `useDotenv: true\n${one(['$default'])}`, 'main.lua': HANDLER,
    '.env': 'A=1', 'package.json': '{"devDependencies":{"osls":"3"}}', 'node_modules/osls/index.js': '' } },
  { name: 'patterns that are not known, and a zip that is ready', files: { 'serverless.yml': one(['$default'], 'main.main', "  other:\n    handler: main.main\n    events: [ { websocket: say } ]\n    package: { artifact: other.zip }\n" +
    'package: { patterns: [ "!**", "${ssm:/x}" ] }\n'), 'main.lua': HANDLER, 'other.zip': () => zip([{ name: 'main.lua', mode: 0o644, data: HANDLER }]) } },
  { name: 'an API of another service, which has the other routes', files: { 'serverless.yml': one(['say']).replace('functions:', `  apiGateway: { websocketApiId: x }\n${STATEMENTS('"execute-api:*"')}functions:`), 'main.lua': HANDLER } },
  { name: 'managed policies, which are not seen', files: { 'serverless.yml': one(['$default']).replace('functions:', '  apiGateway: { websocketApiId: x }\n  iam: { role: { managedPolicies: [ "arn:x" ] } }\nfunctions:'), 'main.lua': HANDLER } },
  ...['us-gov-west-1', 'eusc-de-east-1', 'ap-southeast-7', 'mx-central-1'].map((region) => (
    { name: `the region ${region}`, files: { 'serverless.yml': one(['$default']).replace('functions:', `  region: ${region}\nfunctions:`), 'main.lua': HANDLER } })),
  { name: 'actions of execute-api with wildcards', files: { 'serverless.yml': one(['$default']).replace('functions:', `${STATEMENTS('"execute-api:*", "execute-api:Invoke", "execute-api:Manage*"')}functions:`), 'main.lua': HANDLER } },
  { name: 'a section custom that names itself, and a file', files: { 'serverless.yml': one(['$default'], 'main.main', 'custom:\n  all: ${self:custom}\n  rest: ${file(rest.yml)}\n'), 'main.lua': HANDLER, 'rest.yml': 'a: ${self:service}\n' } },
  { name: 'a conn of something else', files: { 'serverless.yml': one(['$default']), 'main.lua': `local conn = { data = 1 }\nprint(conn.data)\n-- ws.room, conn:join\n${HANDLER}` } },
  { name: 'a table whose settings are not known', files: { 'serverless.yml': one(['$default'], 'main.main', '    environment: { MOONWIRE_STORE: "dynamodb:T" }\nresources: { Resources: { T: { Type: x, Properties: "${ssm:/x}" } } }\n'), 'main.lua': HANDLER } },
  { name: 'statements that are not known', files: { 'serverless.yml': one(['$default']).replace('functions:', '  apiGateway: { websocketApiId: x }\n  iam: { role: { statements: "${ssm:/x}" } }\nfunctions:'), 'main.lua': HANDLER } },
  { name: 'a role of this file that may send', files: { 'serverless.yml': one(['$default'], 'main.main',
    '    role: Role\nresources: { Resources: { Role: { Properties: { Policies: [ { PolicyDocument: { Statement: { Effect: Allow, Action: "execute-api:Manage*" } } } ] } } } }\n'), 'main.lua': HANDLER } },
  { name: 'a module that prints and types that are defined twice', files: { 'serverless.yml': one(['$default'], 'main.main', '  other:\n    handler: main.main\n    events: [ { websocket: say } ]\n'),
    'main.lua': `require("ffi").cdef "struct point { int x; };"\nprint "{}"\nio.stderr:write "noise\\n"\n${HANDLER}` } },
  { name: 'a link to a folder, and a pipe', files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER },
    also: (folder) => {
      fs.symlinkSync('/usr', path.join(folder, 'usr.so'));
      execFileSync('mkfifo', [path.join(folder, 'pipe.so')]);
    } },
];

describe('harmless', AT_ONCE, () => {
  for (const { name, files, also } of harmless) {
    test(name, async () => {
      const { status, lines } = await examine(files, [], also);
      assert.deepEqual(lines.filter((line) => !line.startsWith('note')), []);
      assert.equal(status, 0);
    });
  }
});

/** Each is one change to that service, and what is found then: a rule that found nothing would be no rule. */
const spoiled = [
  ['src/rooms.lua', 'conn:join', 'con:join', []],
  ['serverless.yml', 'MOONWIRE_STORE:', 'OTHER:', ['error store-unset src/rooms.lua:1']],
  ['serverless.yml', 'dynamodb:*', 'dynamodb:Get*', ['error store-permission serverless.yml:8']],
  ['serverless.yml', 'architecture: arm64', 'architecture: x86_64', ['error library-architecture lua_modules/lib/lua/5.1/x.so', 'error bootstrap-architecture serverless.yml:7', 'error bootstrap-architecture serverless.yml:28']],
  ['serverless.yml', '      - websocket: $default\n', '', ['warning no-default serverless.yml:20', 'error route-unused src/chat.lua:9', 'error route-unused src/rooms.lua:1']],
  ['serverless.yml', 'authorizer: { name: door', 'authorizer: { name: doors', ['error settings serverless.yml:20']],
  ['serverless.yml', ', routeResponseSelectionExpression: $default', '', ['error reply-one-way serverless.yml:23']],
  ['serverless.yml', 'timeout: 20', 'timeout: 30', ['warning timeout-over-client serverless.yml:6']],
  ['src/chat.lua', 'return true', 'return (', ['error handler-syntax src/chat.lua:4']],
];

describe('the same, spoilt', AT_ONCE, () => {
  for (const [file, from, to, findings] of spoiled) {
    test(`${to || 'nothing'} for ${from.trim()}`, async () => {
      assert.ok(FULL_FILES[file].includes(from));
      assert.deepEqual((await examine({ ...FULL_FILES, [file]: FULL_FILES[file].replace(from, to) })).lines, findings);
    });
  }
});

/** Architectures whose layer this tool has: `make package` makes them. */
const LAYERS = ['arm64', 'x86_64'].filter((arch) => fs.existsSync(path.join(ROOT, `dist/moonwire-layer-${arch}.zip`)));

describe('the services of this repository', AT_ONCE, () => {
  const services = [
    ['.', LAYERS.includes('arm64') ? [] : ['error layer-missing serverless.yml:65']], // the example at the top, which deploys as it is
    [path.join(FIXTURES, 'serverless-page'), ['error bootstrap-missing serverless.yml:7']], // services that never see AWS have no layer
    [path.join(FIXTURES, 'echo-tutorial'), ['error bootstrap-missing serverless.yml:8', 'warning old-spelling serverless.yml:10']], // of 2019
    // What its tests want to be warned of, and no $default:
    [path.join(FIXTURES, 'chat-service'), ['warning misspelt-setting functions/messages.yml:3', 'warning no-default functions/session.yml:4', 'error bootstrap-missing serverless.yml:25']],
  ];
  for (const [folder, complaints] of services) {
    test(path.basename(folder), async () => {
      const { lines } = await doctor(path.resolve(ROOT, folder));
      assert.deepEqual(lines.filter((line) => !line.startsWith('note')), complaints);
    });
  }

  for (const template of fs.readdirSync(path.join(ROOT, 'templates')).filter((name) => name !== 'common')) {
    test(`moonwire new --template ${template}`, async () => {
      const folder = writeFiles({});
      const [program, ...before] = command('moonwire');
      execFileSync(program, [...before, 'new', 'a-service', '--template', template], { cwd: folder });
      const { lines } = await doctor(path.join(folder, 'a-service'));
      const complaints = lines.filter((line) => !line.startsWith('note'));
      assert.deepEqual(complaints.map((line) => line.replace(/:\d+$/, '')), LAYERS.length > 0 ? [] : ['error layer-missing serverless.yml']);
      fs.rmSync(folder, { recursive: true });
    });
  }

  test('that of the README, which has no store for AWS', async () => {
    const page = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    const block = (start) => page.slice(page.indexOf(start), page.indexOf('```', page.indexOf(start)));
    const { findings } = await examine({ 'serverless.yml': block('# serverless.yml, for'), 'chat.lua': block('-- chat.lua') });
    assert.deepEqual(findings.filter(({ level }) => level !== 'note').map(({ code }) => code), ['store-unset', 'bootstrap-missing']);
  });
});

// ---- The command -------------------------------------------------------------------------------------------------------

test('for people: the place, what is wrong, what to do; the counts at the end', () => {
  const { status, stdout, stderr } = run(['doctor'], { files: { 'serverless.yml': one(['say'], 'main.mian'), 'main.lua': HANDLER } });
  assert.equal(stderr, '');
  assert.equal(status, 1);
  assert.equal(stdout, `serverless.yml:2: note: no timeout is set for main: it is the Framework's, 6 s [timeout-default]
  Say \`timeout:\` in the provider, so that the number is a decision.
serverless.yml:7: error: handler "main.mian": main.lua has no function "mian"; it has main [handler-function]
  Name a function that the file returns, or add it.
serverless.yml:9: warning: there is no $default: a message that selects no route gets Forbidden, and no function sees it [no-default]
  Add the event \`websocket: $default\` to the function that shall answer the rest.

1 function: 1 error, 1 warning, 1 note
`);
});

test('an object of --json', async () => {
  const files = { 'a/serverless.yml': one(['$default'], 'main.main', '    architecture: x86\n'), 'a/main.lua': `print "noise"\n${HANDLER}` };
  const { status, lines, ...answer } = await examine(files, ['--config', 'a/serverless.yml', '--stage', 'prod']);
  assert.deepEqual(answer.findings.filter(({ level }) => level === 'error'), [{ level: 'error', code: 'architecture', file: 'a/serverless.yml', line: 10,
    message: 'the architecture x86 is none of Lambda\'s', hint: 'Write x86_64 or arm64.' }]);
  assert.deepEqual([answer.service, answer.stage, answer.counts, status], ['s1', 'prod', { error: 1, warning: 0, note: 1 }, 1]);
});

test('options reach the file, also where handlers are loaded', async () => {
  const files = { 'serverless.yml': one(['$default'], '"${opt:file}.${param:fn}"'), 'main.lua': HANDLER };
  assert.deepEqual((await examine(files, ['--opt', 'file=main', '--param', 'fn=main'])).lines.filter((line) => !line.startsWith('note')), []);
  assert.deepEqual((await examine(files, ['--opt', 'file=main', '--param', 'fn=x'])).lines.filter((line) => !line.startsWith('note')), ['error handler-function serverless.yml:7']);
});

test('--no-load runs no code of the service', async () => {
  const folder = lay({ 'serverless.yml': one(['$default']), 'main.lua': `io.open("ran", "w"):close()\n${HANDLER}` });
  await doctor(folder, ['--no-load']);
  assert.equal(fs.existsSync(path.join(folder, 'ran')), false);
  await doctor(folder);
  assert.equal(fs.existsSync(path.join(folder, 'ran')), true);
  fs.rmSync(folder, { recursive: true });
});

test('--no-load opens no pipe in the place of a handler', async () => {
  const { lines } = await examine({ 'serverless.yml': one(['$default']) }, ['--no-load'], (folder) => execFileSync('mkfifo', [path.join(folder, 'main.lua')]));
  assert.deepEqual(lines.filter((line) => !line.startsWith('note')), ['error handler-load serverless.yml:7']);
});

test('a call that is wrong', () => {
  for (const args of [['--fast'], ['--opt', 'x'], ['--stage', 'a b'], ['--load-timeout', 'x'], ['main']]) {
    const { status, stderr } = run(['doctor', ...args], { files: { 'serverless.yml': one(['$default']), 'main.lua': HANDLER } });
    assert.match(stderr, /^moonwire doctor: .*`moonwire doctor --help` lists the options\n$/);
    assert.equal(status, 2);
  }
  assert.match(run(['doctor', '--help']).stdout, /^Usage: moonwire doctor/);
});
