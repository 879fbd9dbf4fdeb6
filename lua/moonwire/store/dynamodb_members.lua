-- dynamodb_members.lua: pages of members, of a room or of a user: what the index has, compared with the connections themselves.
local async = require "moonwire.async"
local keys = require "moonwire.store.dynamodb_keys"

local members = {}

local PAGE = 250 -- items of one partition: a page of a room has four times as many, and takes two turns of calls
local GET_MAX = 100 -- "BatchGetItem", DynamoDB API Reference
-- An entry without its connection is deleted when it is older: of a younger one the connection may be about to say the same.
local ORPHAN_S = 60
local ORPHANS_MAX = 25 -- deleted at once; the others when somebody looks again

--- What to look for.
--- @class moonwire.store.DynamodbIndex
--- @field partitions string[] their pk
--- @field condition string a projection besides the facts of a member: what `holds` looks at
--- @field names table<string, string> of the condition
--- @field holds fun(meta: table): boolean does the connection say so, too?

local FACTS = "#id, #user, #endpoint, connected_at, expires_at" -- "user" is a reserved word, the others may become some
local FACT_NAMES = { ["#id"] = "id", ["#user"] = "user", ["#endpoint"] = "endpoint" }

-- A page of one partition: { sk, ... } ascending, and where it ends when there is more.
local function query(db, table_name, pk, after)
  local answer, message, code = db:Query {
    TableName = table_name, Limit = PAGE, ConsistentRead = true, ProjectionExpression = "sk",
    KeyConditionExpression = "pk = :pk AND sk > :sk", ExpressionAttributeValues = { [":pk"] = pk, [":sk"] = keys.behind(after) },
  }
  if not answer then return nil, message, code end
  local entries = {}
  for i, item in ipairs(answer.Items) do entries[i] = { pk = pk, sk = item.sk } end
  return { entries = entries, last = answer.LastEvaluatedKey and answer.LastEvaluatedKey.sk }
end

-- The pages of all partitions as one, ascending, up to where each of them is known; and where that is, nil when it is the end.
local function merge(pages)
  local last
  for _, page in ipairs(pages) do
    if page.last and (not last or page.last < last) then last = page.last end
  end
  local entries = {}
  for _, page in ipairs(pages) do
    for _, entry in ipairs(page.entries) do
      if not last or entry.sk <= last then entries[#entries + 1] = entry end
    end
  end
  table.sort(entries, function(a, b) return a.sk < b.sk end)
  return entries, last
end

local function entries_of(store, index, after)
  local calls = {}
  for i, pk in ipairs(index.partitions) do
    calls[i] = function() return query(store.db, store.table_name, pk, after) end
  end
  local pages, message, code = async.all(calls)
  if not pages then return nil, message, code end
  return merge(pages)
end

-- The connections of entries from..to, by id.
local function get(store, scope, index, entries, from, to)
  local wanted, names = {}, {}
  for i = from, to do wanted[#wanted + 1] = keys.connection(scope, keys.id_of(entries[i].sk)) end
  for name, value in pairs(FACT_NAMES) do names[name] = value end
  for name, value in pairs(index.names) do names[name] = value end
  local found, message, code = store.db:batch_get {
    [store.table_name] = {
      Keys = wanted, ConsistentRead = true, ProjectionExpression = FACTS .. index.condition, ExpressionAttributeNames = names,
    },
  }
  if not found then return nil, message, code end
  return found[store.table_name]
end

local function connections_of(store, scope, index, entries)
  local calls, by_id = {}, {}
  for from = 1, #entries, GET_MAX do
    calls[#calls + 1] = function() return get(store, scope, index, entries, from, math.min(from + GET_MAX - 1, #entries)) end
  end
  local lists, message, code = async.all(calls)
  if not lists then return nil, message, code end
  for _, list in ipairs(lists) do
    for _, meta in ipairs(list) do by_id[meta.id] = meta end
  end
  return by_id
end

-- Deletes entries that count for nothing. That it fails is no failure of a read.
local function prune(store, orphans, now)
  local calls = {}
  for i = 1, math.min(#orphans, ORPHANS_MAX) do
    calls[i] = function()
      return { store.db:DeleteItem {
        TableName = store.table_name, Key = orphans[i], ConditionExpression = "added_at < :limit",
        ExpressionAttributeValues = { [":limit"] = now - ORPHAN_S },
      } }
    end
  end
  if calls[1] then async.all(calls) end
end

--- A page of visible members, ascending by id.
--- @param store moonwire.store.Dynamodb
--- @param scope string
--- @param index moonwire.store.DynamodbIndex
--- @param after? string
--- @param now integer
--- @return moonwire.store.Member[]? page
--- @return string? next `after` of the next page, nil when this is the last one; the message of a failure
--- @return string? code
function members.page(store, scope, index, after, now)
  local entries, last, code = entries_of(store, index, after)
  if not entries then return nil, last, code end
  local by_id, message
  by_id, message, code = connections_of(store, scope, index, entries)
  if not by_id then return nil, message, code end
  local page, orphans = {}, {}
  for _, entry in ipairs(entries) do
    local meta = by_id[keys.id_of(entry.sk)]
    if not meta or not index.holds(meta) then
      orphans[#orphans + 1] = entry
    elseif meta.expires_at > now then
      page[#page + 1] = { id = meta.id, user = meta.user, endpoint = meta.endpoint, connected_at = meta.connected_at }
    end
  end
  prune(store, orphans, now)
  return page, last and keys.id_of(last)
end

return members
