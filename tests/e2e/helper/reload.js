'use strict';
// reload.js -- changes the files of a service while `moonwire dev` serves it, and waits for what becomes of that.

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

/** One function, which answers with a word of another file. */
const YAML = `service: tested
provider: { name: aws }
functions:
  app:
    handler: app.main
    timeout: 25
    events: [ websocket: $connect, websocket: $default ]
`;
const SAYS = (word) => `return ${JSON.stringify(word)}\n`;
const APP = `local ws, word = require "moonwire.ws", require "word"
local count = 0
return { main = function(event)
  if event.requestContext.eventType == "CONNECT" then return true end
  count = count + 1
  return ws.reply { word = word, count = count, body = event.body }
end }
`;
const FILES = { 'serverless.yml': YAML, 'app.lua': APP, 'word.lua': SAYS('one') };

/** app.lua: answers with the word; to "slow" with "begun" at once, and with the word when there is a file go.txt. */
const SLOW = (word) => `local ws, async, ffi = require "moonwire.ws", require "moonwire.async", require "ffi"
ffi.cdef "int getpid(void);"
return { main = function(event)
  if event.requestContext.eventType == "CONNECT" then return true end
  if event.body == "pid" then ws.reply(tostring(ffi.C.getpid())) end
  if event.body == "slow" then ws.reply "begun" end
  while event.body ~= "?" and not io.open "go.txt" do async.sleep(5) end
  return ws.reply(${JSON.stringify(word)})
end }
`;

/** Ways to change the files of a running service. */
function editor(dev) {
  const at = (name) => path.join(dev.directory, name);
  return {
    at,
    write: (name, text) => { fs.mkdirSync(path.dirname(at(name)), { recursive: true }); fs.writeFileSync(at(name), text); },
    rename: (from, to) => fs.renameSync(at(from), at(to)),
    remove: (name) => fs.rmSync(at(name), { recursive: true }),
    link: (target, name) => fs.symlinkSync(target, at(name)),
    git: (...args) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main', ...args], { cwd: dev.directory, stdio: 'pipe', encoding: 'utf8' }),
  };
}

const reloads = (dev) => dev.all({ type: 'reload', event: 'done' }).length;
const refusals = (dev) => dev.all({ type: 'reload', event: 'refused' }).length;

/** Makes a change and resolves with the line that tells of its effect. */
async function reload(dev, change) {
  const count = reloads(dev);
  change();
  await dev.when(() => reloads(dev) > count);
  return dev.all({ type: 'reload', event: 'done' })[count];
}

/** The same for one that cannot be loaded. */
async function refuse(dev, change) {
  const count = refusals(dev);
  change();
  await dev.when(() => refusals(dev) > count);
  return dev.all({ type: 'reload', event: 'refused' })[count];
}

/** Asks until the answer is this one: what was saved in several steps may take effect in several. */
async function until(client, word) {
  for (;;) if ((await client.askJson('?')).word === word) return;
}

/** Replaces a part of serverless.yml. */
function settings(dev, from, to) {
  const file = path.join(dev.directory, 'serverless.yml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(from, to));
}

module.exports = { YAML, SAYS, APP, FILES, SLOW, editor, reloads, refusals, reload, refuse, until, settings };
