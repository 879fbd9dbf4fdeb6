'use strict';
// aws.request and aws.client: what arrives at a service, whether it is signed for that service, what its answers become.

const test = require('node:test');
const assert = require('node:assert/strict');
const { SECRETS } = require('./helper/bootstrap');
const { serve, serveBytes } = require('./helper/server');
const { verify } = require('./helper/signature');
const { withSnippets } = require('./helper/snippets');

const KEYS = { keyId: 'AKIDEXAMPLE', secret: SECRETS[0], token: SECRETS[1], region: 'eu-central-1' };
const ONE_ATTEMPT = { AWS_MAX_ATTEMPTS: '1' };

/** One test: a server that gives `answer`, a bootstrap that finds it in AWS_ENDPOINT_URL and URL. */
function scenario(name, { answer = [200, {}, '{}'], env = {} }, body) {
  test(name, { timeout: 120000 }, async () => {
    const service = await serve((request, response) => {
      const [status, headers, text] = typeof answer === 'function' ? answer(request) : answer;
      response.writeHead(status, headers);
      response.end(text);
    });
    const variables = typeof env === 'function' ? env(service) : env;
    try {
      await withSnippets({ AWS_ENDPOINT_URL: service.url, URL: service.url, ...variables }, (run) => body(run, service));
    } finally {
      await service.close();
    }
  });
}

/* JSON protocols: [client, action, signing name, X-Amz-Target, version] */

const SERVICES = [
  ['dynamodb', 'ListTables', 'dynamodb', 'DynamoDB_20120810.ListTables', '1.0'],
  ['dynamodbstreams', 'GetRecords', 'dynamodb', 'DynamoDBStreams_20120810.GetRecords', '1.0'],
  ['sqs', 'SendMessage', 'sqs', 'AmazonSQS.SendMessage', '1.0'],
  ['ssm', 'GetParameter', 'ssm', 'AmazonSSM.GetParameter', '1.1'],
  ['secretsmanager', 'GetSecretValue', 'secretsmanager', 'secretsmanager.GetSecretValue', '1.1'],
  ['events', 'PutEvents', 'events', 'AWSEvents.PutEvents', '1.1'],
  ['eventbridge', 'PutEvents', 'events', 'AWSEvents.PutEvents', '1.1'],
  ['kinesis', 'PutRecord', 'kinesis', 'Kinesis_20131202.PutRecord', '1.1'],
  ['firehose', 'PutRecord', 'firehose', 'Firehose_20150804.PutRecord', '1.1'],
  ['states', 'StartExecution', 'states', 'AWSStepFunctions.StartExecution', '1.0'],
  ['stepfunctions', 'StartExecution', 'states', 'AWSStepFunctions.StartExecution', '1.0'],
  ['kms', 'Decrypt', 'kms', 'TrentService.Decrypt', '1.1'],
  ['logs', 'PutLogEvents', 'logs', 'Logs_20140328.PutLogEvents', '1.1'],
  ['cognito-idp', 'AdminGetUser', 'cognito-idp', 'AWSCognitoIdentityProviderService.AdminGetUser', '1.1'],
  ['ecr', 'GetAuthorizationToken', 'ecr', 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken', '1.1'],
  ['cloudwatch', 'PutMetricData', 'monitoring', 'GraniteServiceVersion20100801.PutMetricData', '1.0'],
];

scenario('every service gets its target, signed for it', {}, async (run, service) => {
  for (const [name, action, signing, target, version] of SERVICES) {
    assert.deepEqual(await run('local c = aws.client(ARG[1]) return outcome(c[ARG[2]](c, { A = { 1, "ü" } }))', [name, action]), { result: {} });
    const request = service.requests.pop();
    assert.deepEqual([request.method, request.url, request.body.toString()], ['POST', '/', '{"A":[1,"ü"]}']);
    assert.deepEqual([request.headers['x-amz-target'], request.headers['content-type']], [target, `application/x-amz-json-${version}`]);
    verify(request, { ...KEYS, service: signing });
  }
});

const places = [
  { name: 'the variable of the service', env: (s) => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_SQS: `${s.url}/base/` }), url: '/base/' },
  { name: 'a given endpoint', env: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' }), options: '{ endpoint = os.getenv "URL" }', url: '/' },
  { name: 'a given Region', env: () => ({}), options: '{ region = "us-west-2" }', url: '/', keys: { region: 'us-west-2' } },
  { name: 'AWS_DEFAULT_REGION', env: () => ({ AWS_REGION: null, AWS_DEFAULT_REGION: 'eu-west-3' }), url: '/', keys: { region: 'eu-west-3' } },
  { name: 'given keys', env: () => ({}), options: '{ credentials = { access_key_id = "local", secret_access_key = "sEcReT" } }', url: '/', keys: { keyId: 'local', secret: 'sEcReT', token: undefined } },
];
for (const { name, env, options = 'nil', url, keys } of places) {
  scenario(`place: ${name}`, { env }, async (run, service) => {
    assert.deepEqual(await run(`return outcome(aws.client("sqs", ${options}):ListQueues())`), { result: {} });
    assert.equal(service.requests[0].url, url);
    verify(service.requests[0], { ...KEYS, service: 'sqs', ...keys });
  });
}

