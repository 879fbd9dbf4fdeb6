'use strict';
// runtime-api.js -- a scripted Runtime API server: plays Lambda for one execution environment.
// A test queues events and faults, the server hands them to the polls as they come, records every request, and writes
// down each rule of the protocol that the client breaks. Rules: AWS, "Using the Lambda runtime API for custom runtimes".

const net = require('node:net');
const { randomUUID } = require('node:crypto');
const { SLOW } = require('./program');
const { readRequests, respond } = require('./wire');

const NEXT = '/2018-06-01/runtime/invocation/next';
const INIT_ERROR = '/2018-06-01/runtime/init/error';
const REGISTER = '/2020-01-01/extension/register';
const EXTENSION_NEXT = '/2020-01-01/extension/event/next';
const REPLY = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/** What a header may hold of X-Ray's cause; AWS takes more, servers in between may not. */
const CAUSE = 'lambda-runtime-function-xray-error-cause';
const CAUSE_MAX = 32 * 1024;

/** What Lambda keeps of the error type header; anything else it turns into "Unknown". */
const ERROR_TYPE = /^(Runtime|Function)\.[A-Z][a-zA-Z]+$/;

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:chat:live';

/** One event on its way through the function. */
class Invocation {
  constructor(event, { id = randomUUID(), headers = {}, deliver = [], reply = [], body } = {}) {
    this.id = id;
    this.nonce = randomUUID();
    this.body = body ?? Buffer.from(JSON.stringify(event));
    this.deliver = [deliver].flat();
    this.replies = [reply].flat();
    this.headers = withoutNull({
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Invocation-Id': this.nonce,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60000 * SLOW),
      'Lambda-Runtime-Invoked-Function-Arn': ARN,
      'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
      ...headers,
    });
    this.deliveries = 0;
    this.state = 'queued'; // then delivered, settled
    this.reply = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.reply.catch(() => {}); // a test that never looks at it is not at fault
  }
}

function withoutNull(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null));
}

class RuntimeApi {
  /** slots: how many polls may wait at once (AWS_LAMBDA_MAX_CONCURRENCY). prefix: the path in front of every target. */
  constructor({ slots = 1, prefix = '' } = {}) {
    Object.assign(this, { slots, prefix, queue: [], waiting: [], invocations: [], requests: [], violations: [] });
    Object.assign(this, { polls: 0, connections: 0, initErrors: [], initReply: [], sockets: new Set(), watchers: [] });
    Object.assign(this, { registrations: [], registerReply: [], extensionPolls: [], extensionPollReply: [] });
    this.server = net.createServer((socket) => this.accept(socket));
  }

  static async start(options) {
    const api = new RuntimeApi(options);
    await new Promise((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    api.host = `127.0.0.1:${api.server.address().port}`;
    api.address = api.host + api.prefix; // AWS_LAMBDA_RUNTIME_API
    return api;
  }

  // What a test says.

  /**
   * Queues an event. Options: id, headers (null leaves one out), body (bytes instead of the event), and how Lambda behaves:
   * deliver: ways of answering the successive polls for it; reply: ways of answering its successive replies.
   * A way: status, chunked, pace, close, hangup, drop, reset, raw, hold (a promise, or a function that returns one) ...
   * (wire.js). What is dropped, or raw and no event, comes again; so does a reply with lost, however it was answered.
   * early of a reply ('close' or 'open'): it is answered when its head came, and its body is not read.
   */
  push(event, options) {
    const invocation = new Invocation(event, options);
    this.invocations.push(invocation);
    this.queue.push(invocation);
    this.match();
    return invocation;
  }

  /** Queues an event; resolves with what comes back: { kind, accepted, headers, body, text, json }. */
  invoke(event, options) {
    return this.push(event, options).reply;
  }

  /** Answers one poll without an event. */
  fault(way) {
    this.queue.push({ way });
    this.match();
  }

  /** Resolves when `condition()` holds; it is looked at after every request, answer and closed connection. */
  when(condition) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => this.watchers.push({ condition, resolve, reject }));
  }

