'use strict';
// ws.room and ws.user under `moonwire dev`: real clients, and the other invocation that goes on with a broadcast.

const test = require('node:test');
const assert = require('node:assert/strict');
const { withDev } = require('./helper/dev');

const ROUTES = {
  $connect: 'return store.open():connect({ id = event.requestContext.connectionId, user = "ann" }, { "hall" })',
  $default: `local m = json.decode(event.body)
    if m.left then -- a clock for relay.lua, by which the time is nearly over after so many members
      local left_ms, asked = task.left_ms, 0
      task.left_ms = function()
        if not debug.getinfo(2, "S").source:find("ws/relay", 1, true) then return left_ms() end
        asked = asked + 1
        return asked > m.left and 1 or 10000
      end
      context:defer(function() task.left_ms = left_ms end)
    end
    local result = m.user and ws.user(m.user):send(m) or ws.room "hall":broadcast(m, { continue = true })
    return ws.reply { sent = result.sent, continued = result.continued, rest = result.rest ~= nil }`,
};
const MORE = 'local store, task = require "moonwire.store", require "moonwire.core.task"';
const MEMBERS = 6;

test('a room under moonwire dev', async (t) => {
  await withDev({ routes: ROUTES, more: MORE }, async (dev) => {
    const clients = await Promise.all(Array.from({ length: MEMBERS }, () => dev.connect()));
    /** Sends a message with the first client. Resolves with the reply; the others have got the message, and nothing else. */
    const say = async (message) => {
      clients[0].send(JSON.stringify(message));
      const replies = [];
      while (replies.length < 2) replies.push(JSON.parse(await clients[0].next()));
      for (const client of clients.slice(1)) assert.deepEqual(JSON.parse(await client.next()), message);
      return replies.find(({ sent }) => sent !== undefined);
    };

    await t.test('everybody gets a message', async () => {
      assert.deepEqual(await say({ n: 1 }), { sent: MEMBERS, rest: false });
      assert.deepEqual(await say({ user: 'ann' }), { sent: MEMBERS, rest: false });
    });

    await t.test('what there is no time for, another invocation sends', async () => {
      assert.deepEqual(await say({ left: 3 }), { sent: 3, continued: true, rest: false });
      await dev.when(() => /room:broadcast: continued/.test(dev.stdout + dev.stderr));
    });

    for (const client of clients) await client.close();
  });
});
