// chat.mjs: rooms as AWS's tutorial for Node.js has them, with the clients of its SDK; the work of handlers/chat.lua.
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

const TableName = process.env.TABLE;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

async function say({ domainName, stage }, room, text) {
  const { Items } = await table.send(new QueryCommand({
    TableName, KeyConditionExpression: 'room = :room', ExpressionAttributeValues: { ':room': room },
  }));
  const client = new ApiGatewayManagementApiClient({ endpoint: `https://${domainName}/${stage}` });
  await Promise.all(Items.map(({ id }) => client.send(new PostToConnectionCommand({ ConnectionId: id, Data: JSON.stringify({ room, text }) }))));
}

export async function run({ requestContext, body }) {
  const { connectionId: id, routeKey } = requestContext;
  const { room = 'lobby', text } = JSON.parse(body || '{}');
  if (routeKey === 'join') await table.send(new PutCommand({ TableName, Item: { room, id } }));
  if (routeKey === 'say') await say(requestContext, room, text);
  if (routeKey === '$disconnect') await table.send(new DeleteCommand({ TableName, Key: { room, id } }));
  return { statusCode: 200 };
}
