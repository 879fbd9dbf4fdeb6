-- steps.lua: what is called for an event, in this order: the app's `before` hooks, the schema, the route's `before`, its function,
-- the app's `after` hooks. And what becomes of the values that these return.
local arguments = require "moonwire.runtime.arguments"
local encode = require "moonwire.runtime.encode"
local failure = require "moonwire.app.failure"

local steps = {}

--- A value: nil, or what is sent; or a failure.
--- @param what string "the route"
--- @param value any
--- @param message any
--- @param code any
--- @return any value
--- @return moonwire.app.Failure? failure
local function judge(what, value, message, code)
  if value == false then return nil, failure.refused(what) end
  if value == nil and message ~= nil then return nil, failure.returned(message, code) end
  return value
end

--- Is it the result of a proxy integration? That goes to API Gateway as it is.
--- @param value any
--- @return boolean
function steps.is_proxy_result(value)
  return type(value) == "table" and type(rawget(value, "statusCode")) == "number"
end

--- What a route of $connect said that is no failure: does it let the client in? Nobody who comes after it can let in whom it did not.
--- @param value any
--- @return boolean
function steps.accepts(value)
  if not steps.is_proxy_result(value) then return value ~= nil end
  return value.statusCode >= 200 and value.statusCode < 300
end

--- What goes to the client for a value; nil for those that say nothing. Raises for what cannot be sent.
--- @param value any
--- @return string? text
function steps.text_of(value)
  if value == nil or type(value) == "boolean" then return nil end
  if type(value) == "string" then return value end
  if type(value) ~= "table" then
    error(("the route returned a %s: return a table, a string, true or nothing"):format(arguments.kind(value)), 0)
  end
  local text, why = encode(value)
  if not text then error("what the route returned is not JSON: " .. why, 0) end
  return text
end

-- The first hook that returns something else than nothing or true has the last word.
local function run_before(hooks, turn)
  for _, fn in ipairs(hooks) do
    local value, refused = judge("a before hook", fn(turn.conn, turn.input, turn.context))
    if refused or (value ~= nil and value ~= true) then return value, refused end
  end
end

-- In $connect a greeting of a hook would let somebody in whom the route has not seen.
local function check_hook(turn, value)
  if turn.kind == "CONNECT" and value ~= nil and not steps.is_proxy_result(value) then
    error("a before hook of $connect returned a " .. type(value) .. ": it may return true, false, nil and a message, or { statusCode = ... }", 0)
  end
  return value
end

local function run_after(hooks, turn, value)
  for _, fn in ipairs(hooks) do
    local other, refused = judge("an after hook", fn(turn.conn, value, turn.context))
    if refused then return nil, refused end
    if other ~= nil then value = other end
  end
  return value
end

local function check_schema(turn)
  local why = turn.route.check and turn.route.check(turn.input)
  return why and failure.new("invalid", why, 400, why) or nil
end

local function run_hooks(app, turn)
  local value, refused = run_before(app.before, turn)
  refused = refused or value == nil and check_schema(turn) or nil
  if value == nil and not refused then value, refused = run_before(turn.route.before, turn) end
  return check_hook(turn, value), refused
end

--- @param app moonwire.app.Parts
--- @param turn moonwire.app.Turn
--- @return any value what is sent; nil or true: nothing
--- @return moonwire.app.Failure? failure
function steps.run(app, turn)
  local value, refused = run_hooks(app, turn)
  if value == nil and not refused then
    if not turn.route.run then
      value = true -- $connect with options only: nobody forgot to return something
    else
      value, refused = judge("the route", turn.route.run(turn.conn, turn.input, turn.context))
    end
  end
  if refused or (turn.kind == "CONNECT" and not steps.accepts(value)) then return value, refused end
  return run_after(app.after, turn, value)
end

return steps
