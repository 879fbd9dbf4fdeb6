-- json_bench.lua: moonwire.json and lua-cjson side by side, in one process, in turns.
-- Needs the distribution's package lua-cjson (or CJSON_PATH, a path like package.cpath's) and a host that exports lua_*.
-- Prints the median microseconds per call over the rounds, and what lua-cjson takes for each that we take.
package.cpath = (os.getenv "CJSON_PATH" or "/usr/lib/x86_64-linux-gnu/lua/5.1/?.so;/usr/lib/aarch64-linux-gnu/lua/5.1/?.so")
  .. ";" .. package.cpath
local cjson = require "cjson"
local json = require "moonwire.json"

local ROUNDS, SECONDS = tonumber(arg and arg[1]) or 15, 0.04

-- A MESSAGE event as API Gateway sends it, without line breaks; about 600 bytes.
local function event(body)
  return ([[{"requestContext":{"routeKey":"$default","messageId":"Ya5bxcd-IAMCJTQ=","eventType":"MESSAGE",]]
    .. [["extendedRequestId":"Ya5bxE-UoAMFcyA=","requestTime":"21/Nov/2026:20:33:12 +0000","messageDirection":"IN",]]
    .. [["stage":"prod","connectedAt":1795293180012,"requestTimeEpoch":1795293192345,"identity":{"sourceIp":"203.0.113.57"},]]
    .. [["requestId":"Ya5bxE-UoAMFcyA=","domainName":"a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",]]
    .. [["connectionId":"Ya5awdWCoAMCIlw=","apiId":"a1b2c3d4e5"},"body":%s,"isBase64Encoded":false}]]):format(cjson.encode(body))
end

-- Orders with numbers, lists and objects; about 100 KB.
local function orders()
  local list = {}
  for i = 1, 500 do
    list[i] = {
      id = i * 7919, total = i * 1.25, paid = i % 3 == 0, customer = "customer-" .. i, address = { city = "Köln", zip = "50667" },
      lines = { { sku = "A-" .. i, count = i % 9 + 1, price = 9.99 }, { sku = "B-" .. i, count = 2, price = 0.5 } },
    }
  end
  return cjson.encode(list)
end

local texts = {
  { "event, 600 bytes", event '{"action":"say","room":"lobby","text":"Good evening, everybody!"}' },
  { "orders, 100 KB", orders() },
  { "string, 128 KB", event(("All work and no play makes Jack a dull boy.\n"):rep(2979)) },
}

local function median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

--- Microseconds per call.
local function time(fn, value)
  local calls, start = 0, os.clock()
  local once = 1
  repeat
    for _ = 1, once do fn(value) end
    calls = calls + once
    once = math.min(once * 2, 64)
  until os.clock() - start >= SECONDS
  return (os.clock() - start) / calls * 1e6
end

local function compare(name, ours, theirs, value)
  local a, b, ratios = {}, {}, {}
  for round = 1, ROUNDS do
    collectgarbage()
    a[round] = time(ours, value)
    collectgarbage()
    b[round] = time(theirs, value)
    ratios[round] = b[round] / a[round]
  end
  print(("%-26s %9.2f us  %9.2f us  %6.2f"):format(name, median(a), median(b), median(ratios)))
end

print(("%-26s %12s  %12s  %6s"):format("", "moonwire", "lua-cjson", "ratio"))
for _, case in ipairs(texts) do
  local name, text = case[1], case[2]
  compare("decode " .. name, json.decode, cjson.decode, text)
  compare("encode " .. name, json.encode, cjson.encode, json.decode(text))
end
