'use strict';
// certificate.js -- certificates for tests (RFC 5280), made of DER by hand: Node makes keys and signatures, but no
// certificates.

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
const naming = (text) => sequence(der(0x31, sequence(oid(0x55, 4, 3), der(0x0c, Buffer.from(text)))));
const ECDSA = { // with these hashes: RFC 5758, section 3.2; RFC 3279, section 2.2.3
  sha384: sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3)),
  sha512: sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4)),
  sha256: sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)),
  sha1: sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1)),
};

function extensions({ addresses, hosts, authority }) {
  const alternatives = sequence(
    ...addresses.map((address) => der(0x87, address.split('.').map(Number))),
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
  );
  const names = sequence(oid(0x55, 0x1d, 0x11), der(0x04, alternatives));
  const constraints = sequence(oid(0x55, 0x1d, 0x13), der(0x01, [0xff]), der(0x04, sequence(authority ? der(0x01, [0xff]) : '')));
  return sequence(...(addresses.length + hosts.length ? [names] : []), constraints);
}

function pem(bytes) {
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
}

let count = 0;
const HOUR_MS = 3600e3;

/**
 * { key, cert, name } in PEM for these IPv4 addresses and host names. It is signed by issuer, which is such a result, or by
 * itself; authority: may sign others. from and until: dates; rsa: bits of an RSA key instead of one of the curve P-256.
 */
function certificate({
  addresses = ['127.0.0.1'], hosts = ['localhost'], issuer, authority = !issuer, rsa, hash = 'sha256',
  from = new Date(Date.now() - HOUR_MS), until = new Date(Date.now() + 24 * HOUR_MS),
} = {}) {
  const { publicKey, privateKey } = rsa
    ? crypto.generateKeyPairSync('rsa', { modulusLength: rsa })
    : crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = `moonwire test ${count += 1}`;
  const body = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, Buffer.concat([Buffer.from([1]), crypto.randomBytes(8)])),
    ECDSA[hash],
    naming(issuer ? issuer.name : name),
    sequence(time(from), time(until)),
    naming(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions({ addresses, hosts, authority })),
  );
  const signature = crypto.sign(hash, body, issuer ? issuer.key : privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: pem(sequence(body, ECDSA[hash], der(0x03, [0], signature))),
    name,
  };
}

/** A certificate that names no host and signs others. */
const authority = (options) => certificate({ addresses: [], hosts: [], authority: true, ...options });

module.exports = { certificate, authority };
