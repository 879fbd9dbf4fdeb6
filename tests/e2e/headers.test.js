'use strict';
// What comes with an event besides its body, what goes with a request, and answers that bring no event.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { scenario, table, ROOT, FIXTURES } = require('./helper/bootstrap');
const { ARN } = require('./helper/runtime-api');

const CONTEXT = { root: FIXTURES, handler: 'context.run' };
const HEADER = (name) => `Lambda-Runtime-${name}`;

// Each header: what the handler sees of it.
const fields = [
  ['Aws-Request-Id', 'aws_request_id', 'r-1', 'r-1'],
  ['Invoked-Function-Arn', 'invoked_function_arn', 'arn:x:y', 'arn:x:y'],
  ['Trace-Id', 'trace_id', 'Root=1-2;Parent=3;Sampled=0;Lineage=4:5', 'Root=1-2;Parent=3;Sampled=0;Lineage=4:5'],
  ['Aws-Tenant-Id', 'tenant_id', 'blue', 'blue'],
  ['Client-Context', 'client_context', '{"custom":{"n":1,"b":true,"z":null,"l":[1,{}],"o":{"p":"q"}}}',
    { custom: { n: 1, b: true, z: null, l: [1, {}], o: { p: 'q' } } }],
  ['Client-Context', 'client_context', '{oops', '{oops'],
  ['Client-Context', 'client_context', '"text"', 'text'],
  ['Client-Context', 'client_context', '17', 17],
  ['Client-Context', 'client_context', '[]', []],
  ['Cognito-Identity', 'identity', '{"cognitoIdentityId":"a","cognitoIdentityPoolId":"b"}', { cognitoIdentityId: 'a', cognitoIdentityPoolId: 'b' }],
  ['Cognito-Identity', 'identity', 'nobody', 'nobody'],
  ['Deadline-Ms', 'deadline_ms', '4102444800000', 4102444800000],
  ['Deadline-Ms', 'deadline_ms', '9007199254740992', 9007199254740992],
  ['Deadline-Ms', 'deadline_ms', '9223372036854775807', 9223372036854775807],
  ...['-1', '0', '1.5', '1e3', '0x10', 'soon', '9223372036854775808', '99999999999999999999999'].map(
    (text) => ['Deadline-Ms', 'deadline_ms', text, undefined]),
];
for (const [name, field, value, want] of fields) {
  scenario(`header ${name}: ${value}`, CONTEXT, async (lambda) => {
    for (const spell of [(n) => n, (n) => n.toUpperCase(), (n) => n.toLowerCase()]) {
      const options = { headers: { [HEADER(name)]: null, [spell(HEADER(name))]: value } };
      if (name === 'Aws-Request-Id') options.id = value;
      const { json } = await lambda.invoke({}, options);
      assert.deepEqual(json[field], want);
    }
    await lambda.idle();
  });
}

// An empty header is an absent one; nothing of the event before stays.
const OPTIONAL = {
  'Invocation-Id': null, 'Invoked-Function-Arn': 'invoked_function_arn', 'Trace-Id': 'trace_id', 'Aws-Tenant-Id': 'tenant_id',
  'Client-Context': 'client_context', 'Cognito-Identity': 'identity', 'Deadline-Ms': 'deadline_ms',
};
scenario('headers: empty, blank and missing ones are absent, each and all of them', CONTEXT, async (lambda) => {
  const full = { [HEADER('Aws-Tenant-Id')]: 'blue', [HEADER('Client-Context')]: '{}', [HEADER('Cognito-Identity')]: '{}' };
  for (const value of ['', ' \t ', null]) {
    for (const [name, field] of Object.entries(OPTIONAL)) {
      const { json } = await lambda.invoke({}, { headers: { ...full, [HEADER(name)]: value } });
      if (field) assert.ok(!(field in json), `${field} is ${JSON.stringify(json[field])}`);
      assert.ok('client_context' in json || name === 'Client-Context');
    }
    const none = Object.fromEntries(Object.keys(OPTIONAL).map((name) => [HEADER(name), value]));
    const { json } = await lambda.invoke({}, { headers: { ...none, 'Content-Type': value } });
    for (const field of Object.values(OPTIONAL)) assert.ok(!(field in json), `${field} is ${JSON.stringify(json[field])}`);
  }
});

scenario('headers: of one that comes twice, the first with a value counts', CONTEXT, async (lambda) => {
  const twice = { 'lambda-runtime-aws-request-id': 'second', 'lambda-runtime-invoked-function-arn': 'second', 'lambda-runtime-aws-tenant-id': 'second' };
  const { json } = await lambda.invoke({}, { id: 'first', headers: { [HEADER('Aws-Tenant-Id')]: '', ...twice } });
  assert.deepEqual([json.aws_request_id, json.invoked_function_arn, json.tenant_id], ['first', ARN, 'second']);
});

scenario('headers: an invocation id that could break out of its line is not sent back', CONTEXT, async (lambda) => {
  const invocation = lambda.api.push({}, { headers: { [HEADER('Invocation-Id')]: 'a\tb' } });
  const { headers } = await invocation.reply;
  assert.ok(!('lambda-runtime-invocation-id' in headers));
  assert.match(lambda.api.violations.pop(), /invocation id is undefined/); // the helper wants every id back
});

scenario('headers: the invocation id goes back with results and with errors', { code: 'if event.bad then error "x" end return 1' }, async (lambda) => {
  for (const bad of [false, true]) {
    const invocation = lambda.api.push({ bad });
    assert.equal((await invocation.reply).headers['lambda-runtime-invocation-id'], invocation.nonce);
  }
});

