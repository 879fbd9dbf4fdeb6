'use strict';
// signature.js -- checks a SigV4 signature the way API Gateway does, over the request exactly as it came; and makes one.
// "Create a signed AWS API request", IAM User Guide. Written from that page, so that it shares no code with the signer.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');

const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

/** Everything but A-Z a-z 0-9 - _ . ~ as %XX. */
function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The path of the wire, each segment encoded once more. */
function canonicalPath(path) {
  return path.split('/').map(encode).join('/');
}

/** The signature, in hex. canonical: the canonical request; time as in x-amz-date. */
function signatureOf(canonical, { time, region, service, secret }) {
  const day = time.slice(0, 8);
  const key = [day, region, service, 'aws4_request'].reduce(hmac, `AWS4${secret}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/${service}/aws4_request\n${sha256(canonical)}`).toString('hex');
}

/**
 * The headers of a signed request: host, x-amz-date, authorization, and those given. date: when it is signed, a Date.
 * The query has no business here: @connections knows none.
 */
function sign({ method, host, path, headers = {}, body = '' }, { keyId, secret, region, service = 'execute-api', date = new Date() }) {
  const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const all = { host, 'x-amz-date': time, ...headers };
  const names = Object.keys(all).sort();
  const canonical = [method, canonicalPath(path), '', ...names.map((name) => `${name}:${all[name]}`), '', names.join(';'), sha256(body)].join('\n');
  const signature = signatureOf(canonical, { time, region, service, secret });
  const scope = `${keyId}/${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  return { ...all, authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` };
}

/**
 * method, url, rawHeaders and body as node:http delivers them. Throws when anything is not as AWS wants it. S3 takes the path as
 * it is on the wire, and wants the hash of the body in a header.
 */
function verify({ method, url, rawHeaders, body }, { keyId, secret, token, region, service = 'execute-api' }) {
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    assert.ok(!(name in headers), `${name} is there twice`);
    headers[name] = rawHeaders[i + 1].trim().replace(/ +/g, ' ');
  }
  const form = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
  assert.match(headers.authorization || '', form);
  const [, id, day, inRegion, forService, signed, signature] = form.exec(headers.authorization);
  assert.deepEqual([id, inRegion, forService], [keyId, region, service]);
  const names = signed.split(';');
  for (const name of ['host', 'x-amz-date']) assert.ok(names.includes(name), `${name} is not signed`);
  assert.equal(headers['x-amz-security-token'], token);
  if (token) assert.ok(names.includes('x-amz-security-token'), 'the session token is not signed');
  const time = headers['x-amz-date'];
  assert.equal(time.slice(0, 8), day);
  const sent = Date.parse(time.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
  assert.ok(Math.abs(Date.now() - sent) < 300000, `x-amz-date ${time} is not now`);
  const [path, query = ''] = url.split('?');
  if (service === 's3') assert.equal(headers['x-amz-content-sha256'], sha256(body));
  const canonical = [method, service === 's3' ? path : canonicalPath(path), query.split('&').sort().join('&'), ...names.map((name) => `${name}:${headers[name]}`), '', signed, sha256(body)].join('\n');
  const wanted = signatureOf(canonical, { time, region, service, secret });
  assert.equal(signature, wanted, `the signature does not match ${canonical}`);
}

module.exports = { sign, verify, canonicalPath };
