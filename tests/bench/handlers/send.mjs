// send.mjs: SENDS messages of 200 bytes to ENDPOINT; one after the other, or CONNECTIONS at once.
import { Agent } from 'node:https';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

const { ENDPOINT, SENDS, CONNECTIONS } = process.env;
const client = new ApiGatewayManagementApiClient({
  endpoint: ENDPOINT, region: 'eu-central-1', requestHandler: { httpsAgent: new Agent({ keepAlive: true, maxSockets: Number(CONNECTIONS) }) },
});
const Data = 'x'.repeat(200);

export async function run() {
  let left = Number(SENDS);
  const one = async () => {
    while (left-- > 0) await client.send(new PostToConnectionCommand({ ConnectionId: 'BFaT_fALIAMCKug=', Data }));
  };
  await Promise.all(Array.from({ length: Number(CONNECTIONS) }, one));
  return { statusCode: 200 };
}
