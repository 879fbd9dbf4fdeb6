-- lambda_invoke.lua: Invoke, the one action of Lambda that functions need. Its protocol is REST: "Invoke", Lambda API Reference.
local arguments = require "moonwire.runtime.arguments"
local crypto = require "moonwire.crypto"
local encode = require "moonwire.runtime.encode"
local json = require "moonwire.json"
local request = require "moonwire.aws.request"

local lambda_invoke = {}

--- @class moonwire.aws.InvokeRequest
--- @field FunctionName string name or ARN
--- @field Payload? any a string is sent as it is and must be JSON; anything else is encoded
--- @field InvocationType? "RequestResponse"|"Event"|"DryRun"
--- @field Qualifier? string version or alias
--- @field ClientContext? string|table Base64, or a table
--- @field LogType? "None"|"Tail"

--- @class moonwire.aws.InvokeResult
--- @field StatusCode integer
--- @field Payload? any decoded; the text itself when it is no JSON; nil when there is none
--- @field FunctionError? string "Unhandled": the function failed, and Payload says how
--- @field LogResult? string the last 4 KB of the log, decoded
--- @field ExecutedVersion? string

-- A function may run for 15 minutes, and a call that is given up is tried again: the function would run twice.
lambda_invoke.TIMEOUT_MS = 900000

local FIELDS = {
  FunctionName = "text!", Payload = "any", InvocationType = "text", Qualifier = "text", LogType = "text", ClientContext = "any",
}

-- What AWS allows ("Invoke", Lambda API Reference: the patterns of the parameters); the rest is the service's to judge.
local CHARACTERS = {
  { "FunctionName", "^[%w_:.$-]+$", "the name or the ARN of a function: letters, digits and - _ : . $" },
  { "Qualifier", "^[%w_$-]+$", "a version or an alias: letters, digits and - _ $" },
}
local WORDS = {
  { "InvocationType", { RequestResponse = true, Event = true, DryRun = true }, "RequestResponse, Event or DryRun" },
  { "LogType", { None = true, Tail = true }, "None or Tail" },
}

-- A sentence about a value that would change the path or the headers, or nothing.
local function check_values(input)
  for _, rule in ipairs(CHARACTERS) do
    local value = input[rule[1]]
    if value and not value:find(rule[2]) then return rule[1] .. " must be " .. rule[3] end
  end
  for _, rule in ipairs(WORDS) do
    local value = input[rule[1]]
    if value and not rule[2][value] then return rule[1] .. " must be " .. rule[3] end
  end
  if input.FunctionName:find "^%.%.?$" then return "FunctionName must be the name or the ARN of a function" end
  local context = input.ClientContext
  if type(context) == "string" and not context:find "^[%w+/]*=*$" then return "ClientContext must be a table, or Base64" end
end

-- A JSON text; a string is one already.
local function text_of(name, value)
  if value == nil or type(value) == "string" then return value end
  local text, why = encode(value)
  if text then return text end
  return nil, name .. " is not JSON: " .. why
end

--- @param input moonwire.aws.InvokeRequest
--- @return table? prepared
--- @return string? why not
function lambda_invoke.prepare(input)
  local why = arguments.fields("request", input, FIELDS) or check_values(input)
  if why then return nil, why end
  local body, context
  body, why = text_of("Payload", input.Payload)
  if not why then context, why = text_of("ClientContext", input.ClientContext) end
  if why then return nil, why end
  if type(input.ClientContext) ~= "string" and context then context = crypto.base64(context) end
  local headers = {
    ["X-Amz-Invocation-Type"] = input.InvocationType, ["X-Amz-Log-Type"] = input.LogType,
    ["X-Amz-Client-Context"] = context,
  }
  return { name = input.FunctionName, query = { Qualifier = input.Qualifier }, headers = headers, body = body }
end

local function payload_of(body)
  if body == "" then return nil end
  local value = json.decode(body)
  if value == nil then return body end
  return value
end

--- @param send function client.send
--- @param place moonwire.aws.Place
--- @param what string "lambda:Invoke"
--- @param prepared table
--- @return moonwire.aws.InvokeResult? result
--- @return string? message
--- @return string? code
--- @return table? details the decoded error
function lambda_invoke.perform(send, place, what, prepared)
  local path = "/2015-03-31/functions/" .. request.encode(prepared.name) .. "/invocations"
  local response, message, code, refused = send(place, what, path, prepared.query, prepared.headers, prepared.body)
  if not response then
    local details = refused and json.decode(refused.body)
    return nil, message, code, type(details) == "table" and details or nil
  end
  local headers = response.headers
  local log = headers["x-amz-log-result"]
  return {
    StatusCode = response.status, Payload = payload_of(response.body), FunctionError = headers["x-amz-function-error"],
    LogResult = log and crypto.unbase64(log), ExecutedVersion = headers["x-amz-executed-version"],
  }
end

return lambda_invoke
