'use strict';
// certificate.js -- a self-signed certificate for tests (RFC 5280), good for a day, made of DER by hand: Node makes keys
// and signatures, but no certificates.

const crypto = require('node:crypto');

function der(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts) => der(0x30, ...parts);
const oid = (...bytes) => der(0x06, bytes);
const time = (date) => der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
const name = (text) => sequence(der(0x31, sequence(oid(0x55, 4, 3), der(0x0c, Buffer.from(text)))));
const SHA256_WITH_RSA = sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11), der(0x05));

/** { key, cert } in PEM for these IPv4 addresses and host names. */
function certificate({ addresses = ['127.0.0.1'], hosts = ['localhost'] } = {}) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const alternatives = sequence(
    ...addresses.map((address) => der(0x87, address.split('.').map(Number))),
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
  );
  const extensions = sequence(
    sequence(oid(0x55, 0x1d, 0x11), der(0x04, alternatives)),
    sequence(oid(0x55, 0x1d, 0x13), der(0x01, [0xff]), der(0x04, sequence(der(0x01, [0xff])))), // a CA, so that it is its own root
  );
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, Buffer.concat([Buffer.from([1]), crypto.randomBytes(8)])),
    SHA256_WITH_RSA,
    name('moonwire test'),
    sequence(time(new Date(now - 3600e3)), time(new Date(now + 24 * 3600e3))),
    name('moonwire test'),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const whole = sequence(body, SHA256_WITH_RSA, der(0x03, [0], crypto.sign('sha256', body, privateKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g).join('\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

module.exports = { certificate };
