'use strict';
// What a spec leaves behind fails it (moonwire.test), and nothing of it reaches the next one.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const program = require('./helper/program');

const read = (name) => fs.readFileSync(path.join(program.ROOT, name), 'utf8');
const SERVICE = Object.fromEntries(['serverless.yml', 'handlers/chat.lua', 'handlers/echo.lua'].map((name) => [name, read(name)]));

const SPEC = `
local async = require "moonwire.async"
local t = require "moonwire.test"

describe("spec", function()
  local service
  before_each(function() service = t.service "serverless.yml" end)

  it("with a client", function() service:connect() end)
  it("with a failure to come", function() service:fail("gone", { times = 3 }) end)
  it("with a timer", function() async.spawn(function() async.sleep(60000) end) end)
  it("that fails by itself", function()
    service:connect()
    error "its own reason"
  end)
  it("that is clean", function()
    local client = service:connect()
    client:send "hello"
    client:expect "hello"
    client:close()
  end)
end)

describe("without a service", function()
  it("tasks end with the spec, as ever", function()
    assert(os.time() ~= 1767268800) -- the clock of services
    async.spawn(function() async.sleep(60000) end)
  end)
end)
`;

test('what a spec leaves behind fails it, and only it', () => {
  const { status, stdout } = program.run(['test', 'a_spec.lua'], { files: { ...SERVICE, 'a_spec.lua': SPEC } });
  assert.equal(status, 1);
  assert.match(stdout, /2 passed, 4 failed/);
  const said = (text) => assert.ok(stdout.includes(text), `"${text}" is missing in\n${stdout}`);
  said('the spec has left something behind: 1 client is still connected: client:close()');
  said('the spec has left something behind: a failure that was to come has not: gone, 3');
  said('the spec has left something behind: 1 task of the spec still runs (async.spawn): wait for it, or cancel it');
  said('its own reason');
  assert.equal(stdout.match(/left something behind/g).length, 3);
});

test('the file of a service is told when it cannot be read', () => {
  const code = 'local ok, why = pcall(require("moonwire.test").service, "nowhere.yml") print(why)';
  const { status, stdout } = program.run(['lua', '-e', code]);
  assert.equal(status, 0);
  assert.match(stdout, /^test\.service: .*nowhere\.yml/);
});
