--- ws.broadcast: checks what it is given, pulls the ids, collects the failures. The window is in the core.
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.broadcast"
local json = require "moonwire.json"

local broadcast = {}

local CONCURRENCY, TIMEOUT_MS = 32, 5000
local TIMEOUT_MAX_MS = 2 ^ 31 - 1
local NONE = {}

--- @class moonwire.ws.BroadcastOptions
--- @field except? string|string[] an id, or ids, that get nothing
--- @field concurrency? integer how many calls are under way at once, 1 to 256; default 32
--- @field timeout_ms? number how long one connection may take in all, pauses and retries included; default 5000

--- @class moonwire.ws.Place: moonwire.ws.Options
--- @field known? string an endpoint for when nothing else says where the connections are

--- @class moonwire.ws.Failure
--- @field id string
--- @field code moonwire.ws.Code
--- @field message string

--- @class moonwire.ws.BroadcastResult every id is counted once
--- @field sent integer how many have the message
--- @field gone string[] the ids of connections that are closed: forget them
--- @field failed moonwire.ws.Failure[] `{ id =, code =, message = }` of all others that were tried; with `timeout` or `network` a message may have arrived
--- @field rest? fun(): string? only when there was no time for all: an iterator over the ids that were not tried

local fields = { except = true, concurrency = true, timeout_ms = true }

-- Each check returns a sentence about what is wrong, or nothing.

local function is_id(id) return type(id) == "string" and id ~= "" end

local function check_array(name, ids)
  local why = arguments.list(name, ids)
  for i = 1, why and 0 or #ids do
    if not is_id(ids[i]) then return arguments.text(name .. "[" .. i .. "]", ids[i]) end
  end
  return why
end

local function check_ids(ids)
  if type(ids) == "table" then return check_array("ids", ids) end
  if type(ids) ~= "function" then return "ids must be an array or an iterator function, got " .. arguments.kind(ids) end
end

local function check_except(except)
  if except == nil then return end
  if type(except) == "string" then return arguments.text("except", except) end
  if type(except) == "table" then return check_array("except", except) end
  return "except must be an id or an array of ids, got " .. arguments.kind(except)
end

local function check_number(name, value, most, whole)
  if value == nil then return end
  if type(value) ~= "number" then return name .. " must be a number, got " .. arguments.kind(value) end
  if not (value >= 1 and value <= most) or whole and value % 1 ~= 0 then
    return ("%s must be %s from 1 to %d, got %s"):format(name, whole and "a whole number" or "a number", most, value)
  end
end

--- A sentence about the options that are numbers, or nothing.
--- @param options { concurrency?: any, timeout_ms?: any }
--- @return string? problem
function broadcast.pace_problem(options)
  return check_number("concurrency", options.concurrency, core.window_max, true)
    or check_number("timeout_ms", options.timeout_ms, TIMEOUT_MAX_MS)
end

local function check(ids, options)
  options = options == nil and NONE or options
  return arguments.type("options", options, "table")
    or arguments.unknown("options", options, fields)
    or check_ids(ids)
    or check_except(options.except)
    or broadcast.pace_problem(options)
end

local function set_of(except)
  local set = {}
  for _, id in ipairs(type(except) == "string" and { except } or except or NONE) do set[id] = true end
  return set
end

-- The next id of an array or an iterator, from call to call, then nil for good.
local function source_of(ids)
  local at, over = 0, false
  if type(ids) == "table" then
    return function()
      at = at + 1
      return ids[at]
    end
  end
  return function()
    if over then return nil end
    local id = ids()
    over = id == nil
    return id
  end
end

local function without(source, except)
  return function()
    local id
    repeat id = source() until id == nil or not except[id]
    return id
  end
end

local function behind(first, source)
  return function()
    local id = first
    first = nil
    if id ~= nil then return id end
    return source()
  end
end

local function collect(sender, result)
  for id, code, message in sender.take, sender do
    if code == "gone" then
      result.gone[#result.gone + 1] = id
    else
      result.failed[#result.failed + 1] = { id = id, code = code, message = message }
    end
  end
end

local function name_of(value)
  if value == "" then return "an empty string" end
  local kind = type(value)
  return kind == "number" and "the number " .. value or kind == "boolean" and tostring(value) or "a " .. kind
end

-- Begins a call for each id. Returns the id that came too late, if there was one; false and a sentence for one that is none.
local function send_all(sender, source, result)
  for id in source do
    if not is_id(id) then return false, "ids: the iterator gave " .. name_of(id) .. "; an id is a string" end
    local begun
    repeat
      begun = sender:send(id)
      collect(sender, result)
    until begun ~= nil
    if not begun then return id end
  end
end

local function work(sender, source, result)
  local late, why = send_all(sender, source, result)
  if why then return why end
  repeat
    local over = sender:wait()
    collect(sender, result)
  until over
  result.sent = sender:sent()
  if late then result.rest = behind(late, source) end
end

--- Sends what has been checked.
--- @param place moonwire.ws.Place
--- @param text string
--- @param ids string[]|fun(): string?
--- @param options moonwire.ws.BroadcastOptions
--- @return moonwire.ws.BroadcastResult|false|nil result false and a sentence when an id is none
--- @return string? message
--- @return string? code
function broadcast.run(place, text, ids, options)
  local keys = place.credentials or NONE
  local sender, message, code = core.new(text, place.endpoint, place.region,
    keys.access_key_id, keys.secret_access_key, keys.session_token,
    options.concurrency or CONCURRENCY, options.timeout_ms or TIMEOUT_MS, place.known)
  if not sender then return nil, message, code end
  local result = { sent = 0, gone = json.array {}, failed = json.array {} } -- arrays in JSON, empty ones too
  local ok, why = pcall(work, sender, without(source_of(ids), set_of(options.except)), result)
  sender:cancel() -- what the iterator raised ends what is under way
  if not ok then error(why, 0) end
  if why then return false, why end
  return result
end

--- Sends one message to many connections, several at a time. A connection that does not answer delays no other.
---
--- Ids that come twice get the message twice. The iterator is called when there is room for another id, and may wait itself:
--- 100,000 ids need never be in memory. It is not called again after it gave nil. What it raises ends the broadcast: calls
--- under way are given up, and nobody knows which of them arrived. So does an id of the iterator that is none.
---
--- All is over 500 ms before the deadline of the invocation, so that `rest` can be put somewhere. Calls that have no answer by
--- then failed with `timeout`. A connection inside its own `$connect` is in `failed`, with `connecting`.
--- @param place moonwire.ws.Place|moonwire.ws.Options
--- @param text string what goes out
--- @param ids string[]|fun(): string? an array, or an iterator: gives one id at each call, then nil
--- @param options? moonwire.ws.BroadcastOptions
--- @return moonwire.ws.BroadcastResult? result nil when it cannot begin: no endpoint, Region or keys, or data is too large
--- @return string? message
--- @return string? code
function broadcast.send(place, text, ids, options) -- ws.broadcast ends with a call to this: one level up is the user's function
  local why = check(ids, options)
  if why then error("ws.broadcast: " .. why, 2) end
  local result, message, code = broadcast.run(place, text, ids, options or NONE)
  if result == false then error("ws.broadcast: " .. message, 2) end
  return result, message, code
end

return broadcast