/* The table that a client was made of changes afterwards. */
for (const [maker, action, signing] of [['aws.client("sqs", given)', 'ListQueues', 'sqs'], ['dynamodb.client(given)', 'ListTables', 'dynamodb']]) {
  scenario(`a client stays what it was made: ${maker}`, {}, async (run, service) => {
    const { result } = await run(`
      local dynamodb = require "moonwire.dynamodb"
      local keys = { access_key_id = "local", secret_access_key = "sEcReT" }
      local given = { endpoint = os.getenv "URL", region = "us-west-2", credentials = keys }
      local made = ${maker}
      keys.access_key_id, keys.secret_access_key, keys.session_token = nil, "b", "c"
      given.region, given.credentials, given.endpoint = "eu-west-1", nil, "http://127.0.0.1:1"
      return outcome(made:${action} {})`);
    assert.deepEqual(result, {});
    verify(service.requests[0], { keyId: 'local', secret: 'sEcReT', token: undefined, region: 'us-west-2', service: signing });
  });
}

scenario('no Region is a failure that says what to do', { env: { AWS_REGION: null, AWS_DEFAULT_REGION: null } }, async (run) => {
  const { message, code } = await run('return outcome(aws.client("sqs"):ListQueues())');
  assert.equal(message, 'sqs:ListQueues: no Region: set AWS_REGION, or give the client or the call a region');
  assert.equal(code, 'bad_request');
});

scenario('no keys are a failure', { env: { AWS_ACCESS_KEY_ID: null, AWS_SECRET_ACCESS_KEY: null, AWS_SESSION_TOKEN: null } }, async (run, service) => {
  const { message, result } = await run('return outcome(aws.client("sqs"):ListQueues())');
  assert.equal(result, undefined);
  assert.match(message, /^sqs:ListQueues: .*AWS_ACCESS_KEY_ID/);
  assert.equal(service.requests.length, 0);
});

/* Answers of JSON protocols */

const answers = [
  { name: 'a table', answer: [200, {}, '{"A":[],"B":{"C":1.5}}'], want: { result: { A: [], B: { C: 1.5 } } } },
  { name: 'members that are null are not there', answer: [200, {}, '{"NextToken":null,"A":[null]}'], want: { result: { A: [null] } } },
  { name: 'an empty body', answer: [200, {}, ''], want: { result: {} } },
  { name: 'no JSON', answer: [200, {}, '<html>'], want: { message: /^sqs:X: the answer is not a JSON object: line 1/, code: 'server' } },
  { name: 'JSON that is no object', answer: [200, {}, '7'], want: { message: 'sqs:X: the answer is not a JSON object: a number', code: 'server' } },
  { name: 'null', answer: [200, {}, 'null'], want: { message: 'sqs:X: the answer is not a JSON object: null', code: 'server' } },
  { name: 'a list', answer: [200, {}, '[]'], want: { message: 'sqs:X: the answer is not a JSON object: a list', code: 'server' } },
  { name: 'an error of the service', answer: [400, {}, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No such queue.","Extra":[1]}'],
    want: { message: 'sqs:X: QueueDoesNotExist: No such queue. (HTTP 400)', code: 'QueueDoesNotExist', details: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'No such queue.', Extra: [1] } } },
  { name: 'an unknown action', answer: [404, {}, '{"__type":"UnknownOperationException"}'],
    want: { message: 'sqs:X: UnknownOperationException (HTTP 404)', code: 'UnknownOperationException', details: { __type: 'UnknownOperationException' } } },
  { name: 'forbidden without a type', answer: [403, {}, 'no'], want: { message: 'sqs:X: URL answered HTTP 403', code: 'forbidden' } },
  { name: 'throttled without a type', answer: [429, {}, ''], want: { message: 'sqs:X: URL answered HTTP 429', code: 'throttled' } },
  { name: 'a failure of the service', answer: [500, {}, '{"message":null}'], want: { message: 'sqs:X: URL answered HTTP 500', code: 'server', details: {} } },
  { name: 'an error with the secret', answer: [400, {}, JSON.stringify({ __type: 'X', message: `not ${SECRETS[0]}` })], details: false,
    want: { message: 'sqs:X: X (HTTP 400)', code: 'X' } },
];
for (const { name, answer, want, details = true } of answers) {
  scenario(`answer: ${name}`, { answer, env: ONE_ATTEMPT }, async (run, service) => {
    const seen = await run(`return outcome(aws.client("sqs"):X())`);
    seen.message = seen.message?.replace(service.url, 'URL');
    if (!seen.message) delete seen.message;
    if (!details) delete seen.details;
    if (want.message instanceof RegExp) {
      assert.match(seen.message, want.message);
      seen.message = want.message;
    }
    assert.deepEqual(seen, want);
  });
}

