'use strict';
// Lambda's Invoke on the control port: AWS's own SDK, requests by hand where the SDK would not go, and handlers.

const test = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
const { withDev } = require('./helper/dev');
const { sign } = require('./helper/signature');

const KEYS = { keyId: 'local', secret: 'local', region: 'eu-central-1', service: 'lambda' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const APP = `
local aws, async, ws = require "moonwire.aws", require "moonwire.async", require "moonwire.ws"
local M, calls = {}, {}

function M.main(event, context)
  if event.lines then for i = 1, event.lines do print(("line %04d"):format(i)) end end
  if event.fail then error { type = "Broken", message = "as asked" } end
  if event.crash then os.exit(3) end
  if event.nothing then return nil end
  if event.call then
    local result, message, code, details = aws.client "lambda":Invoke(event.call)
    return result or { message = message, code = code, details = details }
  end
  return { event = event, client = context.client_context, request = context.aws_request_id, arn = context.invoked_function_arn,
    trace = context.trace_id }
end

function M.slow(event, context)
  if event.wait then
    print "waiting"
    async.sleep(event.wait)
  end
  return { slept = event.wait }
end

function M.long() async.sleep(5000) end

function M.again(event, context)
  calls[event.key] = (calls[event.key] or 0) + 1
  print(event.key .. " " .. calls[event.key] .. " " .. context.aws_request_id)
  if calls[event.key] <= event.failures then error "not yet" end
end

M.once = M.again
return M
`;

const files = {
  'app.lua': APP,
  'bad.lua': 'local x =',
  'serverless.yml': JSON.stringify({
    service: 'tested',
    provider: { name: 'aws', region: 'eu-central-1', environment: { AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1' } },
    functions: {
      app: { handler: 'app.main', memorySize: 256 }, slow: { handler: 'app.slow' }, long: { handler: 'app.long', timeout: 1 },
      again: { handler: 'app.again' }, once: { handler: 'app.once', maximumRetryAttempts: 0 }, bad: { handler: 'bad.main' },
    },
  }),
};

function sdk(dev, { keyId = 'local', secret = 'local', region = KEYS.region } = {}) {
  return new LambdaClient({ endpoint: dev.controlUrl, region, maxAttempts: 1, credentials: { accessKeyId: keyId, secretAccessKey: secret } });
}

const text = (bytes) => Buffer.from(bytes || '').toString();

/** Invokes with the SDK; Payload and LogResult come back decoded. */
async function invoke(client, FunctionName, payload, more = {}) {
  const Payload = payload === undefined || typeof payload === 'string' ? payload : JSON.stringify(payload);
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload, ...more }));
  const body = text(answer.Payload);
  return { ...answer, body, result: body && JSON.parse(body), log: answer.LogResult && Buffer.from(answer.LogResult, 'base64').toString() };
}

/** The error that the SDK makes of an answer. */
async function failure(sent) {
  try {
    await sent;
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode, message: error.message };
  }
  throw new assert.AssertionError({ message: 'it did not fail' });
}

/** A request by hand. `signed`: overrides for the signature; null is none. Resolves with { status, headers, body }. */
function call(dev, { target = '/2015-03-31/functions/app/invocations', method = 'POST', headers = {}, body = '{}', signed = {} } = {}, sent = () => {}) {
  const { host, port } = new URL(dev.controlUrl);
  const all = signed ? sign({ method, host: headers.host || host, path: target, headers, body }, { ...KEYS, ...signed }) : { host, ...headers };
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path: target, headers: all }, async (response) => {
      let answer = '';
      for await (const part of response.setEncoding('utf8')) answer += part;
      resolve({ status: response.statusCode, headers: response.headers, body: answer });
    });
    request.on('error', reject).end(body, () => sent(request));
  });
}

