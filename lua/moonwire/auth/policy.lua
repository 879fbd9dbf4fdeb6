-- policy.lua: what an authorizer function answers with (API Gateway Developer Guide, "Output from an API Gateway Lambda
-- authorizer"): who it is, what that one may do, and a flat context.
local arguments = require "moonwire.runtime.arguments"
local json = require "moonwire.json"

local policy = {}

-- Quotas of API Gateway: bytes of the answer as JSON, and of a Resource in it.
local ANSWER_MAX, RESOURCE_MAX = 8 * 1024, 512

local FIELDS = { principal = "text", context = "table" }

-- Whom a request is refused as, when nobody is known.
local NOBODY = "anonymous"

-- A sentence about a value that API Gateway would not take, or nothing.
local function check_value(path, value)
  local kind = arguments.kind(value)
  if kind == "number" and (value ~= value or value == math.huge or value == -math.huge) then
    return path .. " must be a finite number, got " .. tostring(value)
  end
  if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
    return path .. " must be a string, a number or a boolean, got " .. kind
  end
end

local function check_context(context)
  for name, value in pairs(context or {}) do
    if type(name) ~= "string" then return "context must have names, got the key " .. tostring(name) end
    local why = check_value("context." .. name, value)
    if why then return why end
  end
end

local function check_event(event)
  local arn = type(event) == "table" and rawget(event, "methodArn")
  if type(arn) ~= "string" or arn == "" then return "event must be that of an authorizer: it has no methodArn" end
  if #arn > RESOURCE_MAX then
    return ("event.methodArn has %d bytes, API Gateway allows %d in a policy"):format(#arn, RESOURCE_MAX)
  end
end

local function check(effect, event, options)
  local why = check_event(event)
  if why or options == nil and effect == "Deny" then return why end
  why = arguments.fields("options", options, FIELDS) or check_context(options.context)
  if not why and effect == "Allow" then why = arguments.text("principal", options.principal) end
  return why
end

--- The answer.
--- @param effect "Allow"|"Deny"
--- @param event any
--- @param options any
--- @return table? answer nil when an argument is wrong, and when the answer is too large
--- @return string? message
--- @return string? code "too_large"; none when an argument is wrong
function policy.answer(effect, event, options)
  local why = check(effect, event, options)
  if why then return nil, why end
  options = options or {}
  local statement = { Action = "execute-api:Invoke", Effect = effect, Resource = event.methodArn }
  local answer = {
    principalId = options.principal or NOBODY,
    policyDocument = { Version = "2012-10-17", Statement = { statement } },
    context = options.context,
  }
  local size = #json.encode(answer)
  if size <= ANSWER_MAX then return answer end
  return nil, ("the answer has %d bytes as JSON, API Gateway takes %d: put less into context"):format(size, ANSWER_MAX), "too_large"
end

return policy
