-- conn.lua: the connection that an event is about, as routes see it. It lives as long as the invocation. The store is asked when
-- something of it is needed first, and its module is loaded then.
local arguments = require "moonwire.runtime.arguments"
local encode = require "moonwire.runtime.encode"
local row = require "moonwire.app.row"
local ws = require "moonwire.ws"

local conn = {}

--- @class moonwire.app.User
--- @field id string
--- @field exp? number Unix time in seconds: until when the token is good
--- @field [string] any the other claims of the token; of a Lambda authorizer, its context

--- @class moonwire.app.Conn
--- @field id string of the connection
--- @field user? moonwire.app.User who it is
--- @field data table<string, any> what is kept of the connection; changes are saved at the end of the invocation
local Conn = {}

-- What is not for routes: the phase and the row.
local STATE = {}

local function state_of(self, method)
  local state = type(self) == "table" and rawget(self, STATE)
  if not state then error(("conn:%s: call it with a colon"):format(method), 3) end
  return state
end

local LAZY = { user = row.user, data = row.data }

local meta = {}

function meta.__index(self, name)
  local load = LAZY[name]
  if load then return load(rawget(self, STATE)) end
  return Conn[name]
end

function meta.__newindex(self, name, value)
  if name == "user" then
    local why = arguments.type("conn.user", value, "table") or arguments.text("conn.user.id", value.id)
    if why then error(why, 2) end
    rawget(self, STATE).user = value
  elseif name == "data" then
    error("conn.data cannot be replaced; assign its fields: conn.data.name = ...", 2)
  else
    rawset(self, name, value) -- hooks may leave something for routes
  end
end

--- @param event table
--- @param guarded boolean the app has `auth` in $connect
--- @return moonwire.app.Conn
function conn.new(event, guarded)
  local place = event.requestContext
  local state = row.new(place, place.eventType == "CONNECT", guarded)
  return setmetatable({ id = place.connectionId, [STATE] = state }, meta)
end

--- The state behind a connection: for turn.lua.
--- @return moonwire.app.Row
function conn.row(self)
  return rawget(self, STATE)
end

local function text_of(data)
  if type(data) == "string" then return data end
  if type(data) ~= "table" then return nil, "data must be a string or a table, got " .. arguments.kind(data) end
  local text, why = encode(data)
  return text, why and "data is not JSON: " .. why
end

--- Sends a message to the client. In $connect, where the socket is not open yet, it is sent as soon as that is.
--- @param data string|table a string as it is; a table as JSON
--- @return true? ok
--- @return string? message
--- @return moonwire.ws.Code? code
function Conn:send(data)
  local state = state_of(self, "send")
  local text, why = text_of(data)
  if not text then error("conn:send: " .. why, 2) end
  if not state.opening then return ws.send(self.id, text) end
  local id = self.id
  state.greetings[#state.greetings + 1] = function() return ws.send(id, text) end
  return true
end

--- Closes the connection; $disconnect follows. In $connect, refuse it instead.
--- @return true? ok
--- @return string? message
--- @return moonwire.ws.Code? code
function Conn:close()
  state_of(self, "close")
  return ws.close(self.id)
end

--- In $connect: refuses the connection, whatever the route returns then. `return conn:refuse(401)`.
--- @param status? integer 400 to 599, which the client sees; default 403
--- @return false refused
function Conn:refuse(status)
  local state = state_of(self, "refuse")
  status = status == nil and 403 or status
  if not state.opening then error("conn:refuse: only $connect can refuse; conn:close() ends an open connection", 2) end
  if type(status) ~= "number" or status % 1 ~= 0 or status < 400 or status > 599 then
    error("conn:refuse: status must be a whole number from 400 to 599, got " .. tostring(status), 2)
  end
  state.refused = status
  return false
end

local function check_name(method, what, name)
  local why = arguments.text(what, name)
  if why then error(("conn:%s: %s"):format(method, why), 3) end
end

--- Makes the connection a member of a room. In $connect it becomes one when it is accepted.
--- @param room string
--- @return true? ok
--- @return string? message
--- @return moonwire.store.Code? code
function Conn:join(room)
  local state = state_of(self, "join")
  check_name("join", "room", room)
  return row.join(state, room)
end

--- Ends a membership.
--- @param room string
--- @return true? ok true, too, when it is no member
--- @return string? message
--- @return moonwire.store.Code? code
function Conn:leave(room)
  local state = state_of(self, "leave")
  check_name("leave", "room", room)
  return row.leave(state, room)
end

--- A room, to send to its members: ws.room(name). `{ except = conn }` leaves this connection out.
--- @param name string
--- @return moonwire.ws.Room room
function Conn:room(name)
  state_of(self, "room")
  check_name("room", "name", name)
  return ws.room(name)
end

--- The rooms of the connection.
--- @return string[]? names sorted
--- @return string? message
--- @return moonwire.store.Code? code
function Conn:rooms()
  return row.rooms(state_of(self, "rooms"))
end

--- Changes one key of the data by what it is now, in all invocations together: fn is called again when another one was faster.
--- @param key string of `conn.data`
--- @param fn fun(old: any): any gets the value (nil when there is none), gives the new one (nil removes the key); may wait
--- @return any? value the new one; `json.null` when the key was removed
--- @return string? message
--- @return moonwire.store.Code? code
function Conn:update(key, fn)
  local state = state_of(self, "update")
  check_name("update", "key", key)
  local why = arguments.type("fn", fn, "function")
  if why then error("conn:update: " .. why, 2) end
  return row.update(state, key, fn)
end

return conn
