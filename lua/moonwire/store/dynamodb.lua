-- dynamodb.lua: the store in a table of DynamoDB. dynamodb_keys.lua has its items. There are no scans, no transactions and no
-- secondary indexes.
--
-- META of a connection decides what is true, and is changed by conditional writes; reads of rooms and users ask the index, then
-- META of what they found. So no order of calls and no crash between two of them shows somebody who has left, and a membership that
-- was begun and not finished is finished by the next join. The price is a second read for each member, one read unit for each 4 KB
-- of META: reads are consistent, so that a handler sees what it has just done.
local dynamodb = require "moonwire.dynamodb"
local data = require "moonwire.store.dynamodb_data"
local failure = require "moonwire.store.dynamodb_failure"
local item = require "moonwire.store.dynamodb_item"
local keys = require "moonwire.store.dynamodb_keys"
local members = require "moonwire.store.dynamodb_members"

local CONDITION_FAILED = "ConditionalCheckFailedException"
local TURNS_MAX = 10 -- of saving all of data: somebody else may save in between

--- @class moonwire.store.Dynamodb: moonwire.store.Backend
--- @field db moonwire.dynamodb.Client
--- @field table_name string
local Dynamodb = {}
Dynamodb.__index = Dynamodb

local function write(self, requests)
  local ok, message, code = self.db:batch_write { [self.table_name] = requests }
  if not ok then return failure(message, code) end
  return true
end

function Dynamodb:connect(scope, record, rooms, now)
  local meta = item.meta(scope, record, rooms, now)
  local ok, message, code = self.db:PutItem { TableName = self.table_name, Item = meta }
  if not ok then return failure(message, code) end
  local puts = {}
  for i, key in ipairs(item.entry_keys(scope, meta)) do puts[i] = { put = item.entry(key, meta.expires_at, now) } end
  return write(self, puts)
end

-- META of a visible connection.
local function get(self, scope, id, now)
  local answer, message, code = self.db:GetItem {
    TableName = self.table_name, Key = keys.connection(scope, id), ConsistentRead = true,
  }
  if not answer then return failure(message, code) end
  local meta = answer.Item
  if meta and meta.expires_at > now then return meta end
  return nil, "there is no connection " .. id, "gone"
end

function Dynamodb:get(scope, id, now)
  local meta, message, code = get(self, scope, id, now)
  if not meta then return nil, message, code end
  return item.record(meta)
end

function Dynamodb:disconnect(scope, id)
  local answer, message, code = self.db:DeleteItem {
    TableName = self.table_name, Key = keys.connection(scope, id), ReturnValues = "ALL_OLD",
  }
  if not answer then return failure(message, code) end
  local deletes = {}
  for i, key in ipairs(answer.Attributes and item.entry_keys(scope, answer.Attributes) or {}) do deletes[i] = { delete = key } end
  return write(self, deletes)
end

-- Changes a visible connection; "gone", too, when the request's own condition does not hold.
local function update(self, scope, id, now, request)
  request.TableName, request.Key = self.table_name, keys.connection(scope, id)
  request.ConditionExpression = "expires_at > :now" .. (request.ConditionExpression or "")
  request.ExpressionAttributeValues[":now"] = now
  local answer, message, code = self.db:UpdateItem(request)
  if answer then return answer end
  if code == CONDITION_FAILED then return nil, "there is no connection " .. id, "gone" end
  return failure(message, code)
end

-- META first: when it is gone nothing has happened, and an entry without it counts for nothing. Setting expires_at to itself has
-- it returned, without all the rest.
function Dynamodb:join(scope, id, room, now)
  local answer, message, code = update(self, scope, id, now, {
    UpdateExpression = "SET rooms.#room = :now, expires_at = expires_at", ExpressionAttributeNames = { ["#room"] = room },
    ExpressionAttributeValues = {}, ReturnValues = "UPDATED_NEW",
  })
  if not answer then return nil, message, code end
  local ok
  ok, message, code = self.db:PutItem {
    TableName = self.table_name, Item = item.entry(keys.member(scope, room, id), answer.Attributes.expires_at, now),
  }
  if not ok then return failure(message, code) end
  return true
end

-- The entry first: a join that comes in between writes it again after META has it again.
function Dynamodb:leave(scope, id, room)
  local ok, message, code = self.db:DeleteItem { TableName = self.table_name, Key = keys.member(scope, room, id) }
  if not ok then return failure(message, code) end
  ok, message, code = self.db:UpdateItem {
    TableName = self.table_name, Key = keys.connection(scope, id), ConditionExpression = "attribute_exists(rooms.#room)",
    UpdateExpression = "REMOVE rooms.#room", ExpressionAttributeNames = { ["#room"] = room },
  }
  if ok or code == CONDITION_FAILED then return true end
  return failure(message, code)
