-- request.lua: what a client of a spec sends to connect, as the model takes it.
local arguments = require "moonwire.runtime.arguments"
local json = require "moonwire.json"
local encode = require("moonwire.aws.request").encode

local request = {}

--- How a client connects.
--- @class moonwire.test.ConnectOptions
--- @field user? string|table an authorizer has let it in as that one: an id, or `{ id = "ann", name = ... }`
--- @field query? table<string, string>
--- @field headers? table<string, string>

local function texts_problem(name, t)
  for key, value in pairs(t or {}) do
    if type(key) ~= "string" or type(value) ~= "string" then
      return ("%s.%s must be a string, got %s"):format(name, tostring(key), arguments.kind(value))
    end
  end
end

--- A sentence about what is wrong with user, query and headers, or nothing.
--- @param given moonwire.test.ConnectOptions
--- @return string? problem
function request.problem(given)
  local id = given.user
  if type(id) == "table" then id = id.id end
  local why = given.user ~= nil and arguments.text(type(given.user) == "table" and "user.id" or "user", id)
  return why or texts_problem("query", given.query) or texts_problem("headers", given.headers)
end

local function sorted(t)
  local names = {}
  for name in pairs(t or {}) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function query_of(query)
  local parts = {}
  for i, name in ipairs(sorted(query)) do parts[i] = encode(name) .. "=" .. encode(query[name]) end
  return table.concat(parts, "&")
end

local function headers_of(headers)
  local list = {
    { "Host", "localhost" }, { "Connection", "Upgrade" }, { "Upgrade", "websocket" }, { "User-Agent", "moonwire test" },
    { "Sec-WebSocket-Version", "13" }, { "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==" },
  }
  for _, name in ipairs(sorted(headers)) do list[#list + 1] = { name, headers[name] } end
  return list
end

-- What an authorizer answers that lets everybody in (API Gateway Developer Guide, "Output from an API Gateway Lambda
-- authorizer").
local function permission(user)
  local context = {}
  for name, value in pairs(type(user) == "table" and user or {}) do
    if name ~= "id" then context[name] = value end
  end
  return json.encode {
    principalId = type(user) == "table" and user.id or user, context = context,
    policyDocument = {
      Version = "2012-10-17", Statement = json.array { { Action = "execute-api:Invoke", Effect = "Allow", Resource = "*" } },
    },
  }
end

--- Asks the model for a connection, and says who the client is when it has a user.
--- @param api moonwire.core.Api
--- @param given moonwire.test.ConnectOptions checked
--- @param now_ms integer
--- @return moonwire.core.Step
function request.connect(api, given, now_ms)
  local named = given.user ~= nil
  local step = api:connect(now_ms, { path = "/", query = query_of(given.query), headers = headers_of(given.headers), ip = "127.0.0.1" },
    named)
  if not named or step.kind ~= "authorize" then return step end
  return api:answered(step.call, "result", permission(given.user))
end

return request