const VERSION = /"([^"]+)"/.exec(fs.readFileSync(path.join(ROOT, 'runtime/base/version.h'), 'utf8'))[1];
scenario('every request names the runtime and its version', { code: 'if event.bad then error "x" end return 1' }, async (lambda) => {
  for (const bad of [false, true]) await lambda.invoke({ bad });
  await lambda.idle();
  assert.equal(lambda.api.requests.length, 5);
  for (const { headers } of lambda.api.requests) assert.equal(headers['user-agent'], `moonwire/${VERSION}`);
});
scenario('a failed start names the runtime too, and has no X-Ray cause', { files: { 'app.lua': 'error "x"' } }, async (lambda) => {
  await lambda.api.when(() => lambda.api.initErrors.length === 1);
  assert.equal(lambda.api.initErrors[0].headers['user-agent'], `moonwire/${VERSION}`);
  assert.ok(!('lambda-runtime-function-xray-error-cause' in lambda.api.initErrors[0].headers));
});

// _X_AMZN_TRACE_ID
const TRACES = ['Root=1', 'Root=2', null, 'Root=3', '', 'Root=3'];
async function traces(lambda) {
  const seen = [];
  for (const trace of TRACES) {
    const { json } = await lambda.invoke({}, { headers: { [HEADER('Trace-Id')]: trace } });
    seen.push([json.trace_id, json.environment_trace]);
  }
  return seen;
}
scenario('trace id: on demand the environment follows it, and has none when the event has none', CONTEXT, async (lambda) => {
  assert.deepEqual(await traces(lambda), TRACES.map((trace) => [trace || undefined, trace || undefined]));
});
scenario('trace id: what the environment had at the start goes with the first event', { ...CONTEXT, env: { _X_AMZN_TRACE_ID: 'stale' } }, async (lambda) => {
  assert.ok(!('environment_trace' in (await lambda.invoke({}, { headers: { [HEADER('Trace-Id')]: null } })).json));
});
for (const slots of [1, 3]) {
  scenario(`trace id: never in the environment of many at once (AWS_LAMBDA_MAX_CONCURRENCY=${slots})`, { ...CONTEXT, slots }, async (lambda) => {
    assert.deepEqual(await traces(lambda), TRACES.map((trace) => [trace || undefined, undefined]));
  });
  scenario(`trace id: the environment is left as it is where many are served at once (${slots})`, { ...CONTEXT, slots, env: { _X_AMZN_TRACE_ID: 'theirs' } }, async (lambda) => {
    assert.deepEqual((await traces(lambda)).map(([, environment]) => environment), TRACES.map(() => 'theirs'));
  });
}

// The body and its type.
const NOTHING = Buffer.alloc(0);
const TYPE_OF = 'return { type(event), type(event) == "table" and next(event) == nil or event }';
table([
  { name: 'no bytes are an empty event', options: { body: NOTHING }, want: ['table', true] },
  { name: 'no bytes, chunked', options: { body: NOTHING, deliver: { chunked: [1] } }, want: ['table', true] },
  { name: 'no bytes without a type', options: { body: NOTHING, headers: { 'Content-Type': null } }, want: ['table', true] },
  { name: 'no bytes of another type are an empty string', options: { body: NOTHING, headers: { 'Content-Type': 'text/plain' } }, want: ['string', ''] },
  { name: 'another type is the body as it is', options: { body: Buffer.from('{"n":1}'), headers: { 'Content-Type': 'text/plain; charset=utf-8' } }, want: ['string', '{"n":1}'] },
  { name: 'the type in another case', options: { body: Buffer.from('{}'), headers: { 'Content-Type': 'Application/JSON' } }, want: ['table', true] },
].map((row) => ({ ...row, code: TYPE_OF, name: `event: ${row.name}` })));
for (const [name, text] of [['blanks', ' \n'], ['half an object', '{"a":'], ['no JSON', 'hello']]) {
  scenario(`event: ${name}: the invocation fails, the process goes on`, { code: TYPE_OF }, async (lambda) => {
    const { kind, json, headers } = await lambda.invoke({}, { body: Buffer.from(text) });
    assert.deepEqual([kind, json.errorType, headers['lambda-runtime-function-error-type']], ['error', 'Runtime.UnmarshalError', 'Runtime.UnmarshalError']);
    assert.deepEqual((await lambda.invoke({})).json, ['table', true]);
  });
}

// No event in the answer.
scenario('no event for a long time: polls for as long as it takes, with pauses', { code: 'return event' }, async (lambda) => {
  const before = Date.now();
  for (let i = 0; i < 20; i++) lambda.api.fault(i % 2 ? { status: 204 } : { status: 200, text: '' });
  assert.deepEqual((await lambda.invoke({ n: 1 })).json, { n: 1 });
  assert.equal(lambda.api.polls, 21);
  assert.ok(Date.now() - before >= 20 * 40, 'it polled without a pause');
});

scenario('no event and lost connections take turns: an answer is a success', { code: 'return event' }, async (lambda) => {
  for (let i = 0; i < 10; i++) {
    lambda.api.fault({ drop: 'status' });
    lambda.api.fault({ status: 204 });
  }
  assert.deepEqual((await lambda.invoke({ n: 1 })).json, { n: 1 });
});

scenario('connections that rest for a while and are dropped do not use up the tries', { code: 'return event' }, async (lambda) => {
  const rest = () => new Promise((resolve) => setTimeout(resolve, 1100));
  for (let i = 0; i < 7; i++) lambda.api.fault({ hold: rest, drop: 'request', reset: i % 2 === 1 });
  assert.deepEqual((await lambda.invoke({ n: 1 })).json, { n: 1 });
  assert.equal(lambda.api.polls, 8);
});
