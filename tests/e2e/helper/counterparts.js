'use strict';
// counterparts.js -- whom the examples of docs/lua talk to: API Gateway, DynamoDB, other services of AWS, a web service and an
// issuer of tokens, all on loopback; and a connection store in a file.

const fs = require('node:fs');
const { createHash } = require('node:crypto');
const { SECRETS, writeFiles } = require('./program');
const { serve } = require('./server');

const AUDIENCE = 'chat';
const TABLES = [
  { TableName: 'chat', keys: { pk: 'HASH', sk: 'RANGE' } },
  { TableName: 'users', keys: { id: 'HASH' } },
  { TableName: 'connections', keys: { pk: 'HASH', sk: 'RANGE' } },
];

/** What each needs; the second is started when the code of an example matches the first. */
const PARTS = [
  [/moonwire\.ws"|moonwire\.app"/, connections],
  [/moonwire\.http"|moonwire\.aws"|moonwire\.batch"/, services],
  [/moonwire\.dynamodb"|"dynamodb"/, database],
  [/moonwire\.store"|moonwire\.app"|ws\.(room|user|sweep)/, store],
  [/"ISSUER"|"TOKEN"/, issuer],
];

/** Starts what the code needs. Resolves with { env, close }: the variables of the program, and the end of it all. */
async function meet(code) {
  const parts = [];
  const close = () => Promise.all(parts.map((part) => part.close()));
  const env = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRETS[0] };
  try {
    for (const [pattern, start] of PARTS) if (pattern.test(code)) parts.push(await start());
  } catch (error) {
    await close();
    throw error;
  }
  return { env: Object.assign(env, ...parts.map((part) => part.env)), close };
}

const json = (response, status, value, headers = {}) => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(value === undefined ? '' : JSON.stringify(value));
};

/** @connections: ids of API Gateway's form are connected, "gone" was, anything else never is. */
async function connections() {
  const info = {
    connectedAt: '2026-11-21T13:45:35.513Z',
    lastActiveAt: '2026-11-21T13:45:46.514Z',
    identity: { sourceIp: '192.0.2.1', userAgent: 'Mozilla/5.0' },
  };
  const server = await serve(({ method, url }, response) => {
    const id = decodeURIComponent(url.replace(/^\/prod\/@connections\//, ''));
    if (id === 'gone') json(response, 410, undefined, { 'x-amzn-ErrorType': 'GoneException' });
    else if (!/^[\w-]+=$/.test(id)) json(response, 400, { message: `Invalid connectionId: ${id}` }, { 'x-amzn-ErrorType': 'BadRequestException' });
    else if (method === 'GET') json(response, 200, info);
    else json(response, method === 'DELETE' ? 204 : 200);
  });
  return { env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${server.url}/prod` }, close: server.close };
}

/** Whatever else is called: any request is answered with an empty object, a message to a queue with its id. */
async function services() {
  const server = await serve(({ headers, body }, response) => {
    if (!/\.SendMessage$/.test(headers['x-amz-target'])) return json(response, 200, {});
    const { MessageBody } = JSON.parse(body);
    return json(response, 200, { MessageId: 'm-1', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') });
  });
  return { env: { AWS_ENDPOINT_URL: server.url, AWS_ENDPOINT_URL_SQS: server.url, API_URL: server.url }, close: server.close };
}

/** DynamoDB with these tables, empty. */
async function database(tables = TABLES) {
  const server = require('dynalite')({ createTableMs: 0 });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${server.address().port}`;
  for (const { TableName, keys } of tables) await createTable(url, TableName, Object.entries(keys));
  return { env: { AWS_ENDPOINT_URL_DYNAMODB: url }, close: () => new Promise((resolve) => { server.close(resolve); }) };
}

/** A connection store, empty. */
async function store() {
  const folder = writeFiles({});
  const env = { MOONWIRE_STORE: `sqlite:${folder}/connections.db`, MOONWIRE_API: 'a1b2c3d4e5/prod' };
  return { env, close: () => fs.rmSync(folder, { recursive: true }) };
}

async function createTable(url, TableName, keys) {
  await ask(url, 'CreateTable', {
    TableName,
    KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    AttributeDefinitions: keys.map(([AttributeName]) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
  });
  let status;
  while (status !== 'ACTIVE') status = (await ask(url, 'DescribeTable', { TableName })).Table.TableStatus;
}

/** dynalite wants a signature to be there, and does not look into it. */
async function ask(url, action, input) {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `DynamoDB_20120810.${action}`,
      'X-Amz-Date': '20261121T134546Z',
      Authorization: 'AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a',
      Connection: 'close',
    },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`dynalite: ${action}: ${response.status} ${text}`);
  return JSON.parse(text);
}

let pair; // one pair of keys for all: they take a while

/** An issuer of tokens with its key set, and a token of it for "ann". */
async function issuer() {
  const jose = require('jose');
  pair = pair || await jose.generateKeyPair('RS256');
  const kid = 'key-1';
  const key = { ...await jose.exportJWK(pair.publicKey), kid, alg: 'RS256', use: 'sig' };
  const server = await serve(({ url }, response) => {
    const known = url === '/.well-known/jwks.json';
    json(response, known ? 200 : 404, known ? { keys: [key] } : {});
  });
  const token = await new jose.SignJWT({ name: 'Ann' }).setProtectedHeader({ alg: 'RS256', kid })
    .setSubject('ann').setIssuer(server.url).setAudience(AUDIENCE).setIssuedAt().setExpirationTime('1h').sign(pair.privateKey);
  return { env: { ISSUER: server.url, TOKEN: token }, close: server.close };
}

module.exports = { meet, database };
