'use strict';
// serverless-offline.js: the local API Gateway of the Serverless Framework, with its fork osls; a handler for Node.js that sends with AWS's SDK.

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { tree } = require('../lib/place.js');
const { makeService, startGateway } = require('../lib/gateway.js');

const version = (name) => JSON.parse(fs.readFileSync(path.join(tree, name, 'package.json'), 'utf8')).version;

const HANDLER = `import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new ApiGatewayManagementApiClient({ endpoint: process.env.ENDPOINT, region: 'us-east-1', credentials });
export async function run({ requestContext: { eventType, connectionId: ConnectionId }, body }) {
  if (eventType === 'MESSAGE') await client.send(new PostToConnectionCommand({ ConnectionId, Data: body }));
  return { statusCode: 200 };
}
`;

/** It cannot choose ports itself. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const service = (httpPort, websocketPort, lambdaPort) => JSON.stringify({
  service: 'echo', frameworkVersion: '3', plugins: ['serverless-offline'],
  provider: { name: 'aws', runtime: 'nodejs20.x', region: 'us-east-1', stage: 'dev', environment: { ENDPOINT: `http://localhost:${websocketPort}` } },
  functions: { echo: { handler: 'echo.run', events: [{ websocket: '$connect' }, { websocket: '$default' }] } },
  custom: { 'serverless-offline': { httpPort, websocketPort, lambdaPort } },
});

module.exports = {
  name: 'serverless-offline', title: 'serverless-offline', kind: 'instead',
  sockets: 100, // the most that it is asked for: at 1,000 most replies are lost
  loses: true, // of 100, too, some are answered with an error when the machine is busy
  opensAtOnce: 1, // of several at once some are refused with 502
  missing: () => (fs.existsSync(path.join(tree, 'serverless-offline')) ? null : 'tests/bench/install'),
  versions: () => ({ 'serverless-offline': version('serverless-offline'), osls: version('serverless') }),
  async gateway() {
    const ports = await freePorts(3);
    const cwd = makeService({ 'serverless.yml': service(...ports), 'echo.mjs': HANDLER });
    fs.symlinkSync(tree, path.join(cwd, 'node_modules'));
    const isReady = (line) => line.includes('Offline [http for websocket] listening') && `ws://127.0.0.1:${ports[1]}/`;
    return startGateway([process.execPath, path.join(tree, 'serverless/bin/serverless.js'), 'offline', 'start'], { cwd, isReady, env: { SLS_TELEMETRY_DISABLED: '1' } });
  },
};
