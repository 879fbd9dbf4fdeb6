'use strict';
// post_sdk.js PORT COUNT WARM: the messages of post.lua, sent by AWS's SDK for JavaScript. Prints processor time per message, in ns.

const path = require('node:path');
const { createRequire } = require('node:module');

const { ApiGatewayManagementApiClient, PostToConnectionCommand } = createRequire(path.resolve(__dirname, '../e2e/package.json'))('@aws-sdk/client-apigatewaymanagementapi');

async function main([port, count, warm]) {
  const client = new ApiGatewayManagementApiClient({ endpoint: `https://localhost:${port}/prod`, region: 'eu-central-1' });
  let from;
  for (let i = 0; i < Number(count); i++) {
    if (i === Number(warm)) from = process.cpuUsage();
    await client.send(new PostToConnectionCommand({ ConnectionId: 'BFaT_fALIAMCKug=', Data: 'x'.repeat(200) }));
  }
  const { user, system } = process.cpuUsage(from);
  console.log(Math.round((user + system) / (count - warm) * 1000));
  client.destroy();
}

main(process.argv.slice(2));
