-- dynamodb_item.lua: what the items of the table hold. Times are Unix time in seconds.
local dynamodb = require "moonwire.dynamodb"
local keys = require "moonwire.store.dynamodb_keys"
local is_utf8 = require "moonwire.runtime.utf8"

local item = {}

-- DynamoDB's own deletion of what has expired ("ttl") comes this much later, so that nothing goes away that a clock elsewhere still sees.
local TTL_S = 15 * 60

--- A JSON text as a value: DynamoDB's texts are UTF-8, JSON of ours may hold any bytes.
function item.value(text)
  return is_utf8(text) and text or dynamodb.binary(text)
end

--- The other way.
function item.text(value)
  return type(value) == "table" and value.bytes or value
end

local function map(fn, from)
  local to = {}
  for key, value in pairs(from) do to[key] = fn(value) end
  return to
end

--- META of a connection. `rooms` maps the names of its rooms to when it joined.
--- @param scope string
--- @param record moonwire.store.Record
--- @param rooms string[]
--- @param now integer
function item.meta(scope, record, rooms, now)
  local key = keys.connection(scope, record.id)
  local joined = {}
  for _, room in ipairs(rooms) do joined[room] = now end
  return {
    pk = key.pk, sk = key.sk, id = record.id, user = record.user, claims = record.claims and item.value(record.claims),
    endpoint = record.endpoint, connected_at = record.connected_at, expires_at = record.expires_at, ttl = record.expires_at + TTL_S,
    data = map(item.value, record.data), version = 1, rooms = joined,
  }
end

--- @param meta table
--- @return moonwire.store.Record
function item.record(meta)
  return {
    id = meta.id, user = meta.user, claims = meta.claims and item.text(meta.claims), endpoint = meta.endpoint,
    connected_at = meta.connected_at, expires_at = meta.expires_at, data = map(item.text, meta.data), version = meta.version,
  }
end

--- An item that says where to look for a connection.
--- @param key { pk: string, sk: string }
--- @param expires_at integer
--- @param now integer
function item.entry(key, expires_at, now)
  return { pk = key.pk, sk = key.sk, added_at = now, ttl = expires_at + TTL_S }
end

--- The keys of all of these that a connection has.
--- @param scope string
--- @param meta table with id, user and rooms
--- @return { pk: string, sk: string }[]
function item.entry_keys(scope, meta)
  local list = {}
  for room in pairs(meta.rooms) do list[#list + 1] = keys.member(scope, room, meta.id) end
  if meta.user then list[#list + 1] = keys.device(scope, meta.user, meta.id) end
  return list
end

return item
