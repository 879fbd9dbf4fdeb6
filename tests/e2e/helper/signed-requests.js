'use strict';
// Requests that are hard to sign alike: odd paths, queries, headers, bodies.
// A request here is what goes on the wire: { method, host, path, query, headers: [[name, value]], body, ... }.

const WORDS = [
  'a', 'A', 'b', 'chat', 'Zone', '0', '10', '9', '-', '_', '.', '~', 'a-b', 'a.b', 'ü', 'é', '雪', 'ሴ', '🌙', 'a b', ' ', '  ',
  '+', 'a+b', '%', '%%', '%41', '%zz', '%2F', '&', '=', '==', 'a=b', '/', '//', '?', '#', '@', ':', ';', ',', '!', '*', "'",
  '(', ')', '(x)', '[', ']', '{', '}', '|', '\\', '^', '`', '"', '<', '>', '$', '$default', 'constructor', 'toString',
];
const SEGMENTS = [
  '', '', '.', '..', '...', 'a', 'B', 'prod', '$default', '@connections', '%40connections', 'X1AbcfYxCPwCJiA%3D',
  'X1AbcfYxCPwCJiA=', 'a%20b', 'a b', '%2F', '%2f', '%2E%2E', '%', '%%', '%zz', '~a', "it's", '(a)*!', 'ü', '%C3%BC', '雪', '🌙',
  'a;b=c,d', 'a&b', ':', '|', '"', '<a>', '[1]', '{id}', '\\', '^', '`', '+',
];
const HEADERS = [
  'Content-Type', 'content-length', 'Accept', 'Range', 'X-Tenant', 'x-api-key', 'A', 'a0', 'a-b', 'a_b', 'Zeta', 'X-Amz-Target',
  'x-amz-meta-a', 'x-amzn-requestid', "!#$%&'*+-.^_`|~", 'Origin', 'secure', 'proxy',
];
// None of them is signed.
const UNSIGNED = [
  'Authorization', 'Cache-Control', 'Connection', 'Date', 'Expect', 'From', 'Keep-Alive', 'Max-Forwards', 'Pragma', 'Referer',
  'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'User-Agent', 'X-Amzn-Trace-Id', 'Proxy-Authorization', 'Sec-WebSocket-Key',
  'sec-ch-ua', 'X-Amz-Date',
];
const VALUES = [
  '', 'a', 'value', ' a', 'a ', '  a   b  ', '\ta\t\tb\t', '"a   b"', 'a,b', 'a, b', 'one\n two\n   three', 'one\r\n\ttwo', '\n', 'ü', '雪',
  'application/json; charset=utf-8', '*/*', 'x:y', ';', '=', '20150830T123600Z',
];

const text = (random) => random.many(1, 3, () => random.pick(WORDS)).join('');

// One of the ways to write the same text into a query.
function encode(random, plain) {
  const strict = encodeURIComponent(plain).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const way = random.below(3);
  if (way === 0) return strict;
  if (way === 1) return strict.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return plain.replace(/[&=#%]/g, encodeURIComponent); // the rest as it is; "+" is a plus
}

// Pairs of plain text, and the query that says the same.
function randomQuery(random) {
  const keys = random.many(0, 4, () => (random.chance(0.1) ? '' : text(random)));
  const pairs = keys.flatMap((key) => random.many(1, random.chance(0.3) ? 3 : 1, () => [key, random.chance(0.2) ? '' : text(random)]));
  if (random.chance(0.1)) pairs.push(['X-Amz-Signature', 'old']);
  if (random.chance(0.5)) pairs.sort(() => random.next() - 0.5);
  const parts = pairs.map(([key, value]) => {
    const bare = key !== '' && value === '' && random.chance(0.5);
    return encode(random, key) + (bare ? '' : `=${encode(random, value)}`);
  });
  if (random.chance(0.1)) parts.splice(random.below(parts.length + 1), 0, '');
  return { pairs, query: parts.join('&') };
}

function randomHeaders(random) {
  const headers = [];
  const seen = new Set();
  const add = (names, count) => {
    for (let i = 0; i < count; i++) {
      const name = random.pick(names);
      if (seen.has(name.toLowerCase())) continue;
      seen.add(name.toLowerCase());
      for (const value of random.many(1, random.chance(0.2) ? 3 : 1, () => random.pick(VALUES))) {
        headers.push([random.chance(0.3) ? name.toUpperCase() : name, value]);
      }
    }
  };
  add(HEADERS, random.below(5));
  add(UNSIGNED, random.below(4));
  if (random.chance(0.1)) headers.push(['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']);
  return headers;
}

function randomBody(random) {
  const kind = random.below(4);
  if (kind === 0) return Buffer.alloc(0);
  if (kind === 1) return Buffer.from(JSON.stringify({ message: text(random) }));
  return random.bytes(random.below(kind === 2 ? 200 : 5000));
}

// As API Gateway's management API gets them.
function connectionsPath(random) {
  const id = random.bytes(11).toString('base64url') + random.pick(['%3D', '%3d', '=']);
  return `/${random.pick(['prod', 'dev', '$default', '%24default'])}/${random.pick(['@connections', '%40connections'])}/${id}`;
}

function randomRequest(random) {
  const connections = random.chance(0.2);
  const keep = !connections && random.chance(0.2); // as S3 wants it
  return {
    method: random.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']),
    host: random.pick(['abcdefghij.execute-api.eu-central-1.amazonaws.com', 'example.org', 'localhost:3001', '[::1]:8080']),
    path: connections ? connectionsPath(random) : `/${random.many(0, 6, () => random.pick(SEGMENTS)).join('/')}`,
    ...(connections ? { pairs: [], query: '' } : randomQuery(random)),
    headers: randomHeaders(random),
    body: randomBody(random),
    service: random.pick(['execute-api', 'dynamodb', 's3', 'sqs', 'service']),
    region: random.pick(['us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1']),
    credentials: {
      access_key_id: random.pick(['AKIDEXAMPLE', 'local', 'ASIAEXAMPLE']),
      secret_access_key: random.pick(['wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'local', '=+/!~'.repeat(20)]),
      ...(random.chance(0.4) ? { session_token: random.bytes(1 + random.below(300)).toString('base64') } : {}),
    },
    time: random.chance(0.1) ? random.pick([0, 951782400, 4102444799, 253402300798]) : random.below(2 ** 31),
    keep,
    signBodyHeader: random.chance(0.4),
    expires: 1 + random.below(604800),
  };
}

module.exports = { randomRequest };
