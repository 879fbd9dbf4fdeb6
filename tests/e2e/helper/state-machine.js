'use strict';
// state-machine.js -- a Runtime API server that is nothing but the platform's rules: which request is allowed when, and
// what the others are answered. runtime-api.js next door plays what a test scripts; this one decides by itself, forgets
// what is over (a million invocations fit), and writes down every status that is the client's own fault.
// Rules: AWS, "Using the Lambda runtime API for custom runtimes", and the servers of AWS's Runtime Interface Emulator:
//   on demand           one invocation at a time; a poll while one is unanswered gets the same event again; a poll during an
//                       upload and a second reply get 403, another id 400
//   Managed Instances   each waiting poll is an idle slot, an invocation without one is refused; a reply that is too late
//                       gets 410 once, then 400; so does a second reply; every header is written, empty ones too
//   both                a reply whose invocation id is of another delivery gets 410, a result above 6 MB 413 and it is over

const net = require('node:net');
const { randomUUID } = require('node:crypto');
const { SLOW } = require('./program');
const { readRequests, respond } = require('./wire');

const NEXT = '/2018-06-01/runtime/invocation/next';
const INIT_ERROR = '/2018-06-01/runtime/init/error';
const REPLY = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;
const ECHOED = 'lambda-runtime-invocation-id';

const RESULT_MAX = 6 * 1024 * 1024 + 100;
const REPORT_MAX = 1024 * 1024; // Managed Instances
const LATE_MAX = 1000; // late invocations that the platform remembers
const FAULTS_MAX = 100;

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:chat:live';

const REFUSALS = { 400: 'InvalidRequestID', 403: 'InvalidStateTransition', 410: 'InvokeTimeout', 413: 'RequestEntityTooLarge' };
const EMPTY = Buffer.alloc(0);
const OK = Buffer.from('{"status":"OK"}');

/** Adds to a set that does not grow for ever. */
function remember(set, value) {
  set.add(value);
  if (set.size > LATE_MAX) set.delete(set.values().next().value);
}

class Platform {
  /** slots: AWS_LAMBDA_MAX_CONCURRENCY; without it, on demand. */
  constructor({ slots } = {}) {
    Object.assign(this, { managed: slots !== undefined, slots: slots || 1, sockets: new Set(), watchers: [] });
    Object.assign(this, { idle: [], open: new Map(), current: null, late: new Set(), excused: new Set(), polls: 0, replies: 0 });
    /** What the client did wrong, one sentence each. */
    this.violations = [];
    /** Called when a poll begins to wait. */
    this.onIdle = () => {};
    this.server = net.createServer((socket) => this.accept(socket));
  }

  static async start(options) {
    const platform = new Platform(options);
    await new Promise((resolve) => platform.server.listen(0, '127.0.0.1', resolve));
    platform.address = `127.0.0.1:${platform.server.address().port}`;
    return platform;
  }

  // What callers of the function do.

  /**
   * Invokes the function. Resolves with how it ended: { outcome, body, headers }, where outcome is response, error, late
   * (expire was called), too large, lost (its connection broke, Managed Instances), or unavailable (no slot is idle).
   * invocation: id, body (bytes), and where they matter trace, tenant, client, identity, deadlineMs, contentType. What the
   * platform does to it: deliver and reply, arrays of ways (wire.js) for successive polls and replies: { drop: 'body' } ...
   */
  invoke(invocation) {
    const busy = this.managed ? this.idle.length === 0 : this.current && this.current.state !== 'over';
    if (busy) return Promise.resolve({ outcome: 'unavailable' });
    invocation.state = 'queued'; // then delivered, uploading, over
    const promise = new Promise((resolve) => { invocation.settle = resolve; });
    if (!this.managed) this.current = invocation;
    else this.open.set(invocation.id, invocation);
    if (this.idle.length) this.deliver(this.idle.shift(), invocation);
    return promise;
  }

  /** The time of an invocation is up. The caller hears of it; nobody stops the function. */
  expire(invocation) {
    if (invocation.state === 'over') return;
    if (this.managed) this.open.delete(invocation.id);
    if (invocation.state !== 'queued') {
      remember(this.late, invocation.id);
      remember(this.excused, invocation.nonce);
    }
    this.end(invocation, { outcome: 'late' });
  }

  // What a test needs; the names are those of runtime-api.js, so that Lambda (bootstrap.js) takes either.

