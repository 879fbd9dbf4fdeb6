-- dynamodb.lua: the store in a table of DynamoDB. dynamodb_keys.lua has its items. There are no scans, no transactions and no
-- secondary indexes.
--
-- META of a connection decides what is true, and is changed by conditional writes; reads of rooms and users ask the index, then
-- META of what they found. So no order of calls and no crash between two of them shows somebody who has left, and a membership that
-- was begun and not finished is finished by the next join. The price is a second read for each member: half a read unit of a
-- 1 KB connection in the usual mode, one in the consistent one that is used here, so that a handler sees what it has just done.
local dynamodb = require "moonwire.dynamodb"
local data = require "moonwire.store.dynamodb_data"
local failure = require "moonwire.store.dynamodb_failure"
local keys = require "moonwire.store.dynamodb_keys"
local members = require "moonwire.store.dynamodb_members"

local CONDITION_FAILED = "ConditionalCheckFailedException"
-- DynamoDB's own deletion of what has expired (TTL) comes this much later, so that nothing goes away that a clock elsewhere still sees.
local TTL_S = 15 * 60
local TURNS_MAX = 10 -- of saving all of data: somebody else may save in between

--- @class moonwire.store.Dynamodb: moonwire.store.Backend
--- @field db moonwire.dynamodb.Client
--- @field table_name string
local Dynamodb = {}
Dynamodb.__index = Dynamodb

-- An entry of the index.
local function entry(key, expires_at, now)
  return { pk = key.pk, sk = key.sk, added_at = now, ttl = expires_at + TTL_S }
end

-- The keys of all entries of a connection.
local function entry_keys(scope, item)
  local list = {}
  for room in pairs(item.rooms or {}) do list[#list + 1] = keys.member(scope, room, item.id) end
  if item.user then list[#list + 1] = keys.device(scope, item.user, item.id) end
  return list
end

local function write(self, requests)
  local ok, message, code = self.db:batch_write { [self.table_name] = requests }
  if not ok then return failure(message, code) end
  return true
end

function Dynamodb:connect(scope, record, rooms, now)
  local key = keys.connection(scope, record.id)
  local item = {
    pk = key.pk, sk = key.sk, id = record.id, user = record.user, claims = record.claims, endpoint = record.endpoint,
    connected_at = record.connected_at, expires_at = record.expires_at, ttl = record.expires_at + TTL_S, data = record.data,
    version = 1, rooms = {},
  }
  for _, room in ipairs(rooms) do item.rooms[room] = now end
  local ok, message, code = self.db:PutItem { TableName = self.table_name, Item = item }
  if not ok then return failure(message, code) end
  local writes = {}
  for i, entry_key in ipairs(entry_keys(scope, item)) do writes[i] = { put = entry(entry_key, item.expires_at, now) } end
  return write(self, writes)
end

-- The item of a connection that is visible.
local function get(self, scope, id, now)
  local answer, message, code = self.db:GetItem {
    TableName = self.table_name, Key = keys.connection(scope, id), ConsistentRead = true,
  }
  if not answer then return failure(message, code) end
  local item = answer.Item
  if item and item.expires_at > now then return item end
  return nil, "there is no connection " .. id, "gone"
end

function Dynamodb:get(scope, id, now)
  local item, message, code = get(self, scope, id, now)
  if not item then return nil, message, code end
  return {
    id = item.id, user = item.user, claims = item.claims, endpoint = item.endpoint, connected_at = item.connected_at,
    expires_at = item.expires_at, data = item.data, version = item.version,
  }
end

function Dynamodb:disconnect(scope, id)
  local answer, message, code = self.db:DeleteItem {
    TableName = self.table_name, Key = keys.connection(scope, id), ReturnValues = "ALL_OLD",
  }
  if not answer then return failure(message, code) end
  local deletes = {}
  for i, key in ipairs(answer.Attributes and entry_keys(scope, answer.Attributes) or {}) do deletes[i] = { delete = key } end
  return write(self, deletes)
end

-- Changes a visible connection. code is "condition" when the condition does not hold.
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
    TableName = self.table_name, Item = entry(keys.member(scope, room, id), answer.Attributes.expires_at, now),
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
  local item, message, code = get(self, scope, id, now)
  if not item and code ~= "gone" then return nil, message, code end
  local names = {}
  for room in pairs(item and item.rooms or {}) do names[#names + 1] = room end
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
    holds = function(item) return item.rooms ~= nil and item.rooms[room] ~= nil end,
  }
end

function Dynamodb:members(scope, room, after, now)
  return page(self, scope, room_index(scope, room), after, now)
end

function Dynamodb:user(scope, user, after, now)
  return page(self, scope, {
    partitions = { keys.user(scope, user) }, condition = "", names = {},
    holds = function(item) return item.user == user end,
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
    local item
    item, message, code = get(self, scope, id, now)
    if not item then return nil, message, code end
    ok, message, code = save_version(self, scope, id, data.whole(item.data, changes), version or item.version, now)
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
local function deletes_of(scope, item)
  local deletes = { { delete = keys.connection(scope, item.id) } }
  for _, key in ipairs(entry_keys(scope, item)) do deletes[#deletes + 1] = { delete = key } end
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
  for _, item in ipairs(found[self.table_name]) do
    if item.connected_at < before then
      count = count + 1
      for _, delete in ipairs(deletes_of(scope, item)) do deletes[#deletes + 1] = delete end
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
