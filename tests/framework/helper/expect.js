'use strict';
// expect.js -- what every service of Moonwire has to look like in CloudFormation.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { ofType, routes, text, may } = require('./template');

const THIS_API = 'arn:aws:execute-api:us-east-1:123456789012:thisapi';
const ROLE = 'IamRoleLambdaExecution';
const resource = (name) => `${name[0].toUpperCase()}${name.slice(1)}LambdaFunction`;

/** The Framework was content, asked AWS for nothing but `calls`, and wanted nothing else from the network. */
function expectQuiet({ status, output, calls, refused }, wanted) {
  assert.equal(status, 0, output);
  assert.doesNotMatch(output, /warning|deprecat|✖/i);
  assert.deepEqual(calls.map(({ service, action }) => `${service} ${action}`), wanted);
  assert.deepEqual(refused, []);
}

/** functions: { name: { handler, timeout } } on arm64, with that layer and these variables. */
function expectFunctions({ resources }, functions, { layers, environment, retention }) {
  const made = ofType(resources, 'AWS::Lambda::Function').map(([name]) => name);
  assert.deepEqual(made.sort(), Object.keys(functions).map(resource).sort());
  for (const [name, { handler, timeout = 6 }] of Object.entries(functions)) {
    const { Handler, Runtime, Architectures, MemorySize, Timeout, Layers, Environment, Role } = resources[resource(name)].Properties;
    assert.deepEqual(
      { Handler, Runtime, Architectures, MemorySize, Timeout, Layers, Role },
      { Handler: handler, Runtime: 'provided.al2023', Architectures: ['arm64'], MemorySize: 128, Timeout: timeout, Layers: layers,
        Role: { 'Fn::GetAtt': [ROLE, 'Arn'] } },
    );
    assert.deepEqual(Environment && Environment.Variables, environment);
  }
  const groups = ofType(resources, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.RetentionInDays);
  assert.deepEqual(groups, Object.keys(functions).map(() => retention), 'logs are not kept for ever');
}

/** wanted: { route: function }. Each of these functions may be called by this API, and by no other one. */
function expectRoutes({ resources }, wanted) {
  const named = Object.fromEntries(Object.entries(wanted).map(([route, name]) => [route, resource(name)]));
  assert.deepEqual(routes(resources), named);
  assert.equal(resources.WebsocketsApi.Properties.RouteSelectionExpression, '$request.body.action');
  const permissions = ofType(resources, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
  assert.deepEqual(permissions.map(({ FunctionName }) => FunctionName['Fn::GetAtt'][0]).sort(), [...new Set(Object.values(named))].sort());
  for (const { Principal, Action, SourceArn } of permissions) {
    assert.deepEqual([Principal, Action, text(SourceArn)], ['apigateway.amazonaws.com', 'lambda:InvokeFunction', `${THIS_API}/*`]);
  }
}

/** Functions may send to clients of this API, and use no other API and no other table. */
function expectPermissions({ resources }, { table }) {
  const role = resources[ROLE];
  const manage = (arn) => may(role, 'execute-api:ManageConnections', `${arn}/dev/POST/@connections/X1abcfYxCPwCJiA=`);
  assert.equal(manage(THIS_API), true);
  for (const other of ['us-east-1:123456789012:otherapi', 'eu-west-1:123456789012:thisapi', 'us-east-1:210987654321:thisapi']) {
    assert.equal(manage(`arn:aws:execute-api:${other}`), false, other);
  }
  assert.equal(may(role, 'execute-api:Invoke', `${THIS_API}/dev/POST/x`), false);
  const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'BatchGetItem', 'BatchWriteItem'];
  for (const action of actions) assert.equal(may(role, `dynamodb:${action}`, 'Connections.Arn'), table, action);
  for (const action of [...actions, 'Scan', 'DeleteTable']) {
    assert.equal(may(role, `dynamodb:${action}`, 'arn:aws:dynamodb:us-east-1:123456789012:table/other'), false, action);
  }
}

/** The table of the store (docs/lua/store.md). */
function expectTable({ resources }, name) {
  const { Type, Properties } = resources.Connections;
  assert.equal(Type, 'AWS::DynamoDB::Table');
  assert.deepEqual(Properties, {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'S' }],
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
  });
}

/** The layer is one of the service, from that file. */
function expectLayer({ resources }, name, file = 'moonwire-layer-arm64.zip') {
  const { Type, Properties } = resources.MoonwireLambdaLayer;
  const { Content, ...rest } = Properties;
  assert.equal(Type, 'AWS::Lambda::LayerVersion');
  assert.equal(path.basename(Content.S3Key), file);
  assert.deepEqual(rest, { LayerName: name, CompatibleRuntimes: ['provided.al2023'], CompatibleArchitectures: ['arm64'] });
}

/** One zip, with these files of the service as they are, readable for the user that Lambda runs functions as. */
function expectZip({ zips }, folder, names) {
  assert.equal(Object.keys(zips).length, 1);
  const [zip] = Object.values(zips);
  assert.deepEqual(Object.keys(zip).sort(), names);
  for (const [name, { mode, text: content }] of Object.entries(zip)) {
    assert.equal(content, fs.readFileSync(path.join(folder, name), 'utf8'), name);
    assert.equal(mode & 0o444, 0o444, name);
  }
}

module.exports = { expectQuiet, expectFunctions, expectRoutes, expectPermissions, expectTable, expectLayer, expectZip };