  when(condition) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => this.watchers.push({ condition, resolve, reject }));
  }

  look() {
    if (this.watchers.length) this.watchers = this.watchers.filter(({ condition, resolve }) => !condition() || void resolve());
  }

  dismiss() {
    this.dismissed = true;
    for (const socket of this.idle.splice(0)) this.answer(socket, 500);
  }

  abandon(error) {
    for (const { reject } of this.watchers.splice(0)) reject(error);
  }

  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  // What the function does.

  accept(socket) {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => this.closed(socket));
    readRequests(socket, {
      onHead: (request) => this.head(socket, request),
      onRequest: (request) => this.request(socket, request),
    });
  }

  closed(socket) {
    this.sockets.delete(socket);
    const { upload } = socket;
    if (upload && upload.state === 'uploading') this.fault('an upload was broken off');
    if (!this.managed || this.dismissed) this.idle = this.idle.filter((other) => other !== socket);
    else if (this.idle.includes(socket)) this.fault('a waiting poll was given up: the platform does not notice, and loses an event to it');
    this.look();
  }

  head(socket, request) {
    const match = REPLY.exec(request.target);
    const invocation = match && this.find(decodeURIComponent(match[1]));
    if (!invocation || invocation.state !== 'delivered' || this.isStale(invocation, request)) return;
    if (invocation.reply?.[0]?.drop === 'upload') {
      invocation.reply.shift();
      socket.resetAndDestroy();
      return;
    }
    invocation.state = 'uploading';
    socket.upload = invocation;
  }

  request(socket, request) {
    if (socket.destroyed) return;
    const { method, target } = request;
    const match = method === 'POST' && REPLY.exec(target);
    if (method === 'GET' && target === NEXT) this.next(socket, request);
    else if (match) this.reply(socket, request, decodeURIComponent(match[1]), match[2]);
    else if (method === 'POST' && target === INIT_ERROR) this.answer(socket, this.polls ? this.fault('init/error after a poll', 403) : 202);
    else this.answer(socket, this.fault(`no such request: ${method} ${target}`, 404));
    this.look();
  }

  next(socket, request) {
    if (request.body.length) this.fault('a poll with a body');
    if (this.idle.includes(socket)) this.fault('a second poll on one connection');
    this.polls++;
    if (this.dismissed) return void this.answer(socket, 500);
    const { current } = this;
    if (current?.state === 'uploading') return void this.answer(socket, this.fault('a poll during an upload', 403));
    if (current?.state === 'delivered' && !current.broken) this.fault('a poll while an event is unanswered');
    if (current && current.state !== 'over') return void this.deliver(socket, current);
    this.idle.push(socket);
    if (this.idle.length + this.open.size > this.slots) this.fault(`more than ${this.slots} slots`);
    this.onIdle(this);
  }

  deliver(socket, invocation) {
    const way = invocation.deliver?.shift() || {};
    invocation.state = 'delivered';
    invocation.nonce = randomUUID(); // of this delivery
    invocation.broken = Boolean(way.drop);
    respond(socket, this.headers(invocation), invocation.body, way);
    if (!way.drop || !this.managed) return;
    this.open.delete(invocation.id);
    this.end(invocation, { outcome: 'lost' });
  }

  headers({ id, nonce, trace, tenant, client, identity, deadlineMs, contentType = 'application/json' }) {
    const all = { 'Content-Type': contentType };
    const add = (name, value) => { if (value || this.managed) all[`Lambda-Runtime-${name}`] = value || ''; };
    add('Aws-Request-Id', id);
    add('Invocation-Id', nonce);
    add('Deadline-Ms', String(deadlineMs || Date.now() + 60000 * SLOW));
    add('Invoked-Function-Arn', ARN);
    add('Trace-Id', trace);
    add('Aws-Tenant-Id', tenant);
    add('Client-Context', client);
    add('Cognito-Identity', identity);
    return all;
  }

  find(id) {
    if (this.managed) return this.open.get(id);
    return this.current?.id === id ? this.current : undefined;
  }

  isStale(invocation, request) {
    return request.headers[ECHOED] !== invocation.nonce;
  }

  reply(socket, request, id, kind) {
    const invocation = this.find(id);
    const awaited = invocation && (invocation.state === 'delivered' || invocation.state === 'uploading');
    if (!(ECHOED in request.headers)) this.fault(`${kind} without an invocation id`);
    if (!awaited || this.isStale(invocation, request)) return void this.answer(socket, this.stray(request, invocation, id, kind));
    const large = request.body.length > (kind === 'response' ? RESULT_MAX : this.managed ? REPORT_MAX : Infinity);
    const way = invocation.reply?.shift() || {};
    if (large && kind === 'error') this.fault('an error report above 1 MB');
    if (way.drop) remember(this.excused, invocation.nonce);
    if (this.managed) this.open.delete(id);
    this.replies++;
    this.end(invocation, { outcome: large ? 'too large' : kind, body: request.body, headers: request.headers });
    this.answer(socket, large ? 413 : way.status || 202, way);
  }

  /** The status for a reply that nobody waits for. Excused, once: it is late, or the first one was taken without an answer. */
  stray(request, invocation, id, kind) {
    const excused = this.excused.delete(request.headers[ECHOED]);
    const underWay = invocation && invocation.state !== 'over';
    const status = this.late.delete(id) || underWay ? 410 : !this.managed && invocation ? 403 : 400;
    if (excused) return status;
    return this.fault(`${kind} of ${underWay ? 'another delivery of' : 'an invocation that is not under way:'} ${id}`, status);
  }

  end(invocation, ended) {
    invocation.state = 'over';
    invocation.settle(ended);
  }

  answer(socket, status, way = {}) {
    const body = status < 300 ? OK : status === 500 ? EMPTY
      : Buffer.from(JSON.stringify({ errorMessage: `status ${status}`, errorType: REFUSALS[status] || 'Unknown' }));
    respond(socket, { 'Content-Type': 'application/json' }, body, { ...way, status });
  }

  fault(text, status) {
    if (!this.dismissed && this.violations.length < FAULTS_MAX) this.violations.push(text);
    return status;
  }
}

module.exports = { Platform, NEXT, INIT_ERROR };
