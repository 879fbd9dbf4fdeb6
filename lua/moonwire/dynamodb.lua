--- DynamoDB with plain Lua values.
---
---     local db = dynamodb.client()
---     db:PutItem { TableName = "users", Item = { id = "ann", age = 40, tags = dynamodb.set { "a", "b" } } }
---     local answer, message, code = db:GetItem { TableName = "users", Key = { id = "ann" } }
---
---   Lua                         DynamoDB
---   string                      S
---   number                      N; NaN and infinities raise
---   boolean                     BOOL
---   json.null                   NULL
---   table with keys 1..n,       L
---   json.array
---   any other table, {} too     M
---   dynamodb.binary(bytes)      B
---   dynamodb.number(text)       N, with all of its digits
---   dynamodb.set { ... }        SS, NS or BS
---
--- What was read can be written back and has the same types: lists stay lists when they are empty, binary and sets come as
--- dynamodb.binary and dynamodb.set. Numbers come as Lua numbers, which hold 15 to 17 digits, or with `numbers = "exact"` as
--- dynamodb.number. What is meant to be sent back (LastEvaluatedKey, UnprocessedItems, UnprocessedKeys) has dynamodb.number where a
--- Lua number would lose digits.
local actions = require "moonwire.aws.actions"
local arguments = require "moonwire.runtime.arguments"
local batch = require "moonwire.dynamodb.batch"
local binary = require "moonwire.dynamodb.binary"
local client = require "moonwire.aws.client"
local encode = require "moonwire.runtime.encode"
local marshal = require "moonwire.dynamodb.marshal"
local number = require "moonwire.dynamodb.number"
local pages = require "moonwire.dynamodb.pages"
local set = require "moonwire.dynamodb.set"
local shapes = require "moonwire.dynamodb.shapes"

--- @class moonwire.dynamodb
local dynamodb = {}

--- Bytes to be kept as binary. A plain string is text: DynamoDB wants it to be UTF-8.
--- @param bytes string
--- @return moonwire.dynamodb.Binary b `b.bytes` and `tostring(b)` are the bytes
function dynamodb.binary(bytes)
  if type(bytes) ~= "string" then error("dynamodb.binary: bytes must be a string, got " .. arguments.kind(bytes), 2) end
  return binary.new(bytes)
end

--- A number with exact digits: up to 38 of them, where a Lua number has 15 to 17.
--- @param text string|number a decimal number, `"12345678901234567890.5"`, or a Lua number
--- @return moonwire.dynamodb.Number n `n.digits` and `tostring(n)` are the text
function dynamodb.number(text)
  local why
  if type(text) == "number" then text, why = number.text(text) end
  if not why and type(text) ~= "string" then why = "text must be a string or a number, got " .. arguments.kind(text) end
  why = why or number.problem(text)
  if why then error("dynamodb.number: " .. why, 2) end
  return number.exact(text)
end

--- A set: strings, numbers (dynamodb.number too) or dynamodb.binary, all of one type, at least one. What is there twice counts
--- once. It reads like a list; `set:has(value)` looks for an element.
--- @param elements (string|number|moonwire.dynamodb.Number|moonwire.dynamodb.Binary)[] all of one type, at least one
--- @return moonwire.dynamodb.Set set
function dynamodb.set(elements)
  local made, why = set.new(elements)
  if not made then error("dynamodb.set: " .. why, 2) end
  return made
end

--- @class moonwire.dynamodb.Options: moonwire.aws.ClientOptions
--- @field numbers? "exact" numbers are read as `dynamodb.number`

--- Every action of DynamoDB is a method: `db:PutItem { ... }`.
--- @class moonwire.dynamodb.Client
--- @field [string] fun(self: moonwire.dynamodb.Client, request?: table): table?, string?, string?, table?

local OPTIONS = { numbers = "string" }
for name, kind in pairs(client.OPTIONS) do OPTIONS[name] = kind end

local function check_options(options)
  local why = arguments.fields("options", options, OPTIONS)
  if why then return why end
  if options.numbers ~= nil and options.numbers ~= "exact" then return 'numbers must be "exact", or be left out' end
end

-- What an error tells, with plain values where it can be read.
local function read_details(details, numbers)
  return details and (marshal.read(shapes.error, details, numbers) or details)
end

