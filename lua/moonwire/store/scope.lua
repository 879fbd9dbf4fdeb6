-- scope.lua: whose connections they are: "API_ID/STAGE". It is part of every key, so that stages and APIs may share a table.
local arguments = require "moonwire.runtime.arguments"
local connections = require "moonwire.core.connections"

local scope = {}

local function has_form(text)
  return text:find "^[%w_-]+/[%w_$.-]+$" ~= nil
end

local FORM = "must have the form API_ID/STAGE, such as a1b2c3d4e5/prod, got "

local function of_event()
  local api_id, stage = connections.current_api()
  return api_id and api_id .. "/" .. stage
end

-- "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
local function of_endpoint()
  local url = os.getenv "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI" or ""
  local api_id, domain, stage = url:match "^https://(%w+)%.execute%-api%.[%w-]+%.([%w.]+)/([%w_$.-]+)/?$"
  return api_id and domain:find "^amazonaws%.com" and api_id .. "/" .. stage
end

--- @param given? string
--- @return string? scope
--- @return string? why not
function scope.find(given)
  if given ~= nil then
    local why = arguments.type("api", given, "string")
    if not why and not has_form(given) then why = "api " .. FORM .. arguments.shown(given) end
    return not why and given or nil, why
  end
  local event = of_event()
  local set = os.getenv "MOONWIRE_API" or ""
  if event then return event end
  if set ~= "" and not has_form(set) then return nil, "MOONWIRE_API " .. FORM .. arguments.shown(set) end
  if set ~= "" then return set end
  local place = of_endpoint()
  if place then return place end
  return nil, "no WebSocket event is being handled, so MOONWIRE_API must name the API: API_ID/STAGE, such as a1b2c3d4e5/prod"
end

return scope
