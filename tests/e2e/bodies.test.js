'use strict';
// Bodies from nothing to 6 MB, both ways, however they are framed: what arrives is what was sent, byte for byte, and the
// memory is given back.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { createHash } = require('node:crypto');
const { scenario } = require('./helper/bootstrap');
const program = require('./helper/program');
const { Random } = require('./helper/random');

const MB = 1024 * 1024;
const SIZES = { '0 B': 0, '4 KB': 4096, '60 KB': 60 * 1024, '1 MB': MB, '6 MB': 6 * MB };
const random = new Random(20261121);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Raw bytes, every value of a byte among them. */
const noise = Buffer.from(Array.from({ length: 65521 }, () => random.below(256)));
const rawBody = (size) => Buffer.alloc(size, noise);

/** A JSON string of exactly so many bytes that is written as it is read: letters, umlauts, a moon. */
const letters = Buffer.from(Array.from({ length: 4099 }, () => random.pick(['a', 'Z', ' ', '7', '~'])).join(''));
function jsonBody(size) {
  const body = Buffer.alloc(size, letters);
  for (let at = 16; at + 16 < size; at += 997) body.write('🌙ü', at);
  body.write('"', 0);
  body.write('"', size - 1);
  return body;
}

const ways = {
  'with a length': {},
  'with a length, connection closed': { close: true },
  'in large chunks': { chunked: [65536] },
  'in odd chunks': { chunked: [1, 4093, 17, 65537, 2] },
  'in pieces': { pace: 60007 },
  'in pieces of odd chunks': { pace: 50021, chunked: [30011, 1] },
};

const CODE = `
local crypto = require "moonwire.crypto"
return { run = function(event, context)
  if context.client_context == "raw" then return { size = #event, hash = crypto.hex(crypto.sha256(event)) } end
  if type(event) == "table" then return { empty = next(event) == nil } end
  return event
end }
`;
const FILES = { 'app.lua': CODE };
const RAW = { 'Content-Type': 'application/octet-stream', 'Lambda-Runtime-Client-Context': 'raw' };

/** Raw bytes come in whole; a JSON string comes in and goes out whole. */
async function roundTrip(lambda, size, way) {
  const bytes = rawBody(size);
  const raw = await lambda.invoke(null, { body: bytes, headers: RAW, deliver: way });
  assert.deepEqual(raw.json, { size, hash: sha256(bytes) });
  if (size === 0) {
    assert.deepEqual((await lambda.invoke(null, { body: bytes, deliver: way })).json, { empty: true });
    return;
  }
  const text = jsonBody(size);
  const { body, headers } = await lambda.invoke(null, { body: text, deliver: way, reply: { chunked: way.chunked, close: way.close } });
  assert.equal(headers['content-length'], String(size));
  assert.equal(sha256(body), sha256(text));
}

for (const [name, way] of Object.entries(ways)) {
  scenario(`bodies, ${name}: ${Object.keys(SIZES).join(', ')}`, { files: FILES }, async (lambda) => {
    for (const size of Object.values(SIZES)) await roundTrip(lambda, size, way);
    for (const size of Object.values(SIZES).reverse()) await roundTrip(lambda, size, way);
    await lambda.idle();
  });
}

scenario('bodies through 8 slots at once, every size in every way', { files: FILES, slots: 8 }, async (lambda) => {
  const cases = Object.values(ways).flatMap((way) => Object.values(SIZES).map((size) => [size, way]));
  await Promise.all(cases.map(([size, way]) => roundTrip(lambda, size, way)));
  await lambda.idle();
});

scenario('a body of 6 MB comes again whole after its connection was lost', { files: FILES }, async (lambda) => {
  const text = jsonBody(6 * MB);
  const options = { body: text, deliver: [{ drop: 'body' }, { drop: 'end', reset: true }, {}], reply: [{ drop: 'upload' }, { drop: 'request' }] };
  assert.equal(sha256((await lambda.invoke(null, options)).body), sha256(text));
});

// Memory: sanitizers and valgrind keep what was freed, so it is looked at without them.
const resident = ({ child }) => Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'latin1'))[1]) * 1024;
for (const slots of [undefined, 8]) {
  scenario(`memory is given back after bodies of 6 MB${slots ? `, ${slots} slots` : ''}`, { files: FILES, slots }, async (lambda) => {
    const small = () => Promise.all(Array.from({ length: 64 }, () => roundTrip(lambda, 4096, {})));
    for (let i = 0; i < 4; i++) await small();
    await lambda.idle();
    const before = resident(lambda);
    for (let round = 0; round < 2; round++) {
      await Promise.all(Array.from({ length: slots || 2 }, () => roundTrip(lambda, 6 * MB, {})));
      for (let i = 0; i < 20; i++) await small();
    }
    await lambda.idle();
    const more = resident(lambda) - before;
    if (!program.INSTRUMENTED) assert.ok(more < (slots ? 24 : 12) * MB, `${(more / MB).toFixed(1)} MB more than before`);
  });
}