test('Invoke', (t) => withDev({ files }, async (dev) => {
  const aws = sdk(dev);
  const arn = (name) => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;

  await t.test('what is called by which name', async () => {
    const names = ['app', 'tested-dev-app', 'app:$LATEST', arn('app'), arn('tested-dev-app'), arn('tested-dev-app:$LATEST'), '123456789012:function:app'];
    for (const name of names) {
      const { result, StatusCode, ExecutedVersion, FunctionError, $metadata } = await invoke(aws, name, { name });
      assert.deepEqual([StatusCode, ExecutedVersion, FunctionError], [200, '$LATEST', undefined]);
      assert.deepEqual(result.event, { name });
      assert.equal(result.arn, arn('tested-dev-app'));
      assert.equal(result.request, $metadata.requestId);
      assert.match(result.trace, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/);
    }
    assert.deepEqual((await invoke(aws, 'app', { a: 1 }, { Qualifier: '$LATEST' })).result.event, { a: 1 });
    for (const [name, Qualifier] of [['other'], ['tested-dev-other'], ['tested-prod-app'], ['app', 'live'], ['app:7'], ['arn:aws:lambda:us-east-1:123456789012:function:app'], ['210987654321:function:app']]) {
      const { name: type, status, message } = await failure(invoke(aws, name, {}, { Qualifier }));
      assert.deepEqual([type, status], ['ResourceNotFoundException', 404], name);
      assert.match(message, /^Function not found: arn:aws:lambda:eu-central-1:123456789012:function:/);
    }
  });

  await t.test('results and failures', async () => {
    assert.equal((await invoke(aws, 'app', { nothing: true })).body, 'null');
    assert.deepEqual((await invoke(aws, 'app')).result.event, {}, 'no payload');
    assert.deepEqual((await invoke(aws, 'app', '[1,"ü"]')).result.event, [1, 'ü']);
    const failed = await invoke(aws, 'app', { fail: true });
    assert.deepEqual([failed.StatusCode, failed.FunctionError, failed.ExecutedVersion], [200, 'Unhandled', '$LATEST']);
    assert.deepEqual([failed.result.errorType, failed.result.errorMessage], ['Broken', 'as asked']);
    assert.match(failed.result.stackTrace[0], /^app\.lua:\d+: /);
    const crashed = await invoke(aws, 'app', { crash: true });
    assert.deepEqual([crashed.FunctionError, crashed.result.errorType], ['Unhandled', 'Runtime.ExitError']);
    const late = await invoke(aws, 'long', {});
    assert.equal(late.FunctionError, 'Unhandled');
    assert.match(late.result.errorMessage, /deadline/);
    const bad = await invoke(aws, 'bad', {});
    assert.equal(bad.FunctionError, 'Unhandled');
    assert.match(bad.result.errorMessage, /bad\.lua:1/);
  });

  await t.test('the tail of the log', async () => {
    const { log, $metadata } = await invoke(aws, 'app', { lines: 2 }, { LogType: 'Tail' });
    const id = $metadata.requestId;
    assert.match(log, new RegExp(`^START RequestId: ${id} Version: \\$LATEST\nline 0001\nline 0002\nEND RequestId: ${id}\nREPORT RequestId: ${id}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB\t`));
    const long = await invoke(aws, 'app', { lines: 3000 }, { LogType: 'Tail' });
    assert.equal(Buffer.byteLength(long.log), 4096);
    assert.match(long.log, /\nline 2999\nline 3000\nEND RequestId/);
    assert.match((await invoke(aws, 'app', { fail: true }, { LogType: 'Tail' })).log, /as asked/);
    assert.equal((await invoke(aws, 'app', { lines: 2 })).log, undefined);
  });

  await t.test('the client context', async () => {
    const context = { custom: { a: 'ü' }, env: {} };
    for (const json of [JSON.stringify(context), JSON.stringify(context, null, '\t')]) {
      const { result } = await invoke(aws, 'app', {}, { ClientContext: Buffer.from(json).toString('base64') });
      assert.deepEqual(result.client, context);
    }
    for (const ClientContext of ['?', Buffer.from('no json').toString('base64'), 'A'.repeat(3584)]) {
      assert.equal((await failure(invoke(aws, 'app', {}, { ClientContext }))).name, 'InvalidRequestContentException');
    }
  });

  await t.test('DryRun runs nothing', async () => {
    const { StatusCode, body } = await invoke(aws, 'once', { key: 'dry', failures: 0 }, { InvocationType: 'DryRun' });
    assert.deepEqual([StatusCode, body], [204, '']);
    await invoke(aws, 'once', { key: 'wet', failures: 0 });
    assert.deepEqual(dev.all({ type: 'log', function: 'once', text: /^dry / }), []);
  });

  await t.test('Event: accepted at once, tried again when it fails, with the id that it had', async () => {
    const first = await invoke(aws, 'again', { key: 'third', failures: 2 }, { InvocationType: 'Event' });
    const never = await invoke(aws, 'once', { key: 'never', failures: 9 }, { InvocationType: 'Event' });
    assert.deepEqual([first.StatusCode, first.body, never.StatusCode], [202, '', 202]);
    const id = first.$metadata.requestId;
    const tried = await dev.invocations(3, { requestId: id });
    assert.deepEqual(tried.map((line) => [line.function, line.route, line.outcome]), [['again', 'event', 'error'], ['again', 'event', 'error'], ['again', 'event', 'result']]);
    assert.match(tried[0].note, /^attempt 1; the next one in 1 s/);
    assert.deepEqual(dev.all({ type: 'log', text: /^third / }).map((line) => line.text), [1, 2, 3].map((n) => `third ${n} ${id}`));
    assert.equal(dev.all({ type: 'invocation', requestId: never.$metadata.requestId }).length, 1, 'maximumRetryAttempts: 0');
  });

  await t.test('what Lambda refuses', async () => {
    const refused = [
      [{ body: '{' }, 400, 'InvalidRequestContentException', /^Could not parse request body into json: /],
      [{ body: 'hello' }, 400, 'InvalidRequestContentException', /./],
      [{ body: JSON.stringify('x'.repeat(6 * 1024 * 1024)) }, 413, 'RequestTooLargeException', /6291456/],
      [{ body: JSON.stringify('x'.repeat(1024 * 1024)), headers: { 'x-amz-invocation-type': 'Event' } }, 413, 'RequestTooLargeException', /1048576/],
      [{ headers: { 'x-amz-invocation-type': 'Sometimes' } }, 400, 'InvalidParameterValueException', /Sometimes/],
      [{ target: '/2015-03-31/functions/other/invocations' }, 404, 'ResourceNotFoundException', /^Function not found: /],
      [{ target: '/2015-03-31/functions//invocations' }, 404, 'ResourceNotFoundException', /./],
      [{ target: '/2015-03-31/functions/app' }, 404, 'UnknownOperationException', /./],
      [{ method: 'GET', body: '' }, 404, 'UnknownOperationException', /./],
    ];
    for (const [request, status, type, message] of refused) {
      const before = dev.all({ type: 'note' }).length;
      const answer = await call(dev, request);
      const { text } = await dev.when(() => dev.all({ type: 'note' })[before]);
      assert.match(text, new RegExp(`^(POST|GET) /2015-03-31/functions/[^ ]*: ${status} ${type}: .`));
      assert.deepEqual([answer.status, answer.headers['x-amzn-errortype']], [status, type], answer.body);
      assert.match(answer.headers['x-amzn-requestid'], UUID);
      const body = JSON.parse(answer.body);
      assert.match(body.message || body.Message, message);
    }
    const most = await call(dev, { body: JSON.stringify('x'.repeat(5 * 1024 * 1024)) });
    assert.equal(most.status, 200);
  });

  await t.test('whoever may not gets nothing', async () => {
    for (const [options, name] of [[{ keyId: 'AKIDEXAMPLE' }, 'UnrecognizedClientException'], [{ secret: 'remote' }, 'InvalidSignatureException'], [{ region: 'us-east-1' }, 'InvalidSignatureException']]) {
      const error = await failure(invoke(sdk(dev, options), 'app', {}));
      assert.deepEqual([error.name, error.status], [name, 403]);
    }
    const { port } = new URL(dev.controlUrl);
    const before = dev.all({ type: 'invocation' }).length;
    for (const request of [
      { signed: null }, { signed: { service: 'execute-api' } }, { signed: { service: 'moonwire', region: 'local' } },
      { headers: { origin: 'https://evil.example' } }, { headers: { 'sec-fetch-site': 'cross-site' } }, { headers: { host: `evil.example:${port}` } },
    ]) assert.equal((await call(dev, request)).status, 403, JSON.stringify(request));
    assert.equal(dev.all({ type: 'invocation' }).length, before);
    await dev.line({ type: 'note', text: /^POST [^ ]*: 403 UnrecognizedClientException: [^\n]+$/ });
  });

  await t.test('a caller that leaves does not stop the function', async () => {
    const target = '/2015-03-31/functions/slow/invocations';
    await assert.rejects(call(dev, { target, body: '{"wait":300}' }, async (request) => {
      await dev.line({ type: 'log', function: 'slow', text: 'waiting' });
      request.destroy();
    }));
    const line = await dev.line({ type: 'invocation', function: 'slow' });
    assert.deepEqual([line.outcome, line.note], ['result', 'nobody waited for this any more']);
  });

  await t.test('handlers invoke functions', async () => {
    const { result } = await invoke(aws, 'app', { call: { FunctionName: 'tested-dev-app', Payload: { inner: 1 }, LogType: 'Tail' } });
    assert.equal(result.StatusCode, 200);
    assert.deepEqual(result.Payload.event, { inner: 1 });
    assert.match(result.LogResult, /START RequestId/);
    const failed = await invoke(aws, 'app', { call: { FunctionName: 'app', Payload: { fail: true } } });
    assert.deepEqual([failed.result.FunctionError, failed.result.Payload.errorType], ['Unhandled', 'Broken']);
    const missing = await invoke(aws, 'app', { call: { FunctionName: 'other' } });
    assert.equal(missing.result.code, 'ResourceNotFoundException');
    assert.match(missing.result.message, /Function not found/);
  });
}));
