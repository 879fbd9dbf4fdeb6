'use strict';
// ws.broadcast: what waits for what. A receiver that says nothing holds up nobody, ids are pulled when there is room, and
// other tasks go on. All of it is told by the order of events.

const test = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');
const { Lambda } = require('./helper/bootstrap');
const { message } = require('./helper/events');
const { scenario, resultOf, deadline, peak } = require('./helper/sink');
const { INSTRUMENTED } = require('./helper/program');
const { readRequests } = require('./helper/wire');

const MB = 1024 * 1024;

/* Silence */

const OTHERS = 500;
const silent = [];
scenario('one that says nothing costs the others nothing: they are all done while it waits', {
  code: `local result = ws.broadcast(numbers(${OTHERS + 1}), "x", { concurrency = 2, timeout_ms = 50000 })
    return body { result.sent, #result.gone, #result.failed }`,
  answer: (id, tries, response) => {
    if (id !== 'c1=') return 'ok';
    silent.push(response);
    return undefined;
  },
}, async (lambda, sink) => {
  const reply = lambda.invoke(message());
  await sink.when(() => sink.given === OTHERS);
  assert.equal(silent.length, 1);
  assert.equal(sink.open, 1); // it still waits, and nobody else does
  silent[0].end();
  assert.deepEqual(resultOf(await reply), [OTHERS + 1, 0, 0]);
});

const held = new Map();
scenario('throttled ones give their place back: a window of two, three in a pause, and all others go on', {
  code: 'local result = ws.broadcast(numbers(40), "x", { concurrency = 2, timeout_ms = 50000 })\nreturn body { result.sent, #result.gone, #result.failed }',
  answer: (id, tries, response) => {
    if (tries > 1 || !/^c[123]=$/.test(id)) return 'ok';
    held.set(id, response);
    return response.writeHead(429, { 'x-amz-retry-after': '3000' }).end() && undefined;
  },
}, async (lambda, sink) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [40, 0, 0]);
  const order = sink.requests.map(({ url }) => url.slice(url.lastIndexOf('/') + 1));
  const again = order.map((id, at) => [id, at]).filter(([id, at]) => order.indexOf(id) !== at);
  assert.deepEqual(again.map(([id]) => id).sort(), ['c1%3D', 'c2%3D', 'c3%3D']);
  assert.deepEqual(again.map(([, at]) => at), [40, 41, 42]); // behind all others
});

/* Iterators */

/** A sink that is nothing but fast: answers each request at once. seen(number) hears of each id. */
async function fastSink(seen) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    readRequests(socket, { onHead() {}, onRequest({ target }) {
      seen(Number(/\/c(\d+)%3D$/.exec(target)[1]));
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    } });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => { server.close(resolve); for (const socket of sockets) socket.destroy(); });
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

const MANY = INSTRUMENTED ? 3000 : 100000;
const WINDOW = 16;
test(`an iterator of ${MANY} ids is never far ahead`, { timeout: 600000 }, async () => {
  const once = new Uint8Array(MANY + 1);
  let ahead = 0;
  let count = 0;
  const sink = await fastSink((number) => {
    ahead = Math.max(ahead, number - count); // ids are pulled in order: so many were pulled before their turn
    count += 1;
    once[number] += 1;
  });
  const code = `local ws = require "moonwire.ws"
    local pulled = 0
    local result = ws.broadcast(function()
      pulled = pulled + 1
      if pulled <= ${MANY} then return "c" .. pulled .. "=" end
    end, "x", { concurrency = ${WINDOW} })
    return { result.sent, #result.gone, #result.failed, pulled }`;
  const lambda = await Lambda.start({ code, env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: sink.url } });
  try {
    const reply = await lambda.invoke({}, deadline(500000));
    assert.deepEqual(reply.json, [MANY, 0, 0, MANY + 1]);
    assert.ok(once.subarray(1).every((times) => times === 1));
    assert.ok(ahead <= 5 * WINDOW + 1, `${ahead} ids ahead`);
    if (!INSTRUMENTED) assert.ok(peak(lambda) < 16 * MB, `${(peak(lambda) / MB).toFixed(1)} MB`);
    await lambda.stop();
    lambda.check();
  } finally {
    await lambda.stop();
    await sink.close();
  }
});

scenario('an iterator that pages through something remote: calls go on while it waits', {
  code: `local at, page = 0, {}
    local result = ws.broadcast(function()
      at = at + 1
      if #page < at then
        local answer = http.request { url = os.getenv "SINK" .. "/pages/" .. at }
        if answer.body == "" then return nil end
        for id in answer.body:gmatch "%S+" do page[#page + 1] = id end
      end
      return page[at]
    end, "x")
    return body { result.sent, #result.failed }`,
  answer: (() => {
    let pages = 0;
    let arrived = 0;
    let hold = null;
    return (id, tries, response) => {
      if (/^\d+$/.test(id)) {
        pages += 1;
        const text = pages > 3 ? '' : `p${pages}a p${pages}b`;
        if (pages === 1) response.end(text);
        else hold = { response, text }; // until what the last page named has arrived
      } else {
        arrived += 1;
        response.end();
      }
      if (hold && arrived === 2 * (pages - 1)) {
        hold.response.end(hold.text);
        hold = null;
      }
    };
  })(),
}, async (lambda, sink) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [6, 0]);
  assert.equal(sink.requests.length, 10);
});

scenario('two broadcasts and another task at once', {
  code: `local ticks = 0
    local ticker = async.spawn(function() while true do async.sleep(1) ticks = ticks + 1 end end)
    local results = async.all {
      function() return ws.broadcast(numbers(200), "x", { concurrency = 1 }) end,
      function() return ws.broadcast({ "a", "gone" }, "y") end,
    }
    ticker:cancel()
    return body { results[1].sent, results[2].sent, results[2].gone, ticks > 0 }`,
  answer: (id) => (id === 'gone' ? 'gone' : 'ok'),
}, async (lambda) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [200, 1, ['gone'], true]);
});
