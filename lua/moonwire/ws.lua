--- Messages to WebSocket clients through API Gateway's `@connections`.
---
--- Every function waits for API Gateway's answer; other tasks run meanwhile. Wrong types of arguments raise. Failures of
--- the world come back as `nil, message, code`, where code is
---
---   gone         the connection is closed
---   connecting   the connection is inside its own `$connect`: send from `context:defer`
---   forbidden    wrong or missing permissions (execute-api:ManageConnections), keys, Region or endpoint
---   throttled    too many calls, or the client reads too slowly
---   too_large    more than 131072 bytes (128 KB)
---   bad_request  not the id of a connection; no endpoint, Region or keys
---   timeout      no answer within 10 seconds, or before the deadline of the invocation
---   network      API Gateway cannot be reached
---   server       API Gateway failed
---
--- `throttled`, `timeout`, `network` and `server` are the end of three attempts (AWS_MAX_ATTEMPTS) with growing pauses, as
--- in the standard retry mode of AWS's SDKs; of fewer when too many retries failed lately, or when the deadline is near: a
--- call is over 300 ms before it. A message from `context:defer` to the connection that `$connect` has just accepted is also
--- tried again when it is `gone`: API Gateway may not have opened it yet. A call whose answer was lost may have been carried out. Tried again, a message can arrive
--- twice, and `ws.close` can find the connection `gone`: put an id into messages that must not count twice.
---
--- Where the connections are, in this order: the endpoint of `ws.client`; AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI, stage
--- included; AWS_ENDPOINT_URL with the stage of the current event behind it; the API, Region and stage of the current
--- event, which has to be one of a WebSocket; for members of rooms and devices of users what the store has noted of each.
--- `https://{domainName}/{stage}` of the current event stands for that event.
--- AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true ignores the two variables. The Region is that of `ws.client`, else AWS_REGION,
--- else AWS_DEFAULT_REGION.
local arguments = require "moonwire.runtime.arguments"
local broadcast = require "moonwire.ws.broadcast"
local core = require "moonwire.core.connections"
local credentials = require "moonwire.aws.credentials"
local json = require "moonwire.json"
local json_kind = require "moonwire.runtime.json_kind"

--- @class moonwire.ws.Options
--- @field endpoint? string `https://{api}.execute-api.{region}.amazonaws.com/{stage}`, or the address of a custom domain
--- @field region? string what the calls are signed for; default: `AWS_REGION`, else `AWS_DEFAULT_REGION`
--- @field credentials? moonwire.Credentials default: those of the environment, read for each attempt

--- @class moonwire.ws.Info
--- @field connectedAt string ISO 8601: `2020-11-15T12:23:14.726Z`
--- @field lastActiveAt string ISO 8601
--- @field identity { sourceIp: string, userAgent?: string } `userAgent` when the client sent one

--- @type table
local NONE = {}

--- Who writes ws:send instead of ws.send gives the client as the first argument.
local function misplaced_colon(what, client, first)
  if first == client then return ("call it with a dot: %s(...)"):format(what) end
end

--- Raises at the caller of the public function that called this one, as the next two do.
local function check_dot(what, client, first)
  local why = misplaced_colon(what, client, first)
  if why then error(what .. ": " .. why, 3) end
end

local function check_id(what, client, id)
  local why = misplaced_colon(what, client, id) or arguments.text("id", id)
  if why then error(what .. ": " .. why, 3) end
end

--- @return string text what goes out
local function text_of(what, data)
  if type(data) == "string" then return data end
  if type(data) ~= "table" then error(what .. ": data must be a string or a table, got " .. arguments.kind(data), 3) end
  local ok, text = pcall(json.encode, data)
  if not ok then error(what .. ": data is not JSON: " .. tostring(text):gsub("^.*json%.encode: ", ""), 3) end
  return text
end

--- Calls API Gateway at the place that options name.
--- @return string? answer
--- @return string? message
--- @return moonwire.ws.Code? code
local function request(options, what, method, id, body)
  local keys = options.credentials or NONE
  return core.call(what, method, id, body, options.endpoint, options.region,
    keys.access_key_id, keys.secret_access_key, keys.session_token)
end

--- The same for calls whose answer says nothing.
--- @return true? ok
--- @return string? message
--- @return moonwire.ws.Code? code
local function command(options, what, method, id, body)
  local answer, message, code = request(options, what, method, id, body)
  if not answer then return nil, message, code end
  return true
end

