-- series.lua: what is counted, again and again: REPETITIONS times, after WARM of them with a mark (fixed.c) before each EACH of them.
local ffi = require "ffi"
local json = require "moonwire.json"
local ws = require "moonwire.ws"

ffi.cdef "void counts_mark(void);"
if os.getenv "JIT" == "off" then jit.off() end

local function number(name) return tonumber(os.getenv(name)) end
local WARM, EACH, REPETITIONS = number "WARM", number "EACH", number "REPETITIONS"
local ID, TEXT = "BFaT_fALIAMCKug=", ("x"):rep(200)
local client = ws.client { endpoint = os.getenv "POSTS" or "http://127.0.0.1/", region = "eu-central-1" }

local done = 0

-- Before each of the repetitions.
local function step()
  if done >= WARM and (done - WARM) % EACH == 0 then ffi.C.counts_mark() end
  done = done + 1
end

local function repeated(fn)
  for _ = 1, REPETITIONS do
    step()
    fn()
  end
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
  return list
end

local M = {}

--- An invocation that calls nobody.
function M.warm(event)
  step()
  return { statusCode = 200, body = event.body }
end

--- A message to one connection.
function M.send()
  repeated(function() assert(client.send(ID, TEXT)) end)
end

--- A message of a broadcast.
function M.broadcast()
  local result = assert(client.broadcast(function()
    if done == REPETITIONS then return end
    step()
    return ID
  end, TEXT))
  assert(result.sent == REPETITIONS, "not all were sent")
end

--- The event as JSON: decoded, and encoded again.
function M.decode_event(event)
  local text = json.encode(event)
  repeated(function() json.decode(text) end)
end

function M.encode_event(event)
  repeated(function() json.encode(event) end)
end

function M.decode_100kb()
  local text = json.encode(orders())
  repeated(function() json.decode(text) end)
end

function M.encode_100kb()
  local list = orders()
  repeated(function() json.encode(list) end)
end

return M
