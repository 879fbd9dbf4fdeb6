-- record.lua: connections as users of the store have them, and as backends keep them: data and claims are JSON texts there.
local arguments = require "moonwire.runtime.arguments"
local json = require "moonwire.json"
local name = require "moonwire.store.name"

local record = {}

local LIFE_S = 2 * 60 * 60 -- API Gateway quotas: connection duration for WebSocket API

--- A connection.
--- @class moonwire.store.Row
--- @field id string
--- @field user? string whose it is; a user may have several connections, one for each device
--- @field claims? table those of the user's token
--- @field endpoint? string where messages for it are sent, for code without an event: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`
--- @field connected_at? integer Unix time in whole seconds; default now. `requestContext.connectedAt` of an event has milliseconds
--- @field expires_at? integer Unix time in whole seconds; default two hours after `connected_at`, as long as API Gateway keeps a connection
--- @field data? table<string, any> JSON values by key
--- @field version? integer only of `s:get`: another one after each change of data

local FIELDS = {
  id = "any", user = "any", claims = "table", endpoint = "endpoint", connected_at = "number", expires_at = "number",
  data = "table", version = "any",
}

local function time_problem(what, value)
  if value ~= nil and not (value % 1 == 0 and math.abs(value) < 2 ^ 53) then
    return ("%s must be Unix time in whole seconds, got %s"):format(what, tostring(value))
  end
end

--- A row that can be kept?
--- @return string? problem
function record.problem(row)
  local why = arguments.fields("row", row, FIELDS, "row.") or name.problem("row.id", row.id, name.ID_MAX)
  if not why and row.user ~= nil then why = name.problem("row.user", row.user, name.USER_MAX) end
  return why or time_problem("row.connected_at", row.connected_at) or time_problem("row.expires_at", row.expires_at)
end

-- A value as JSON text, or nil and a sentence.
local function encode(what, value)
  local ok, text = pcall(json.encode, value)
  if ok then return text end
  return nil, what .. " is not JSON: " .. tostring(text):gsub("^.*json%.encode: ", "")
end

--- Changes of data as texts. json.null and false as a text stand for a key that is removed.
--- @param what string "changes"
--- @param changes table<string, any>
--- @return table<string, string|false>?
--- @return string? problem
function record.encode_data(what, changes)
  local texts = {}
  for key, value in pairs(changes) do
    local why = name.problem("a key of " .. what, key, name.KEY_MAX)
    if why then return nil, why end
    local text
    if value == json.null then text = false else text, why = encode(what .. "." .. key, value) end
    if text == nil then return nil, why end
    texts[key] = text
  end
  return texts
end

--- @param row moonwire.store.Row checked
--- @param now integer
--- @return moonwire.store.Record?
--- @return string? problem
function record.encode(row, now)
  local data, why = record.encode_data("row.data", row.data or {})
  local claims
  if data and row.claims ~= nil then claims, why = encode("row.claims", row.claims) end
  if why then return nil, why end
  for key, text in pairs(data) do
    if not text then data[key] = nil end
  end
  local connected_at = row.connected_at or now
  return {
    id = row.id, user = row.user, claims = claims, endpoint = row.endpoint, connected_at = connected_at,
    expires_at = row.expires_at or connected_at + LIFE_S, data = data,
  }
end

--- @param kept moonwire.store.Record
--- @return moonwire.store.Row
function record.decode(kept)
  local data = {}
  for key, text in pairs(kept.data) do data[key] = json.decode(text) end
  return {
    id = kept.id, user = kept.user, claims = kept.claims and json.decode(kept.claims), endpoint = kept.endpoint,
    connected_at = kept.connected_at, expires_at = kept.expires_at, data = data, version = kept.version,
  }
end

return record