  /** Resolves when nothing is queued or under way and every slot polls again. */
  idle() {
    const settled = (invocation) => invocation.state === 'settled';
    return this.when(() => !this.queue.length && this.invocations.every(settled) && this.waiting.length === this.slots);
  }

  /** Tells the client that the environment is over: every poll from now on is answered with 500. */
  dismiss() {
    this.dismissed = true;
    for (const { socket } of this.waiting.splice(0)) this.answer(socket, { status: 500 });
  }

  /** The client is gone: whatever a test waits for fails with this error. */
  abandon(error) {
    for (const invocation of this.invocations) invocation.reject(error);
    for (const { reject } of this.watchers.splice(0)) reject(error);
  }

  /** Nobody listens for so long, and every connection is lost; to be called while nothing is under way. */
  async down(ms) {
    const { port } = this.server.address();
    await this.close();
    await new Promise((resolve) => setTimeout(resolve, ms));
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  /** Stops listening and drops every connection. */
  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  // What the client does.

  accept(socket) {
    this.connections++;
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {}); // resets are part of the script
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.waiting = this.waiting.filter((poll) => poll.socket !== socket);
      this.look();
    });
    readRequests(socket, {
      onHead: (request) => this.head(socket, request),
      onRequest: (request) => this.request(socket, request),
    });
  }

  head(socket, request) {
    this.checkHead(request);
    if (request.target.startsWith(this.prefix)) request.target = request.target.slice(this.prefix.length);
    else this.violation(`the path does not begin with ${this.prefix}: ${request.target}`);
    const invocation = REPLY.test(request.target) && this.find(request);
    if (!invocation) return;
    if (invocation.replies[0]?.early) this.refuseEarly(socket, request, invocation);
    if (invocation.replies[0]?.drop !== 'upload') return;
    invocation.replies.shift();
    socket.resetAndDestroy();
  }

  request(socket, request) {
    if (socket.destroyed || socket.deaf) return;
    this.requests.push(request);
    if (request.method === 'GET' && request.target === NEXT) this.poll(socket, request);
    else if (request.method === 'POST' && request.target === INIT_ERROR) this.initError(socket, request);
    else if (request.method === 'POST' && REPLY.test(request.target)) this.reply(socket, request);
    else if (request.method === 'POST' && request.target === REGISTER) this.register(socket, request);
    else if (request.method === 'GET' && request.target === EXTENSION_NEXT) this.extensionPoll(socket, request);
    else {
      this.violation(`unknown request: ${request.method} ${request.target}`);
      this.answer(socket, { status: 404 });
    }
    this.look();
  }

  poll(socket, request) {
    this.polls++;
    if (request.body.length) this.violation('GET next has a body');
    if (this.initErrors.length) this.violation('GET next after init/error');
    if (this.waiting.some((poll) => poll.socket === socket)) this.violation('a second GET next on a waiting connection');
    this.waiting.push({ socket });
    const open = this.invocations.filter((invocation) => invocation.state === 'delivered').length;
    if (open + this.waiting.length > this.slots) {
      this.violation(`more than ${this.slots} slots: ${this.waiting.length} polls wait, ${open} invocations have no reply`);
    }
    this.match();
  }

  /** Hands what is queued to the polls that wait, first come, first served. */
  match() {
    if (this.dismissed) this.dismiss();
    while (this.queue.length && this.waiting.length) this.deliver(this.queue.shift(), this.waiting.shift().socket);
  }

  async deliver(turn, socket) {
    if (turn.way) return void this.answer(socket, turn.way);
    const way = turn.deliver.shift() || {};
    turn.deliveries++;
    if (way.drop || way.raw) this.queue.unshift(turn); // Lambda gives an undelivered event again
    else turn.state = 'delivered';
    await this.answer(socket, way, turn.headers, turn.body);
  }

  async reply(socket, request) {
    const kind = REPLY.exec(request.target)[2];
    const invocation = this.find(request);
    this.checkReply(request, kind, invocation);
    if (!invocation) return void this.answer(socket, { status: 400 });
    const way = invocation.replies.shift() || {};
    const comesAgain = way.drop || way.lost;
    if (!comesAgain) invocation.state = 'settled';
    await this.answer(socket, { status: 202, ...way });
    if (comesAgain) return;
    const { headers, body } = request;
    const reply = { kind, headers, body, text: body.toString(), accepted: (way.status || 202) < 300 };
    try { reply.json = JSON.parse(reply.text); } catch { /* stays undefined */ }
    invocation.resolve(reply);
  }

  /** Answers to the head of a reply, before its body is there, as servers do with what is too large; then reads no more. */
  async refuseEarly(socket, request, invocation) {
    const { early, ...way } = invocation.replies.shift();
    const kind = REPLY.exec(request.target)[2];
    this.requests.push(request);
    this.checkReply(request, kind, invocation);
    invocation.state = 'settled';
    socket.pause();
    socket.deaf = true;
    await this.answer(socket, { ...way, hangup: early !== 'open' });
    invocation.resolve({ kind, headers: request.headers, early: true, accepted: false });
  }

  initError(socket, request) {
    if (this.polls) this.violation('init/error after GET next');
    if (this.initErrors.length) this.violation('a second init/error');
    if ('lambda-runtime-invocation-id' in request.headers) this.violation('init/error carries an invocation id');
    this.checkError(request);
    this.initErrors.push(request);
    this.answer(socket, { status: 202, ...this.initReply.shift() });
  }

  /** Ways of answering registrations: registerReply. */
  register(socket, request) {
    if (this.polls) this.violation('an extension is registered after GET next');
    if (this.registrations.length) this.violation('a second extension');
    if (!/^[\w.-]{1,128}$/.test(request.headers['lambda-extension-name'])) this.violation('Lambda-Extension-Name is not a name');
    this.registrations.push(request);
    const extension = randomUUID();
    Object.assign(this, { extension });
    const text = JSON.stringify({ functionName: 'chat', functionVersion: '7', handler: 'app.run' });
    const headers = { 'Content-Type': 'application/json', 'Lambda-Extension-Identifier': extension };
    this.answer(socket, { text, ...this.registerReply.shift() }, headers);
  }

  /** No events were subscribed to: it waits for ever, unless a test says otherwise (extensionPollReply). */
  extensionPoll(socket, request) {
    if (request.body.length) this.violation('GET event/next has a body');
    if (request.headers['lambda-extension-identifier'] !== this.extension) this.violation('Lambda-Extension-Identifier is another one');
    if (this.waiting.some((poll) => poll.socket === socket)) this.violation('GET event/next on the connection of a poll');
    this.extensionPolls.push({ socket, request });
    const way = this.extensionPollReply.shift();
    if (way) this.answer(socket, way);
  }

  /** The invocation that a reply is for: an id may come back for another event, the invocation id may not. */
  find(request) {
    const id = decodeURIComponent(REPLY.exec(request.target)[1]);
    const same = this.invocations.filter((invocation) => invocation.id === id);
    return same.find(({ nonce }) => nonce === request.headers['lambda-runtime-invocation-id'])
      || same.find(({ state }) => state === 'delivered') || same[same.length - 1];
  }

  async answer(socket, way, headers = { 'Content-Type': 'application/json' }, body) {
    if (way.hold) await (typeof way.hold === 'function' ? way.hold() : way.hold);
    const status = way.status || 200;
    const refusal = { errorMessage: `status ${status}`, errorType: 'InvalidStateTransition' };
    const fallback = status < 300 ? { status: 'OK' } : refusal;
    await respond(socket, { ...headers, ...way.headers }, body ?? Buffer.from(way.text ?? JSON.stringify(fallback)), way);
    this.look();
  }

  // The rules.

  violation(text) {
    this.violations.push(text);
  }

  checkHead(request) {
    const { method, version, headers, list } = request;
    const rule = (ok, text) => ok || this.violation(`${method} ${request.target}: ${text}`);
    rule(version === 'HTTP/1.1', `version is ${version}`);
    rule(headers.host === this.host, `Host is ${headers.host}`);
    rule(/^moonwire\/\d+\.\d+\.\d+\S*$/.test(headers['user-agent']), `User-Agent is ${headers['user-agent']}`);
    rule(!('expect' in headers), `Expect is ${headers.expect}`);
    rule(!('transfer-encoding' in headers), `Transfer-Encoding is ${headers['transfer-encoding']}`);
    rule(new Set(list.map(([name]) => name)).size === list.length, `a header comes twice: ${list.map(([n]) => n)}`);
    if (method !== 'POST') return;
    rule(/^\d+$/.test(headers['content-length']), `Content-Length is ${headers['content-length']}`);
    rule(headers['content-type'] === 'application/json', `Content-Type is ${headers['content-type']}`);
  }

  checkReply(request, kind, invocation) {
    const rule = (ok, text) => ok || this.violation(`${kind} of ${invocation ? invocation.id : request.target}: ${text}`);
    rule(invocation, 'no such invocation');
    if (!invocation) return;
    const nonce = invocation.headers['Lambda-Runtime-Invocation-Id']?.trim() || undefined;
    const echoed = request.headers['lambda-runtime-invocation-id'];
    rule(echoed === nonce, `invocation id is ${echoed}, not ${nonce}`);
    rule(invocation.state !== 'settled', 'a second reply');
    rule(invocation.state !== 'queued', 'a reply to an event that was not delivered');
    if (kind === 'error') this.checkError(request);
  }

  checkError(request) {
    const type = request.headers['lambda-runtime-function-error-type'];
    if (!ERROR_TYPE.test(type)) this.violation(`error type header is ${type}`);
    if (CAUSE in request.headers) this.checkCause(request);
    let report = {};
    try { report = JSON.parse(request.body); } catch { this.violation('the error report is not JSON'); }
    const { errorMessage, errorType, stackTrace } = report;
    const strings = [errorMessage, errorType, ...(Array.isArray(stackTrace) ? stackTrace : [null])];
    if (!strings.every((value) => typeof value === 'string')) this.violation(`error report: ${request.body}`);
  }

  checkCause({ target, headers }) {
    const text = headers[CAUSE];
    const rule = (ok, what) => ok || this.violation(`X-Ray cause ${what}: ${text.slice(0, 200)}`);
    const isText = (value) => typeof value === 'string';
    rule(target !== INIT_ERROR, 'in an init error');
    rule(/^[ -~]*$/.test(text), 'is not printable ASCII');
    rule(text.length <= CAUSE_MAX, `has ${text.length} bytes`);
    let cause = {};
    try { cause = JSON.parse(text); } catch { rule(false, 'is not JSON'); }
    const { working_directory: directory, exceptions = [], paths = [], ...others } = cause;
    const frames = exceptions.flatMap(({ stack }) => stack);
    rule(isText(directory) && paths.every(isText) && !Object.keys(others).length, 'has other members');
    rule(exceptions.length === 1 && exceptions.every(({ type, message }) => isText(type) && isText(message)), 'has no exception');
    rule(frames.every(({ path, line, label }) => isText(path) && Number.isInteger(line) && isText(label)), 'has other frames');
    rule(new Set(paths).size === paths.length && frames.every(({ path }) => paths.includes(path)), 'has other paths');
  }

  look() {
    this.watchers = this.watchers.filter(({ condition, resolve }) => !condition() || void resolve());
  }
}

module.exports = { RuntimeApi, ARN };
