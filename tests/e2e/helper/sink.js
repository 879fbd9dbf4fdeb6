'use strict';
// sink.js -- @connections in the place of API Gateway for broadcasts: remembers who got what, says what a test wants.

const test = require('node:test');
const fs = require('node:fs');
const program = require('./program');
const { Lambda, SECRETS } = require('./bootstrap');
const { serve } = require('./server');

/** What its requests are signed with. */
const KEYS = { keyId: 'AKIDEXAMPLE', secret: SECRETS[0], token: SECRETS[1], region: 'eu-central-1' };

const idOf = ({ url }) => decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));

const GIVE = {
  ok: (response) => response.end(),
  gone: (response) => response.writeHead(410, { 'x-amzn-ErrorType': 'GoneException' }).end(),
  throttled: (response) => response.writeHead(429, { 'x-amzn-ErrorType': 'LimitExceededException' }).end(),
  server: (response) => response.writeHead(503).end(),
  silent: () => {},
};

class Sink {
  /** answer(id, tries, response) returns a key of GIVE, or nothing when it answers by itself. tries: of this id, from 1. */
  static async start(answer) {
    const sink = Object.assign(new Sink(), { tries: new Map(), open: 0, given: 0, dropped: 0, watchers: [] });
    sink.server = await serve((request, response) => sink.take(answer, request, response));
    return sink;
  }

  take(answer, request, response) {
    const id = idOf(request);
    const tries = (this.tries.get(id) || 0) + 1;
    this.tries.set(id, tries);
    this.open += 1;
    response.on('close', () => {
      this.open -= 1;
      if (response.writableFinished) this.given += 1;
      else this.dropped += 1; // its client has given up
      this.look();
    });
    const what = answer(id, tries, response);
    if (what) GIVE[what](response);
    this.look();
  }

  get requests() { return this.server.requests; }

  look() { this.watchers = this.watchers.filter(({ condition, resolve }) => !condition() || void resolve()); }

  /** Resolves when the condition holds; it is looked at whenever a request comes or ends. */
  when(condition) {
    return condition() ? Promise.resolve() : new Promise((resolve) => this.watchers.push({ condition, resolve }));
  }
}

const PRELUDE = `local ws, async, http = require "moonwire.ws", require "moonwire.async", require "moonwire.http"
local function count(iterator) local n = 0 for _ in iterator do n = n + 1 end return n end
local function numbers(n) local i = 0 return function() i = i + 1 if i <= n then return "c" .. i .. "=" end end end
local function body(value) return { statusCode = 200, body = value } end\n`;

/** One test: a sink, which takes the place of Lambda's API, too ("invocations" is the id then), and a bootstrap whose handler runs `code`. */
function scenario(name, { code, answer = () => 'ok', env }, body) {
  test(name, { timeout: 10 * program.PATIENCE_MS }, async () => {
    const sink = await Sink.start(answer);
    const lambda = await Lambda.start({ code: PRELUDE + code,
      env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${sink.server.url}/prod`, AWS_ENDPOINT_URL_LAMBDA: sink.server.url, SINK: sink.server.url, ...env } });
    try {
      await body(lambda, sink);
      await lambda.stop();
      lambda.check();
    } catch (error) {
      await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda.bytes('stderr').toString().slice(-4000)}` });
    } finally {
      await sink.server.close();
    }
  });
}

/** The table that a handler returned with body(). */
const resultOf = (reply) => JSON.parse(reply.json.body);

/** What an event's deadline is, from now. */
const deadline = (ms) => ({ headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + ms) } });

/** The most memory that the process has had, in bytes. */
const peak = ({ child }) => Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'latin1'))[1]) * 1024;

module.exports = { scenario, resultOf, deadline, peak, KEYS };