--- @return moonwire.ws.Info? info
--- @return string? message
--- @return moonwire.ws.Code? code
local function read_info(answer, message, code)
  if not answer then return nil, message, code end
  local info, why = json.decode(answer)
  if why or json_kind(info) ~= "an object" then
    return nil, "ws.info: the answer is not a JSON object: " .. (why or json_kind(info)), "server"
  end
  return info
end

--- The functions for one place.
--- @param place moonwire.ws.Options
--- @return moonwire.ws.Client client
local function bind(place)
  --- @class moonwire.ws.Client the functions of moonwire.ws for one API, Region and account; called with a dot: `client.send(id, data)`
  local client = {}
  --- Sends a message to a connection (PostToConnection).
  --- @param id string
  --- @param data string|table a string as it is; a table as JSON
  --- @return true? ok
  --- @return string? message
  --- @return moonwire.ws.Code? code
  function client.send(id, data)
    check_id("ws.send", client, id)
    return command(place, "ws.send", "POST", id, text_of("ws.send", data))
  end

  --- Sends a message to the connection of the current event.
  --- @param data string|table a string as it is; a table as JSON
  --- @return true? ok
  --- @return string? message
  --- @return moonwire.ws.Code? code
  function client.reply(data)
    check_dot("ws.reply", client, data)
    local text = text_of("ws.reply", data)
    local id = core.current_id("ws.reply")
    if not id then return nil, "ws.reply: there is no connection to reply to: no WebSocket event is being handled", "bad_request" end
    return command(place, "ws.reply", "POST", id, text)
  end

  --- Sends one message to many connections, several at a time. One that does not answer, or is throttled, delays no other.
  --- @param ids string[]|fun(): string? an array, or an iterator: a function that gives one id at each call, then nil
  --- @param data string|table a string as it is; a table as JSON, encoded once
  --- @param options? moonwire.ws.BroadcastOptions
  --- @return moonwire.ws.BroadcastResult? result every id that is not excepted is counted once
  --- @return string? message
  --- @return moonwire.ws.Code? code
  function client.broadcast(ids, data, options)
    check_dot("ws.broadcast", client, ids)
    return broadcast.send(place, text_of("ws.broadcast", data), ids, options)
  end

  --- Closes a connection (DeleteConnection). `$disconnect` follows.
  --- @param id string
  --- @return true? ok
  --- @return string? message
  --- @return moonwire.ws.Code? code
  function client.close(id)
    check_id("ws.close", client, id)
    return command(place, "ws.close", "DELETE", id)
  end

  --- What API Gateway knows about a connection (GetConnection).
  --- @param id string
  --- @return moonwire.ws.Info? info
  --- @return string? message
  --- @return moonwire.ws.Code? code
  function client.info(id)
    check_id("ws.info", client, id)
    return read_info(request(place, "ws.info", "GET", id))
  end
  return client
end

--- @class moonwire.ws: moonwire.ws.Client
local ws = bind(NONE)

local OPTIONS = { endpoint = "endpoint", region = "region", credentials = "credentials" }

--- The same functions for another API, Region or account. Call them with a dot: `client.send(id, data)`.
--- @param options moonwire.ws.Options
--- @return moonwire.ws.Client client
function ws.client(options)
  check_dot("ws.client", ws, options)
  local why = arguments.fields("options", options, OPTIONS)
  if why then error("ws.client: " .. why, 2) end
  return bind { endpoint = options.endpoint, region = options.region, credentials = credentials.copy(options.credentials) }
end

--- The members of a room, as the store has them (moonwire.store). It is loaded with the first call: who only replies needs none of it.
--- @param name string
--- @return moonwire.ws.Room room
function ws.room(name)
  check_dot("ws.room", ws, name)
  local room, why = require("moonwire.ws.room").new(name)
  if not room then error("ws.room: " .. why, 2) end
  return room
end

--- The connections of a user, one for each device, as the store has them.
--- @param id string
--- @return moonwire.ws.User user
function ws.user(id)
  check_dot("ws.user", ws, id)
  local user, why = require("moonwire.ws.user").new(id)
  if not user then error("ws.user: " .. why, 2) end
  return user
end

--- Deletes connections from the store that have expired: for a schedule. Nothing needs it; it saves space where DynamoDB does not do it.
--- @return integer? removed how many
--- @return string? message
--- @return moonwire.store.Code? code
function ws.sweep()
  local s, why = require("moonwire.ws.delivery").open()
  if not s then error("ws.sweep: " .. why, 2) end
  return s:sweep()
end

return ws
