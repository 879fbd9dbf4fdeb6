'use strict';
// A connection whose $connect was accepted a moment ago: API Gateway opens it when it has read the reply, and answers 410
// until then. The event's own connection is tried again from context:defer, and nothing else is.

const test = require('node:test');
const assert = require('node:assert/strict');
const { Lambda } = require('./helper/bootstrap');
const { connect, message } = require('./helper/events');
const { serve } = require('./helper/server');

const RETRIES = 5; // RETRY_OPENINGS

const rows = [
  { name: 'reply is tried until the connection is open', gone: 3, call: 'ws.reply("hi")', want: ['true'], requests: 4 },
  { name: 'so is send to its own connection', gone: 1, call: 'ws.send(event.requestContext.connectionId, "hi")', want: ['true'], requests: 2 },
  { name: 'the attempts of other failures are left', gone: 3, then: 503, call: 'ws.reply("hi")', want: ['true'], requests: 5 },
  { name: 'a client that has left is gone', gone: 100, call: 'ws.reply("hi")', requests: 1 + RETRIES,
    want: ['nil', 'ws.reply: GoneException (HTTP 410), after 6 attempts', 'gone'] },
  { name: 'another connection is gone at once', gone: 100, call: 'ws.send("other=", "hi")', requests: 1, want: ['nil', 'ws.send: GoneException (HTTP 410)', 'gone'] },
  { name: 'close is not tried again', gone: 100, call: 'ws.close(event.requestContext.connectionId)', requests: 1, want: ['nil', 'ws.close: GoneException (HTTP 410)', 'gone'] },
  { name: 'nor is the connection of a message', event: message, gone: 100, call: 'ws.reply("hi")', requests: 1, want: ['nil', 'ws.reply: GoneException (HTTP 410)', 'gone'] },
];

for (const { name, event = connect, gone, then, call, want, requests } of rows) {
  test(name, { timeout: 60000 }, async () => {
    const sink = await serve((request, response) => {
      const earlier = sink.requests.length - 1;
      const status = earlier < gone ? 410 : earlier === gone && then ? then : 200;
      response.writeHead(status, status === 410 ? { 'x-amzn-ErrorType': 'GoneException' } : {});
      response.end();
    });
    const code = `local ws = require "moonwire.ws"
      context:defer(function() print("deferred", ${call}) end)
      return { statusCode = 200 }`;
    const lambda = await Lambda.start({ code, env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${sink.url}/prod` } });
    try {
      await lambda.invoke(event());
      await lambda.idle();
      assert.deepEqual(lambda.stdout.trimEnd().split('\t').slice(1), want);
      assert.equal(sink.requests.length, requests);
      await lambda.stop();
      lambda.check();
    } finally {
      await lambda.stop();
      await sink.close();
    }
  });
}

test('it is not tried again behind the deadline', { timeout: 60000 }, async () => {
  const sink = await serve((request, response) => response.writeHead(410).end());
  const lambda = await Lambda.start({
    code: `local ws = require "moonwire.ws"
      context:defer(function()
        local ok, message, code = ws.reply("hi")
        print(ok, message, code, context:get_remaining_time_in_millis() > 0)
      end)
      return { statusCode = 200 }`,
    env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${sink.url}/prod` },
  });
  try {
    await lambda.invoke(connect()); // started, whatever that took
    await lambda.idle();
    const before = sink.requests.length;
    await lambda.invoke(connect(), { headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + 900) } });
    await lambda.idle();
    const [, last] = lambda.stdout.trimEnd().split('\n');
    assert.match(last, /^nil\tws\.reply: http:\/\/127\.0\.0\.1:\d+ answered HTTP 410(, after \d attempts)?; not tried again: too little time before the deadline\tgone\ttrue$/);
    assert.ok(sink.requests.length - before < 1 + RETRIES);
    await lambda.stop();
    lambda.check();
  } finally {
    await lambda.stop();
    await sink.close();
  }
});
