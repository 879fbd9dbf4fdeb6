-- row.lua: what the store keeps of a connection, while one invocation works with it: read when it is first needed, changed at the
-- end. In $connect there is none yet: it is collected, and put when the connection is accepted.
local encode = require "moonwire.runtime.encode"
local json = require "moonwire.json"
local log = require "moonwire.log"

local row = {}

-- As long as API Gateway keeps a connection (quotas of WebSocket APIs), in seconds.
local LIFE_S = 7200

--- @class moonwire.app.Row
--- @field id string
--- @field place table requestContext
--- @field opening boolean in $connect, until the answer is given
--- @field guarded boolean somebody was asked for a token
--- @field greetings function[] what is sent when the socket is open
--- @field joined table<string, true> in $connect
--- @field refused? integer a status
--- @field user? moonwire.app.User
--- @field kept? table|false what the store has; false: nothing
--- @field data? table<string, any>
--- @field texts? table<string, string> the data as it was read, as JSON
--- @field store? moonwire.Store

--- @param place table requestContext
--- @param opening boolean
--- @param guarded boolean
--- @return moonwire.app.Row
function row.new(place, opening, guarded)
  return { id = place.connectionId, place = place, opening = opening, guarded = guarded, greetings = {}, joined = {} }
end

--- Is there a store?
--- @return boolean
function row.has_store()
  return require("moonwire.store").is_configured()
end

local function open(self)
  self.store = self.store or require("moonwire.store").open()
  return self.store
end

-- There is no place for nil, message, code where a field is read.
local function raise(message, code)
  error({ type = code, message = message }, 0)
end

-- The row | false when there is none.
local function read(self)
  if self.kept ~= nil then return self.kept end
  local kept, message, code = open(self):get(self.id)
  if not kept and code ~= "gone" then raise(message, code) end
  self.kept = kept or false
  return self.kept
end

-- What a Lambda authorizer said of it, in every event of the connection; all values are texts there.
local function of_authorizer(place)
  local said = place.authorizer
  if type(said) ~= "table" or type(said.principalId) ~= "string" then return nil end
  local user = {}
  for name, value in pairs(said) do user[name] = value end
  if said.exp ~= nil and not tonumber(said.exp) then error("the authorizer's context has an exp that is no number", 0) end
  user.id, user.exp = said.principalId, tonumber(said.exp)
  return user
end

local function of_store(self)
  if self.opening or not (self.guarded or row.has_store()) then return nil end
  local kept = read(self)
  if not kept or not kept.user then return nil end
  local user = kept.claims or {}
  user.id = kept.user
  return user
end

--- Who it is: what $connect said, which the store has kept, or a Lambda authorizer.
--- @param self moonwire.app.Row
--- @return moonwire.app.User?
function row.user(self)
  self.user = self.user or of_store(self) or of_authorizer(self.place)
  return self.user
end

local function texts_of(data)
  local texts = {}
  for key, value in pairs(data) do texts[key] = encode(value) end
  return texts
end

--- The data, which may be changed.
--- @param self moonwire.app.Row
--- @return table<string, any>
function row.data(self)
  if not self.data then
    local kept = not self.opening and read(self)
    self.data = kept and kept.data or {}
    self.texts = texts_of(self.data)
  end
  return self.data
end

-- What is another text now than it was: changes inside of tables count, too.
local function changes_of(self)
  local changes = {}
  for key, value in pairs(self.data) do
    local text, why = encode(value)
    if not text then error(("conn.data.%s is not JSON: %s"):format(tostring(key), why), 0) end
    if text ~= self.texts[key] then changes[key] = value end
  end
  for key in pairs(self.texts) do
    if self.data[key] == nil then changes[key] = json.null end
  end
  return changes
end

--- Saves what was changed of the data, each key by itself.
--- @param self moonwire.app.Row
--- @return true? ok
--- @return string? message
--- @return string? code
function row.save(self)
  local changes = self.data and changes_of(self)
  if not changes or next(changes) == nil then return true end
  local ok, message, code = open(self):save(self.id, changes)
  if ok or code ~= "gone" then return ok, message, code end
  log.warn("conn.data was not saved: the store does not have the connection; it has ended, or $connect does not go to this app")
  return true
