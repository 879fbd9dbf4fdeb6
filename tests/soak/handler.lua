-- handler.lua: what a service does in the course of a million invocations, one kind of it per event.
-- The event (or the JSON in its body) says the kind, and a number `n` that comes back in the result or in the error, so that
-- soak.js sees that every answer is the right one. `id` is a connection; `ms`, `size` are small numbers.
local async = require "moonwire.async"
local crypto = require "moonwire.crypto"
local http = require "moonwire.http"
local json = require "moonwire.json"
local log = require "moonwire.log"
local ws = require "moonwire.ws"

local endpoint = os.getenv "SOAK_ENDPOINT"
local kinds = {}

local function answer(n, more)
  return { statusCode = 200, body = { n = n, more = more } }
end

-- Results

function kinds.echo(call) return { statusCode = 200, body = call.text .. call.n } end

function kinds.large(call) return { statusCode = 200, body = call.text:upper() .. call.n } end

function kinds.nothing() end

function kinds.accepted() return true end

function kinds.shapes(call)
  return {
    n = call.n, list = json.array { 1, 2.5, -3e300, "four", false }, none = json.null, empty = json.array {}, object = {},
    deep = { { { { { call.n } } } } }, ["key " .. call.n] = "a key that comes once", text = ("\0\1\"ü"):rep(call.size),
  }
end

function kinds.text(call) return "just " .. call.n end

function kinds.headers(call, event)
  local names = 0
  for _ in pairs(event.headers) do names = names + 1 end
  return { statusCode = 200, headers = { ["Sec-WebSocket-Protocol"] = event.headers["SEC-websocket-protocol"] }, body = call.n .. " " .. names }
end

function kinds.context(call, event, context)
  context.mine = event
  return answer(call.n, {
    id = context.aws_request_id, trace = context.trace_id, tenant = context.tenant_id, identity = context.identity,
    client = context.client_context, time_left = context:get_remaining_time_in_millis() > 0,
  })
end

-- Failures

function kinds.raise(call) error("it broke: " .. call.n) end

function kinds.raise_table(call) error { type = "NotFound", message = "no room " .. call.n } end

function kinds.raise_object(call)
  error(setmetatable({}, { __tostring = function() return "object " .. call.n end }))
end

function kinds.raise_nothing() error() end

function kinds.returns_failure(call) return nil, "not today: " .. call.n, "not_today" end

function kinds.bad_result(call) return { statusCode = 200, body = { n = call.n, f = print } } end

function kinds.overflow(call)
  local function deeper(level) return 1 + deeper(level + call.n) end
  return deeper(0)
end

function kinds.nested_failure(call)
  local ok, message = pcall(function() async.all { function() async.sleep(0) error("inner " .. call.n, 0) end } end)
  assert(not ok)
  error("outer of " .. tostring(message))
end

-- Tasks

function kinds.sleep(call)
  async.sleep(call.ms)
  return answer(call.n)
end

function kinds.all(call)
  local results = async.all {
    function() async.sleep(call.ms) return call.n end,
    function() return json.decode(json.encode { call.n })[1] end,
    function() return crypto.sha256(call.text) end,
  }
  assert(results[1] == results[2])
  return answer(results[1])
end

function kinds.all_fails(call)
  local result, message = async.all {
    function() async.sleep(60000) return true end,
    function() return nil, "failed " .. call.n end,
  }
  return answer(result, message)
end

function kinds.race(call)
  return answer(async.race {
    function() async.sleep(60000) return "late" end,
    function() http.request { url = endpoint .. "/silence" } return "never" end,
    function() async.sleep(call.ms) return call.n end,
  })
end

function kinds.spawn(call)
  local sum = 0
  local handles = {}
  for i = 1, 3 do
    handles[i] = async.spawn(function() async.sleep(0) sum = sum + i return i end)
  end
  for _, handle in ipairs(handles) do handle:wait() end
  handles[1]:cancel()
  return answer(call.n, sum)
end

function kinds.left_behind(call)
  for _ = 1, 3 do
    async.spawn(function() async.spawn(function() async.sleep(60000) end) async.sleep(60000) end)
  end
  async.sleep(0)
  return answer(call.n)
