-- relay.lua: a broadcast to a room that goes on in another invocation of the same function, when the time of this one is nearly over.
-- The event of such an invocation is { ["moonwire:broadcast"] = { ... } }, and nothing else: runtime/invoke.lua sees it before the
-- handler does. Clients of a WebSocket API cannot make one, since each of their events has a requestContext.
--
-- Invocations of type Event are queued by Lambda, and run again when they fail ("Asynchronous invocation", Lambda Developer
-- Guide); so may a call of Invoke whose answer was lost. Members get the message at least once, therefore.
local aws = require "moonwire.aws"
local delivery = require "moonwire.ws.delivery"
local json = require "moonwire.json"
local log = require "moonwire.log"
local task = require "moonwire.core.task"

local relay = {}

relay.KEY = "moonwire:broadcast"

-- Lambda may take 16 for an endless loop ("Lambda recursive loop detection", Lambda Developer Guide).
local HOPS_MAX = 8
-- Before the handler is stopped: for the call of Invoke and the messages under way; of less than twice that, half.
local MARGIN_MS = 2000
local INVOKE_TIMEOUT_MS = 3000

--- What stands in the event.
--- @class moonwire.ws.Relayed
--- @field scope string
--- @field room string
--- @field text string the message
--- @field hop integer which invocation this is, from 1 to 8
--- @field except string[]
--- @field pace { concurrency?: integer, timeout_ms?: number }
--- @field last? string the members behind this id are left
--- @field over boolean no members are left, only groups
--- @field groups { endpoint?: string, ids: string[] }[]

local FIELDS = {
  scope = "string", room = "string", text = "string", hop = "number", except = "table", pace = "table", last = "string",
  over = "boolean", groups = "table",
}

local function list_of(set)
  local list = json.array {}
  for id in pairs(set) do list[#list + 1] = id end
  return list
end

local function event_of(job, room, hop)
  local groups = json.array {}
  for _, group in ipairs(job.groups) do
    if group.ids[1] then groups[#groups + 1] = group end
  end
  return {
    [relay.KEY] = {
      scope = job.store.scope, room = room, text = job.text, hop = hop, except = list_of(job.except), pace = job.pace,
      last = job.last, over = job.members == nil, groups = groups,
    },
  }
end

-- Another invocation of this function, of the same version.
local function invoke(event)
  local name, version = os.getenv "AWS_LAMBDA_FUNCTION_NAME", os.getenv "AWS_LAMBDA_FUNCTION_VERSION"
  if not name or name == "" then return nil, "AWS_LAMBDA_FUNCTION_NAME is not set", "bad_request" end
  return aws.client("lambda", { timeout_ms = INVOKE_TIMEOUT_MS }):Invoke {
    FunctionName = name, Qualifier = version and version:find "^%d+$" and version or nil, InvocationType = "Event", Payload = event,
  }
end

local function hand_over(job, room, hop)
  if hop > HOPS_MAX then return false end
  local result, message, code = invoke(event_of(job, room, hop))
  if result then return true end
  log.warn("room:broadcast: it cannot be continued: " .. message, { room = room, code = code })
  return false
end

-- When there is little time, hands over, and says whether that was done; tries it once.
local function hurry(room, hop)
  local margin_ms, tried = math.min(MARGIN_MS, task.left_ms() / 2), false
  return function(job)
    if tried or task.left_ms() > margin_ms then return false end
    tried = true
    return hand_over(job, room, hop)
  end
end

--- Has the delivery continued elsewhere when the time is nearly over.
--- @param job moonwire.ws.Delivery
--- @param room string
function relay.attach(job, room)
  job.hurry = hurry(room, 1)
end

--- Is this the event of an invocation that goes on with a broadcast?
--- @param event table
--- @return boolean
function relay.is_ours(event)
  local relayed = event[relay.KEY]
  if next(event) ~= relay.KEY or next(event, relay.KEY) ~= nil or type(relayed) ~= "table" then return false end
  for name, value in pairs(relayed) do
    if type(value) ~= FIELDS[name] then return false end
  end
  return relayed.scope ~= nil and relayed.room ~= nil and relayed.text ~= nil and relayed.hop ~= nil and relayed.groups ~= nil
end

local function set_of(list)
  local set = {}
  for _, id in ipairs(list) do set[id] = true end
  return set
end

--- Goes on. What it returns becomes the result of the invocation: Lambda runs one that failed again.
--- @param event table
--- @return nil
--- @return string? message
--- @return string? code
function relay.go_on(event)
  local relayed = event[relay.KEY]
  local s, why = delivery.open(relayed.scope)
  if not s then error("room:broadcast: " .. why, 0) end
  local job = delivery.new {
    store = s, text = relayed.text, except = set_of(relayed.except or {}), pace = relayed.pace or {}, groups = relayed.groups,
    last = relayed.last, over = relayed.over,
    open = function(after) return s:members(relayed.room, after) end,
  }
  job.hurry = hurry(relayed.room, relayed.hop + 1)
  local result, message, code = delivery.run(job)
  if not result then return nil, message, code end
  local facts = { room = relayed.room, hop = relayed.hop, sent = result.sent, gone = #result.gone, failed = #result.failed }
  if result.rest then
    log.warn("room:broadcast: the time was over, and it is not continued any more: who is left does not get the message", facts)
  else
    log.info("room:broadcast: continued", facts)
  end
end

return relay