const hostile = [
  { name: 'closes', talk: (socket) => socket.destroy(), code: 'network' },
  { name: 'cuts the answer', talk: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"A":'), code: 'network' },
  { name: 'never answers', talk: () => {}, options: '{ timeout_ms = 100 }', code: 'timeout' },
  { name: 'sends too much', talk: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{'), code: 'too_large' },
  { name: 'sends noise', talk: (socket) => socket.end('\0\x01\x02SSH-2.0\r\n\r\n'), code: 'network' },
];
for (const { name, talk, options = 'nil', code } of hostile) {
  test(`a service that ${name}`, { timeout: 120000 }, async () => {
    const service = await serveBytes(talk);
    try {
      await withSnippets({ AWS_ENDPOINT_URL: service.url, ...ONE_ATTEMPT }, async (run) => {
        const seen = await run(`return outcome(aws.client("ssm", ${options}):GetParameter {})`);
        assert.equal(seen.code, code, seen.message);
        assert.match(seen.message, /^ssm:GetParameter: http:\/\/127\.0\.0\.1/);
        assert.deepEqual([seen.result, seen.details], [undefined, undefined]);
        assert.equal(await run('return "and goes on"'), 'and goes on');
      });
    } finally {
      await service.close();
    }
  });
}

test('a service that cannot be reached', { timeout: 120000 }, () => withSnippets({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', ...ONE_ATTEMPT }, async (run) => {
  assert.equal((await run('return outcome(aws.client("kms"):Decrypt {})')).code, 'network');
}));

scenario('what may succeed later is tried again', { answer: (request) => (request.headers['x-seen'] ? [200, {}, '{}'] : [503, {}, '']) }, async (run, service) => {
  const seen = await run('return outcome(aws.client("sqs"):X())');
  assert.equal(seen.message.replace(service.url, 'URL'), 'sqs:X: URL answered HTTP 503, after 3 attempts');
  assert.equal(service.requests.length, 3);
});

/* aws.request */

const REQUESTS = [
  { name: 'GET', code: '{ service = "sns", url = URL .. "/" }', method: 'GET', url: '/', service: 'sns' },
  { name: 'a query', code: '{ service = "sns", url = URL, query = { Action = "Publish", Message = "a b+ü&=", n = 5, list = { 1, true } } }', method: 'GET',
    url: '/?Action=Publish&Message=a%20b%2B%C3%BC%26%3D&list=1&list=true&n=5', service: 'sns' },
  { name: 'a query behind one', code: '{ service = "sns", url = URL .. "/?x=1#part", query = { a = "" } }', method: 'GET', url: '/?x=1&a=', service: 'sns' },
  { name: 'POST with headers', code: '{ service = "sns", url = URL, method = "post", headers = { { "X-A", "1" } }, body = "\\0a" }', method: 'POST', url: '/', body: '\0a', service: 'sns' },
  { name: 'an encoded path', code: '{ service = "execute-api", url = URL .. "/a/%40b/%3D" }', method: 'GET', url: '/a/%40b/%3D', service: 'execute-api' },
  { name: 'S3: the path as it is', code: '{ service = "s3", url = URL .. "/bucket//a/../b%20c", query = { ["list-type"] = 2, prefix = "a/" } }', method: 'GET',
    url: '/bucket//a/../b%20c?list-type=2&prefix=a%2F', service: 's3' },
  { name: 'S3: a body', code: '{ service = "s3", url = URL .. "/bucket/a%2Fb", method = "PUT", body = "text" }', method: 'PUT', url: '/bucket/a%2Fb', body: 'text', service: 's3' },
  { name: 'another Region', code: '{ service = "sts", url = URL, region = "us-east-1" }', method: 'GET', url: '/', service: 'sts', region: 'us-east-1' },
];
scenario('aws.request signs what it sends', { answer: [201, { 'X-Some': 'a' }, 'text'] }, async (run, service) => {
  for (const { name, code, method, url, body = '', service: signing, region = KEYS.region } of REQUESTS) {
    const seen = await run(`local URL = os.getenv "URL" return outcome(aws.request ${code})`);
    assert.deepEqual([seen.result.status, seen.result.headers['x-some'], seen.result.body], [201, 'a', 'text'], name);
    const request = service.requests.pop();
    assert.deepEqual([request.method, request.url, request.body.toString()], [method, url, body], name);
    verify(request, { ...KEYS, service: signing, region });
  }
});

scenario('aws.request: any other status is a failure with its response', {
  answer: [404, { 'X-Some': 'a' }, '<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>'],
}, async (run) => {
  const seen = await run('return outcome(aws.request { service = "s3", url = os.getenv "URL" .. "/b/k" })');
  assert.deepEqual([seen.message, seen.code], ['aws.request: NoSuchKey: The key does not exist. (HTTP 404)', 'NoSuchKey']);
  assert.deepEqual([seen.details.status, seen.details.headers['x-some']], [404, 'a']);
  assert.match(seen.details.body, /^<Error>/);
});

scenario('aws.request: a redirect is a failure', { answer: [301, { Location: 'http://127.0.0.1:1/' }, ''] }, async (run) => {
  const seen = await run('return outcome(aws.request { service = "s3", url = os.getenv "URL" })');
  assert.deepEqual([seen.code, seen.details.status], ['bad_request', 301]);
});

scenario('aws.request: max_body', { answer: [200, {}, 'x'.repeat(1000)], env: ONE_ATTEMPT }, async (run) => {
  assert.equal((await run('return outcome(aws.request { service = "s3", url = os.getenv "URL", max_body = 999 })')).code, 'too_large');
  assert.equal((await run('return outcome(aws.request { service = "s3", url = os.getenv "URL", max_body = 1000 })')).result.body.length, 1000);
});

scenario('many at once', {}, async (run, service) => {
  const seen = await run(`local calls = {}
    for i = 1, 50 do calls[i] = function() return aws.client("sqs"):SendMessage { MessageBody = tostring(i) } end end
    return #async.all(calls)`);
  assert.equal(seen, 50);
  for (const request of service.requests) verify(request, { ...KEYS, service: 'sqs' });
});

/* Lambda */

const INVOKE = [
  { name: 'a table', code: '{ FunctionName = "f", Payload = { a = 1 } }', url: '/2015-03-31/functions/f/invocations', body: '{"a":1}',
    answer: [200, { 'X-Amz-Executed-Version': '$LATEST' }, '{"b":null}'], want: { StatusCode: 200, Payload: { b: null }, ExecutedVersion: '$LATEST' } },
  { name: 'a text, and all that there is', code: '{ FunctionName = "arn:aws:lambda:eu-central-1:1:function:f", Payload = "[1]", InvocationType = "RequestResponse", Qualifier = "live", LogType = "Tail", ClientContext = { a = 1 } }',
    url: '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A1%3Afunction%3Af/invocations?Qualifier=live', body: '[1]',
    headers: { 'x-amz-invocation-type': 'RequestResponse', 'x-amz-log-type': 'Tail', 'x-amz-client-context': Buffer.from('{"a":1}').toString('base64') },
    answer: [200, { 'X-Amz-Log-Result': Buffer.from('START\nEND').toString('base64') }, '"text"'], want: { StatusCode: 200, Payload: 'text', LogResult: 'START\nEND' } },
  { name: 'a function that fails', code: '{ FunctionName = "f" }', url: '/2015-03-31/functions/f/invocations', body: '',
    answer: [200, { 'X-Amz-Function-Error': 'Unhandled' }, '{"errorMessage":"no"}'], want: { StatusCode: 200, FunctionError: 'Unhandled', Payload: { errorMessage: 'no' } } },
  { name: 'an event', code: '{ FunctionName = "f", InvocationType = "Event", Payload = json.array {} }', url: '/2015-03-31/functions/f/invocations', body: '[]',
    answer: [202, {}, ''], want: { StatusCode: 202 } },
  { name: 'an answer that is no JSON', code: '{ FunctionName = "f" }', url: '/2015-03-31/functions/f/invocations', body: '', answer: [200, {}, 'plain'], want: { StatusCode: 200, Payload: 'plain' } },
];
for (const { name, code, url, body, headers = {}, answer, want } of INVOKE) {
  scenario(`lambda:Invoke: ${name}`, { answer }, async (run, service) => {
    assert.deepEqual(await run(`return outcome(aws.client("lambda"):Invoke ${code})`), { result: want });
    const [request] = service.requests;
    assert.deepEqual([request.method, request.url, request.body.toString()], ['POST', url, body]);
    for (const [header, value] of Object.entries(headers)) assert.equal(request.headers[header], value);
    verify(request, { ...KEYS, service: 'lambda' });
  });
}

scenario('lambda:Invoke: no such function', { answer: [404, { 'x-amzn-ErrorType': 'ResourceNotFoundException' }, '{"Type":"User","Message":"Function not found"}'] }, async (run) => {
  assert.deepEqual(await run('return outcome(aws.client("lambda"):Invoke { FunctionName = "f" })'), {
    message: 'lambda:Invoke: ResourceNotFoundException: Function not found (HTTP 404)', code: 'ResourceNotFoundException', details: { Type: 'User', Message: 'Function not found' },
  });
});
