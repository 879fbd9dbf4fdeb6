-- batch.lua: any number of items through BatchWriteItem and BatchGetItem, which take 25 and 100 at a time and may leave some of
-- them undone ("BatchWriteItem" and "BatchGetItem", DynamoDB API Reference: retry with exponential backoff).
local arguments = require "moonwire.runtime.arguments"
local backlog = require "moonwire.dynamodb.backlog"
local client = require "moonwire.aws.client"
local encode = require "moonwire.runtime.encode"
local json = require "moonwire.json"
local marshal = require "moonwire.dynamodb.marshal"
local read = require "moonwire.dynamodb.read"
local shapes = require "moonwire.dynamodb.shapes"

local batch = {}

local WRITE_MAX, GET_MAX = 25, 100

-- Calls an action with attribute values; only what stands under RequestItems.
local function call(place, action, items)
  return client.call(place, "dynamodb:" .. action, action, json.encode { RequestItems = items })
end

-- fn(name, entry, what) for every table; returns the first sentence that it returns. what: "requests[...]", in sentences.
local function each_table(requests, fn)
  if type(requests) ~= "table" then return arguments.type("requests", requests, "table") end
  for name, entry in pairs(requests) do
    if type(name) ~= "string" then return "requests must have names of tables as keys, got a " .. type(name) end
    local why = fn(name, entry, ("requests[%q]"):format(name))
    if why and name == "RequestItems" then -- AWS's form; a table may have that name
      why = "requests must have the tables themselves as keys, { users = { ... } }, without RequestItems around them"
    end
    if why then return why end
  end
end

-- Writing

--- { put = item } or { delete = key } as AWS's request.
local function to_aws(request)
  if type(request) ~= "table" then return nil end
  local kind, value = next(request)
  if next(request, kind) ~= nil or type(value) ~= "table" then return nil end
  if kind == "put" then return { PutRequest = { Item = value } } end
  if kind == "delete" then return { DeleteRequest = { Key = value } } end
end

local function plain(values)
  local copy = {}
  for name, value in pairs(values) do copy[name] = read(value, "lossless") end
  return copy
end

--- The other way; nil when it is neither.
local function from_aws(wire)
  local put, delete = wire.PutRequest, wire.DeleteRequest
  if put and put.Item then return { put = plain(put.Item) } end
  if delete and delete.Key then return { delete = plain(delete.Key) } end
end

local function no_sense(why)
  return nil, "dynamodb: the answer makes no sense: " .. why, "server"
end

--- What db:batch_write is to do.
--- @return moonwire.dynamodb.Job[]? jobs
--- @return string? why not
function batch.write_queue(requests)
  local items = {}
  local why = each_table(requests, function(name, list, what)
    local no_list = arguments.list(what, list)
    if no_list then return no_list end
    items[name] = {}
    for i, request in ipairs(list) do
      items[name][i] = to_aws(request)
      if not items[name][i] then return ("%s[%d] must be { put = item } or { delete = key }"):format(what, i) end
    end
  end)
  if why then return nil, why end
  local wire
  wire, why = marshal.write(shapes.request "BatchWriteItem", { RequestItems = items })
  if not wire then return nil, why end
  return backlog.jobs(wire.RequestItems)
end

-- The jobs by table: { users = { request, ... } }.
local function by_table(jobs, value_of)
  local tables = {}
  for _, job in ipairs(jobs) do
    tables[job.table] = tables[job.table] or {}
    table.insert(tables[job.table], value_of(job.wire))
  end
  return tables
end

local function same(value) return value end

--- @param place moonwire.aws.Place
--- @param jobs moonwire.dynamodb.Job[]
--- @return true? ok
--- @return string? message
--- @return string? code
--- @return table? rest
function batch.write(place, jobs)
  local rest, message, code = backlog.work(jobs, WRITE_MAX, "dynamodb:batch_write", function(part)
    local answer, why, kind = call(place, "BatchWriteItem", by_table(part, same))
    if not answer then return nil, why, kind end
    local ok, wrong = marshal.read(shapes.answer "BatchWriteItem", answer)
    if not ok then return no_sense(wrong) end
    local undone = backlog.jobs(answer.UnprocessedItems or {})
    for _, job in ipairs(undone) do
      if not from_aws(job.wire) then return no_sense "UnprocessedItems has something else than items and keys" end
    end
    return undone
  end)
  if not rest then return true end
  return nil, message, code, by_table(rest, from_aws)
end

-- Reading

--- What db:batch_get is to do. Each job knows the options of its table.
--- @return moonwire.dynamodb.Job[]? jobs
--- @return string? why not
function batch.get_queue(requests)
  local items = {}
  local why = each_table(requests, function(name, entry, what)
    local has_options = type(entry) == "table" and entry.Keys ~= nil
    items[name] = has_options and entry or { Keys = entry }
    return arguments.list(has_options and what .. ".Keys" or what, items[name].Keys)
  end)
  if why then return nil, why end
  local wire
  wire, why = marshal.write(shapes.request "BatchGetItem", { RequestItems = items })
  if not wire then return nil, why end
  why = select(2, encode(wire)) -- the options of a table are the user's
  if why then return nil, why end
  local lists = {}
  for name, entry in pairs(wire.RequestItems) do lists[name] = entry.Keys end
  return backlog.jobs(lists, wire.RequestItems)
end

-- { users = { Keys = { ... }, ConsistentRead = true } }: the options of a table and the keys of some jobs.
local function keys_by_table(jobs)
  local items = {}
  for _, job in ipairs(jobs) do
    local entry = items[job.table]
    if not entry then
      entry = {}
      for name, value in pairs(job.options or {}) do entry[name] = value end
      entry.Keys = {}
      items[job.table] = entry
    end
    table.insert(entry.Keys, job.wire)
  end
  return items
end

-- Adds the items of an answer.
local function collect(found, responses)
  for name, items in pairs(responses) do
    found[name] = found[name] or {}
    for _, item in ipairs(items) do table.insert(found[name], item) end
  end
end

--- @param place moonwire.aws.Place
--- @param jobs moonwire.dynamodb.Job[]
--- @param numbers? "exact"
--- @return table<string, table[]>? items
--- @return string? message
--- @return string? code
--- @return table<string, table[]>? items
function batch.get(place, jobs, numbers)
  local found, options = {}, {}
  for _, job in ipairs(jobs) do
    options[job.table] = job.options
    found[job.table] = found[job.table] or {}
  end
  local rest, message, code = backlog.work(jobs, GET_MAX, "dynamodb:batch_get", function(part)
    local answer, why, kind = call(place, "BatchGetItem", keys_by_table(part))
    if not answer then return nil, why, kind end
    local lists = {}
    local read_answer, wrong = marshal.read(shapes.answer "BatchGetItem", answer, numbers)
    if not read_answer then return no_sense(wrong) end
    collect(found, read_answer.Responses or {})
    for name, entry in pairs(answer.UnprocessedKeys or {}) do lists[name] = entry.Keys or {} end
    return backlog.jobs(lists, options)
  end)
  if not rest then return found end
  return nil, message, code, found
end

return batch
