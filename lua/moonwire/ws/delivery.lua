-- delivery.lua: one message to members that the store gives, one after the other. What ws.room and ws.user have in common, and the
-- rest of a broadcast that is continued elsewhere (relay.lua).
local arguments = require "moonwire.runtime.arguments"
local broadcast = require "moonwire.ws.broadcast"
local encode = require "moonwire.runtime.encode"
local json = require "moonwire.json"
local log = require "moonwire.log"
local store = require "moonwire.store"

local delivery = {}

--- @class moonwire.ws.DeliveryOptions
--- @field except? string|table|(string|table)[] an id, a table with an `id` (a row of the store, `conn` of an app), or a list of these, that get nothing
--- @field concurrency? integer how many calls are under way at once, 1 to 256; default 32
--- @field timeout_ms? number how long one connection may take in all; default 5000

--- @class moonwire.ws.DeliveryResult: moonwire.ws.BroadcastResult
--- @field continued? boolean another invocation has taken what was left, in place of `rest`

--- The store; nil and a sentence when nothing says where it is.
--- @param scope? string
--- @return moonwire.Store? s
--- @return string? why not
function delivery.open(scope)
  local ok, s = pcall(store.open, scope)
  if ok then return s end
  return nil, (tostring(s):gsub("^.-store%.open: ", ""))
end

-- A string as it is, a table as JSON.
local function text_of(data)
  if type(data) == "string" then return data end
  if type(data) ~= "table" then return nil, "data must be a string or a table, got " .. arguments.kind(data) end
  local text, why = encode(data)
  if text then return text end
  return nil, "data is not JSON: " .. why
end

local function id_of(value)
  if type(value) == "table" then value = value.id end
  if type(value) == "string" and value ~= "" then return value end
end

-- The ids that get nothing, as a set; nil and a sentence.
local function except_of(except)
  if except == nil then return {} end
  if id_of(except) then return { [id_of(except)] = true } end
  local why, set = arguments.list("except", except), {}
  if why then return nil, "except must be an id, a table with an id, or a list of these, got " .. arguments.kind(except) end
  for i, value in ipairs(except) do
    local id = id_of(value)
    if not id then return nil, ("except[%d] must be an id, or a table with an id"):format(i) end
    set[id] = true
  end
  return set
end

local FIELDS = { except = "any", concurrency = "any", timeout_ms = "any" }

local function options_problem(options, more)
  local allowed = {}
  for name, kind in pairs(FIELDS) do allowed[name] = kind end
  for name, kind in pairs(more or {}) do allowed[name] = kind end
  return arguments.fields("options", options, allowed) or broadcast.pace_problem(options)
end

--- What the arguments say about a delivery: its text, except and pace.
--- @param data any
--- @param options any
--- @param more? table<string, string> fields of options besides
--- @return table? fields
--- @return string? problem
function delivery.read(data, options, more)
  options = options == nil and {} or options
  local why, text, except = options_problem(options, more), nil, nil
  if not why then text, why = text_of(data) end
  if not why then except, why = except_of(options.except) end
  if why then return nil, why end
  return { text = text, except = except, pace = { concurrency = options.concurrency, timeout_ms = options.timeout_ms } }
end

--- A message on its way to many.
--- @class moonwire.ws.Delivery
--- @field store moonwire.Store
--- @field text string
--- @field open fun(after?: string): fun(): moonwire.store.Member? the members, or those behind an id
--- @field last? string the id of the member that came last
--- @field groups { endpoint?: string, ids: string[] }[] members that are elsewhere than the first one, or came too late: their turn comes later
--- @field except table<string, true>
--- @field pace { concurrency?: integer, timeout_ms?: number }
--- @field hurry? fun(job: moonwire.ws.Delivery): boolean asked before each member: has somebody else taken all that is left?
--- @field private members? fun(): moonwire.store.Member? nil when there are no more
--- @field private failure? table what the store raised
--- @field private taken? boolean somebody else has what is left
--- @field private late? boolean there was no time for all
--- @param fields table store, text, open, except, pace; groups and last, when others have begun; over: only groups are left
--- @return moonwire.ws.Delivery
function delivery.new(fields)
  fields.groups = fields.groups or {}
  if not fields.over then fields.members = fields.open(fields.last) end
  return fields
