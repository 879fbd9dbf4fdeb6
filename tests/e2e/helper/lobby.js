'use strict';
// lobby.js -- the service of docs/client.md under `moonwire dev`, which tells what it heard, and pushes what it is told to.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { examples } = require('./examples');
const { request } = require('./client');
const program = require('./program');

const service = {
  service: 'lobby',
  provider: { name: 'aws', runtime: 'provided.al2023', timeout: 20 },
  functions: {
    app: { handler: 'app', events: ['$connect', '$disconnect', '$default'].map((websocket) => ({ websocket })) },
    orders: { handler: 'orders', events: [{ websocket: 'order' }] },
    push: { handler: 'push.main', events: [{ httpApi: 'POST /push/{n}' }] },
  },
};

/** Hooks that only watch. */
const APP = `
return require "lobby":before(function(conn, message, context)
  local kind = context.event.requestContext.eventType
  if kind == "MESSAGE" and message.text then print("heard " .. message.text) end
  if kind == "DISCONNECT" then print("ended " .. message.code) end
end)
`;

const PUSH = `
local ws = require "moonwire.ws"
return { main = function(event)
  local n = event.pathParameters.n
  return { statusCode = 200, body = assert(ws.room("lobby"):broadcast { mid = "push " .. n, text = "push " .. n }) }
end }
`;

/** A module of docs/client.md. */
const shown = (name) => examples('docs/client.md').find(({ code }) => code.startsWith(`-- ${name}`)).code;

/** The files of the service. environment: more variables of its functions. */
const filesWith = (environment = {}) => ({
  'serverless.yml': JSON.stringify({ ...service, provider: { ...service.provider, environment } }),
  'app.lua': APP, 'push.lua': PUSH, 'lobby.lua': shown('lobby.lua'), 'orders.lua': shown('orders.lua'),
});

/** How a client begins there. */
const JOIN = { action: 'join', room: 'lobby' };

const say = (text) => ({ action: 'say', room: 'lobby', text });

/** What the handlers have written with this word in front: the texts behind it. */
const told = (dev, word) => dev.all({ type: 'log', stream: 'stdout', text: new RegExp(`^${word} `) }).map(({ text }) => text.slice(word.length + 1));

/** Sends "push N" to all members. */
async function push(dev, n) {
  const { status, body } = await request(`${dev.origin}/push/${n}`, { method: 'POST' });
  assert.equal(status, 200, body);
}

/** A command of moonwire ctl. */
async function ctl(dev, ...args) {
  const [name, ...before] = program.command('moonwire');
  const child = program.keep(spawn(name, [...before, 'ctl', ...args, '--control-port', new URL(dev.controlUrl).port], { stdio: 'ignore' }));
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0, args.join(' '));
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until is() is true, which something that has no event brings about. */
async function until(is) { while (!await is()) await pause(10); }

module.exports = { filesWith, JOIN, say, told, push, ctl, pause, until };
