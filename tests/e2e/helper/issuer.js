'use strict';
// issuer.js -- an issuer of tokens: keys of every kind, made by jose, a server for the key set, and tokens, good and forged.

const { createHmac } = require('node:crypto');
const jose = require('jose');
const { serve } = require('./server');

const AUDIENCE = 'chat';

/** What jose makes keys of, by algorithm; the algorithms of RSA have one key each. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'];

const made = new Map();

/** The key pair of a name ("ES256", or "ES256 2" for another one): { publicKey, privateKey, jwk }; made once. */
async function keyPair(name) {
  if (!made.has(name)) {
    const pair = await jose.generateKeyPair(name.split(' ')[0], { crv: 'Ed25519', modulusLength: 2048 });
    made.set(name, { ...pair, jwk: { kid: name, ...await jose.exportJWK(pair.publicKey) } });
  }
  return made.get(name);
}

const base64url = (value) => Buffer.from(Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token by hand: header and payload are values, or texts as they are; signature is bytes or a function of the text. */
function forge(header, payload, signature) {
  const text = `${base64url(header)}.${base64url(payload)}`;
  return `${text}.${base64url(typeof signature === 'function' ? signature(text) : signature)}`;
}

const hmac = (secret) => (text) => createHmac('sha256', secret).update(text).digest();

class Issuer {
  /** Publishes the keys of these names. */
  static async start(names = ALGORITHMS) {
    const issuer = new Issuer();
    issuer.server = await serve((request, response) => issuer.answer(request, response));
    issuer.url = issuer.server.url;
    issuer.answer = issuer.publish;
    await issuer.rotate(names);
    return issuer;
  }

  close() { return this.server.close(); }

  /** Publishes other keys from now on. */
  async rotate(names) {
    this.keys = await Promise.all(names.map(async (name) => (await keyPair(name)).jwk));
  }

  publish(request, response) {
    if (request.url !== '/.well-known/jwks.json') return response.writeHead(404).end();
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify({ keys: this.keys }));
  }

  /** How often the key set has been asked for. */
  get fetches() { return this.server.requests.length; }

  /** Claims that are fine, with changes; undefined removes one. */
  claims(changes = {}) {
    const now = Math.floor(Date.now() / 1000);
    return { iss: this.url, aud: AUDIENCE, sub: 'ann', iat: now, exp: now + 600, ...changes };
  }

  /** A token of the key of this name. header and claims: changes. */
  async token(name, { header = {}, claims = {} } = {}) {
    const { privateKey } = await keyPair(name);
    return new jose.SignJWT(this.claims(claims)).setProtectedHeader({ alg: name.split(' ')[0], kid: name, ...header }).sign(privateKey);
  }

  /** What jose says: the claims, or the code of its error. */
  async secondOpinion(token) {
    try {
      const set = jose.createLocalJWKSet({ keys: this.keys });
      return (await jose.jwtVerify(token, set, { issuer: this.url, audience: AUDIENCE, requiredClaims: ['exp'], clockTolerance: 60 })).payload;
    } catch (error) {
      return error.code || error.name;
    }
  }
}

module.exports = { Issuer, ALGORITHMS, AUDIENCE, keyPair, forge, hmac, base64url };