end

-- The next member that gets the message. What the store raises ends them, and is kept: who has been reached is worth knowing.
local function next_member(self)
  while self.members do
    local ok, member = pcall(self.members)
    if not ok and not (type(member) == "table" and member.code) then error(member, 0) end
    if not ok then self.failure, member = member, nil end
    if not member then self.members = nil else self.last = member.id end
    if member and not self.except[member.id] then return member end
  end
end

local function add_to_group(self, endpoint, id)
  for _, group in ipairs(self.groups) do
    if group.endpoint == endpoint then
      group.ids[#group.ids + 1] = id
      return
    end
  end
  self.groups[#self.groups + 1] = { endpoint = endpoint, ids = { id } }
end

-- Has somebody else taken what is left?
local function is_taken(self)
  if not self.taken and self.hurry then self.taken = self:hurry() end
  return self.taken
end

-- The ids of members that are where the first one is; the others are put aside.
local function ids_like(self, first)
  local id = first.id
  return function()
    local pending = id
    id = nil
    while not pending and not is_taken(self) do
      local member = next_member(self)
      if not member then return nil end
      if member.endpoint == first.endpoint then pending = member.id else add_to_group(self, member.endpoint, member.id) end
    end
    return pending
  end
end

local function ids_in(self, group)
  return function()
    if not is_taken(self) then return table.remove(group.ids) end
  end
end

local function add(list, more)
  for _, value in ipairs(more) do list[#list + 1] = value end
end

-- Sends to ids, and adds what became of them to the result. False, message, code when it cannot begin; then no id was asked for.
local function send(self, result, endpoint, ids)
  local part, message, code = broadcast.run({ known = endpoint }, self.text, ids, self.pace)
  if not part then return false, message, code end
  result.sent = result.sent + part.sent
  add(result.gone, part.gone)
  add(result.failed, part.failed)
  if part.rest then
    self.late = true
    add_to_group(self, endpoint, part.rest()) -- the one that was asked for and came too late
  end
  return true
end

-- The first group that has somebody.
local function next_group(self)
  while self.groups[1] and not self.groups[1].ids[1] do table.remove(self.groups, 1) end
  return self.groups[1]
end

local function send_groups(self, result)
  local group = next_group(self)
  while group and not self.taken and not self.late do
    local ok, message, code = send(self, result, group.endpoint, ids_in(self, group))
    if not ok then
      for _, id in ipairs(group.ids) do result.failed[#result.failed + 1] = { id = id, code = code, message = message } end
      group.ids = {}
    end
    group = next_group(self)
  end
end

-- The ids that were not tried; what the store raises is raised.
local function rest_of(self)
  return function()
    local group = next_group(self)
    if group then return table.remove(group.ids) end
    local member = next_member(self)
    if self.failure then error(self.failure, 0) end
    return member and member.id
  end
end

local function forget(self, gone)
  if #gone == 0 then return end
  local removed, message, code = self.store:forget(gone)
  if not removed then log.warn("connections that are gone stay in the store: " .. message, { code = code }) end
end

-- What is left: somebody else takes it, or the caller gets it.
local function finish(self, result)
  local failure = self.failure
  if failure then self.failure, self.members = nil, self.open(self.last) end
  local has_rest = next_group(self) ~= nil or self.members ~= nil
  if has_rest and self.late then is_taken(self) end
  if self.taken then
    result.continued = true
  elseif has_rest then
    result.rest = rest_of(self)
  end
  forget(self, result.gone)
  if failure then return nil, failure.message, failure.code, result end
  return result
end

--- Sends, forgets those who are gone, and says what became of all.
--- @param self moonwire.ws.Delivery
--- @return moonwire.ws.DeliveryResult? result nil when it cannot begin, or the store failed on the way
--- @return string? message
--- @return string? code
--- @return moonwire.ws.DeliveryResult? result what was done before the store failed; its `rest` asks the store again
function delivery.run(self)
  local result = { sent = 0, gone = json.array {}, failed = json.array {} }
  local first = next_member(self)
  if first then
    local ok, message, code = send(self, result, first.endpoint, ids_like(self, first))
    if not ok then return nil, message, code end
  end
  send_groups(self, result)
  return finish(self, result)
end

return delivery