end

function kinds.spawn_fails(call)
  async.spawn(function() error("nobody waits for me: " .. call.n) end)
  async.sleep(0)
  return answer(call.n)
end

function kinds.coroutines(call)
  local words = coroutine.wrap(function()
    for i = 1, 3 do async.sleep(0) coroutine.yield(i) end
  end)
  local abandoned = coroutine.create(function() coroutine.yield(("x"):rep(100)) end)
  coroutine.resume(abandoned)
  assert(not coroutine.resume(coroutine.create(function() error("inside " .. call.n) end)))
  return answer(call.n, words() + words())
end

function kinds.defer(call, _, context)
  context:defer(function() async.sleep(0) log.debug("deferred") end)
  context:defer(function() print("deferred", call.n) end)
  context:defer(function() context:defer(function() call.text = nil end) end)
  return answer(call.n)
end

function kinds.defer_fails(call, _, context)
  context:defer(function() error("deferred and failed: " .. call.n) end)
  return answer(call.n)
end

-- Output

function kinds.log(call)
  log.info("joined", { room = "room " .. call.n, seats = { 1, 2 }, text = call.text })
  log.warn(("odd bytes \255\0 "):rep(call.size), { message = "taken", f = print })
  log.debug("never written", { n = call.n })
  return answer(call.n)
end

function kinds.print(call)
  print("seen", call.n, nil, true, {})
  io.write("written ", call.n, "\n")
  return answer(call.n)
end

-- The library

function kinds.crypto(call)
  local key = crypto.random_bytes(16)
  local mac = crypto.hmac_sha256(key, call.text)
  assert(crypto.equal(mac, crypto.hmac_sha256(key, call.text)))
  return answer(call.n, { crypto.hex(mac), crypto.base64(mac), crypto.uuid() })
end

function kinds.json(call)
  local value = json.decode('{"list":[1,2,{"n":' .. call.n .. '}],"text":"\\u0000\\ud83d\\ude00","none":null}')
  assert(not json.decode('{"cut":' .. call.n))
  assert(not pcall(json.encode, { print }))
  return answer(json.decode(json.encode(value)).list[3].n)
end

function kinds.load(call)
  local chunk = assert(loadstring("local a = ... local b = 0 for i = 1, 20 do b = b + a % i end return a, b"))
  assert(not pcall(require, "no.such.module"))
  return answer((chunk(call.n)))
end

-- The network

function kinds.send(call) return answer(call.n, { ws.send(call.id, { n = call.n, text = call.text }) }) end

function kinds.reply(call) return answer(call.n, { ws.reply(call.text) }) end

function kinds.gone(call)
  local ok, _, code = ws.send("gone-" .. call.id, call.text)
  assert(not ok and code == "gone", code)
  return answer(call.n)
end

function kinds.throttled(call)
  local ok, _, code = ws.send("busy-" .. call.id, call.text)
  assert(not ok and code == "throttled", code)
  return answer(call.n)
end

function kinds.manage(call)
  assert(ws.info(call.id).identity.sourceIp)
  assert(ws.close(call.id))
  return answer(call.n)
end

function kinds.broadcast(call)
  local sends = {}
  for i = 1, 8 do sends[i] = function() return ws.send(call.id .. i, call.text) end end
  return answer(call.n, assert(async.all(sends)))
end

function kinds.fetch(call)
  local response = assert(http.request { url = endpoint .. "/bytes/" .. call.size * 100, headers = { ["X-N"] = call.n } })
  return answer(call.n, #response.body)
end

function kinds.fetch_fails(call)
  local response, _, code = http.request { url = endpoint .. "/hangup" }
  assert(not response and code == "network", code)
  response, _, code = http.request { url = endpoint .. "/silence", timeout_ms = 10 }
  assert(not response and code == "timeout", code)
  return answer(call.n)
end

local handler = {}

function handler.run(event, context)
  local call = event.kind and event or json.decode(event.body or event.headers["X-Call"])
  return kinds[call.kind](call, event, context)
end

return handler