end

function Dynamodb:rooms(scope, id, now)
  local meta, message, code = get(self, scope, id, now)
  if not meta and code ~= "gone" then return nil, message, code end
  local names = {}
  for room in pairs(meta and meta.rooms or {}) do names[#names + 1] = room end
  return names
end

local function page(self, scope, index, after, now)
  local found, after_or_message, code = members.page(self, scope, index, after, now)
  if not found then return failure(after_or_message, code) end
  return found, after_or_message
end

local function room_index(scope, room)
  local partitions = {}
  for shard = 0, keys.SHARDS - 1 do partitions[shard + 1] = keys.room(scope, room, shard) end
  return {
    partitions = partitions, condition = ", rooms.#room", names = { ["#room"] = room },
    holds = function(meta) return meta.rooms ~= nil and meta.rooms[room] ~= nil end,
  }
end

function Dynamodb:members(scope, room, after, now)
  return page(self, scope, room_index(scope, room), after, now)
end

function Dynamodb:user(scope, user, after, now)
  return page(self, scope, {
    partitions = { keys.user(scope, user) }, condition = "", names = {},
    holds = function(meta) return meta.user == user end,
  }, after, now)
end

function Dynamodb:count(scope, room, now)
  local index, count, after = room_index(scope, room), 0, nil
  repeat
    local found, code
    found, after, code = page(self, scope, index, after, now)
    if not found then return nil, after, code end
    count = count + #found
  until not after
  return count
end

-- Saves if the version is this one; nil means any.
local function save_version(self, scope, id, request, version, now)
  if version then
    request.ConditionExpression = " AND #version = :version"
    request.ExpressionAttributeValues[":version"] = version
  end
  local ok, message, code = update(self, scope, id, now, request)
  if ok then return true end
  if code ~= "gone" or not version then return nil, message, code end
  ok, message, code = get(self, scope, id, now)
  if not ok then return nil, message, code end
  return nil, "the data of the connection was changed by others again and again", "conflict"
end

local function save_whole(self, scope, id, changes, version, now)
  local ok, message, code
  for _ = 1, TURNS_MAX do
    local meta
    meta, message, code = get(self, scope, id, now)
    if not meta then return nil, message, code end
    ok, message, code = save_version(self, scope, id, data.whole(meta.data, changes), version or meta.version, now)
    if ok then return true end
    if version or code ~= "conflict" then break end
  end
  return nil, message, code
end

function Dynamodb:save(scope, id, changes, version, now)
  local request = data.by_key(changes)
  if not request then return save_whole(self, scope, id, changes, version, now) end
  return save_version(self, scope, id, request, version, now)
end

-- What is deleted of a connection: META among it, in no order, since META alone decides.
local function deletes_of(scope, meta)
  local deletes = { { delete = keys.connection(scope, meta.id) } }
  for _, key in ipairs(item.entry_keys(scope, meta)) do deletes[#deletes + 1] = { delete = key } end
  return deletes
end

function Dynamodb:forget(scope, ids, before)
  local wanted, deletes, count = {}, {}, 0
  for i, id in ipairs(ids) do wanted[i] = keys.connection(scope, id) end
  local found, message, code = self.db:batch_get {
    [self.table_name] = {
      Keys = wanted, ConsistentRead = true, ProjectionExpression = "#id, #user, connected_at, rooms",
      ExpressionAttributeNames = { ["#id"] = "id", ["#user"] = "user" },
    },
  }
  if not found then return failure(message, code) end
  for _, meta in ipairs(found[self.table_name]) do
    if meta.connected_at < before then
      count = count + 1
      for _, delete in ipairs(deletes_of(scope, meta)) do deletes[#deletes + 1] = delete end
    end
  end
  local ok
  ok, message, code = write(self, deletes)
  if not ok then return nil, message, code end
  return count
end

-- DynamoDB deletes what has expired by itself, by `ttl`.
function Dynamodb:sweep()
  return 0
end

local dynamodb_store = {}

--- @param table_name string name or ARN
--- @return moonwire.store.Backend
function dynamodb_store.open(table_name)
  return setmetatable({ db = dynamodb.client(), table_name = table_name }, Dynamodb)
end

return dynamodb_store