end

--- @param self moonwire.app.Row
--- @param room string
function row.join(self, room)
  if not self.opening then return open(self):join(self.id, room) end
  open(self) -- so that a missing setting is told where it is needed
  self.joined[room] = true
  return true
end

--- @param self moonwire.app.Row
--- @param room string
function row.leave(self, room)
  if not self.opening then return open(self):leave(self.id, room) end
  self.joined[room] = nil
  return true
end

--- @param self moonwire.app.Row
function row.rooms(self)
  if not self.opening then return open(self):rooms(self.id) end
  local names = {}
  for name in pairs(self.joined) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- @param self moonwire.app.Row
--- @param key string
--- @param fn function
function row.update(self, key, fn)
  if self.opening then
    local data = row.data(self)
    local value = fn(data[key])
    if value == json.null then value = nil end
    data[key] = value
    return value == nil and json.null or value
  end
  local value, message, code = open(self):update(self.id, key, fn)
  if value == nil then return nil, message, code end
  if self.data then -- the copy at hand follows
    local now = value ~= json.null and value or nil
    self.data[key], self.texts[key] = now, now ~= nil and encode(now) or nil
  end
  return value
end

-- Where functions without a WebSocket event reach the connection.
local function endpoint_of(place)
  local given, region = os.getenv "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", os.getenv "AWS_REGION"
  if given and given ~= "" then return given end
  if not region then return nil end
  local suffix = region:find "^cn%-" and "amazonaws.com.cn" or "amazonaws.com"
  return ("https://%s.execute-api.%s.%s/%s"):format(place.apiId, region, suffix, place.stage)
end

local function expiry(self, user, closes)
  local connected_at = math.floor((self.place.connectedAt or os.time() * 1000) / 1000)
  local latest = connected_at + LIFE_S
  local expires = closes and user and type(user.exp) == "number" and user.exp or latest
  return connected_at, math.floor(math.min(expires, latest))
end

local warned = false

local function warn_of_token()
  if not warned then
    log.warn("auth without a store: conn.user is known in $connect only, and connections outlive their tokens; MOONWIRE_STORE says where a store is")
  end
  warned = true
end

--- Puts what $connect has collected, when there is a store. Joining has asked for one.
--- @param self moonwire.app.Row
--- @param closes boolean the end of the token is the end of the connection
--- @return true? ok
--- @return string? message
--- @return string? code
function row.put(self, closes)
  local has_data = self.data and next(self.data) ~= nil
  if self.guarded and not row.has_store() then warn_of_token() end
  if not row.has_store() and not has_data and not self.store then return true end
  local user = row.user(self)
  local connected_at, expires_at = expiry(self, user, closes)
  return open(self):connect({
    id = self.id, user = user and user.id, claims = user, endpoint = endpoint_of(self.place), connected_at = connected_at,
    expires_at = expires_at, data = self.data or {},
  }, row.rooms(self))
end

--- Removes it, when there is a store.
--- @param self moonwire.app.Row
--- @return true? ok
--- @return string? message
--- @return string? code
function row.remove(self)
  if not row.has_store() then return true end
  return open(self):disconnect(self.id)
end

--- Has the token ended that the connection was opened with? Then it is not visible in the store either. Who has neither a Lambda
--- authorizer nor `auth` is asked for nothing.
--- @param self moonwire.app.Row
--- @return boolean
function row.has_expired(self)
  local said = of_authorizer(self.place)
  if said and said.exp and said.exp <= os.time() then return true end
  if not self.guarded or not row.has_store() then return false end
  return read(self) == false
end

--- Deletes expired connections from the store, when there is one.
--- @param self moonwire.app.Row
function row.sweep(self)
  if row.has_store() then return open(self):sweep() end
end

return row