-- prepare and perform of actions.lua.
local function functions_of(place, numbers)
  local function prepare(action, request)
    local wire, why = marshal.write(shapes.request(action), request)
    if not wire then return nil, why end
    return encode(wire)
  end

  local function perform(what, action, text)
    local answer, message, code, details = client.call(place, what, action, text)
    if not answer then return nil, message, code, read_details(details, numbers) end
    local plain, why = marshal.read(shapes.answer(action), answer, numbers)
    if not plain then return nil, what .. ": the answer makes no sense: " .. why, "server" end
    return plain
  end

  return prepare, perform
end

-- An iterator over items, or nil and what is wrong with the request.
local function iterate(place, numbers, action, request)
  local prepare, perform = functions_of(place, numbers)
  local why = pages.problem(request) or select(2, prepare(action, request))
  if why then return nil, why end
  return pages.items(request, function(page) return perform("dynamodb:" .. action, action, prepare(action, page)) end)
end

--- @param methods moonwire.dynamodb.Client
--- @param place moonwire.aws.Place
--- @param numbers? "exact"
local function add_batches(methods, place, numbers)
  --- Writes any number of items, 25 at a time, and tries again what DynamoDB left undone.
  --- @param requests table<string, ({ put: table }|{ delete: table })[]> for each table a list of `{ put = item }` and `{ delete = key }`
  --- @return true? ok
  --- @return string? message
  --- @return moonwire.aws.Code? code `throttled` when DynamoDB went on to leave requests undone
  --- @return table? rest what was not written, in the form of requests
  function methods:batch_write(requests)
    local queue, why = batch.write_queue(requests)
    if not queue then error("dynamodb:batch_write: " .. why, 2) end
    return batch.write(place, queue)
  end

  --- Reads any number of items, 100 at a time, and tries again what DynamoDB left undone.
  --- @param requests table<string, table> for each table a list of keys, or `{ Keys = keys, ConsistentRead = true }`
  --- @return table<string, table[]>? items by table, in no order; keys without an item are left out
  --- @return string? message
  --- @return moonwire.aws.Code? code
  --- @return table<string, table[]>? read what was read before the failure
  function methods:batch_get(requests)
    local queue, why = batch.get_queue(requests)
    if not queue then error("dynamodb:batch_get: " .. why, 2) end
    return batch.get(place, queue, numbers)
  end
end

-- The lower-case methods.
local function methods_of(place, numbers)
  --- @class moonwire.dynamodb.Client
  local methods = {}

  --- Calls an action with DynamoDB's own form of values, `{ S = "text" }`, in both directions.
  --- @param action string `"PutItem"`
  --- @param request table
  --- @return table? answer
  --- @return string? message
  --- @return moonwire.aws.Code? code
  --- @return table? details the decoded error
  function methods:raw(action, request)
    local why = arguments.type("action", action, "string") or arguments.type("request", request, "table")
    if not why and not actions.is_name(action) then why = "action must be the name of an action, such as PutItem" end
    local text
    if not why then text, why = encode(request) end
    if not text then error("dynamodb:raw: " .. why, 2) end
    return client.call(place, "dynamodb:" .. action, action, text)
  end

  --- The items of a query, page after page: `for item in db:query { ... } do`. A page that cannot be had raises a table
  --- `{ type = code, code = code, message = message, details = details }`.
  --- @param request table as for `Query`; `Limit` is for one page
  --- @return fun(): table? items
  function methods:query(request)
    local items, why = iterate(place, numbers, "Query", request)
    if not items then error("dynamodb:query: " .. why, 2) end
    return items
  end

  --- The items of a table, page after page: `for item in db:scan { ... } do`. Failures raise as in db:query.
  --- @param request table as for `Scan`; `Limit` is for one page
  --- @return fun(): table? items
  function methods:scan(request)
    local items, why = iterate(place, numbers, "Scan", request)
    if not items then error("dynamodb:scan: " .. why, 2) end
    return items
  end

  add_batches(methods, place, numbers)
  return methods
end

--- A client of DynamoDB. It holds no connection; make one when the module loads.
--- @param options? moonwire.dynamodb.Options
--- @return moonwire.dynamodb.Client db
function dynamodb.client(options)
  options = options == nil and {} or options
  local why = check_options(options)
  if why then error("dynamodb.client: " .. why, 2) end
  local place = assert(client.place("dynamodb", options))
  local prepare, perform = functions_of(place, options.numbers)
  return actions.new("dynamodb", "dynamodb.client", prepare, perform, methods_of(place, options.numbers))
end

return dynamodb
