-- handle.lua: the store of one API and stage, as users have it: what is the same for all backends.
local arguments = require "moonwire.runtime.arguments"
local async = require "moonwire.async"
local json = require "moonwire.json"
local name = require "moonwire.store.name"
local random = require "moonwire.runtime.random"
local record = require "moonwire.store.record"
local task = require "moonwire.core.task"

local handle = {}

local FORGET_S = 30 -- a younger connection may still be in its handshake, in which a 410 says nothing
local UPDATES_MAX = 40
local PAUSE_MS, PAUSE_MAX_MS = 2, 60
local MARGIN_MS = 300 -- before the end of the invocation

--- The connections of one stage of one API. Methods wait.
--- @class moonwire.Store
--- @field private backend moonwire.store.Backend
--- @field scope string "API_ID/STAGE"
--- @field private now fun(): integer
local Store = {}
Store.__index = Store

--- @param backend moonwire.store.Backend
--- @param scope string "API_ID/STAGE"
--- @param now? fun(): integer for tests: the clock, Unix time in whole seconds
--- @return moonwire.Store
function handle.new(backend, scope, now)
  return setmetatable({ backend = backend, scope = scope, now = now or os.time }, Store)
end

-- Raises at the caller of the method that called this one.
local function refuse(method, why)
  if why then error(("store:%s: %s"):format(method, why), 3) end
end

local function misused(self)
  if getmetatable(self) ~= Store then return "call it with a colon: s:method(...)" end
end

local function id_problem(self, id)
  return misused(self) or name.problem("id", id, name.ID_MAX)
end

local function room_problem(self, room)
  return misused(self) or name.problem("room", room, name.ROOM_MAX)
end

-- What a backend answered; its failures get the name of the method.
local function answer(method, value, message, code)
  if value == nil and message ~= nil then return nil, ("store:%s: %s"):format(method, message), code end
  return value
end

-- The elements without those that come twice; nil and a sentence when one is no name.
local function distinct(what, list, most)
  local why = arguments.list(what, list)
  local seen, found = {}, {}
  for i, element in ipairs(why and {} or list) do
    why = why or name.problem(("%s[%d]"):format(what, i), element, most)
    if not why and not seen[element] then
      seen[element] = true
      found[#found + 1] = element
    end
  end
  if why then return nil, why end
  return found
end

--- Adds a connection, and its membership in rooms. One with that id is replaced.
--- @param row moonwire.store.Row
--- @param rooms? string[] what it is a member of
--- @return true? ok
--- @return string? message
--- @return moonwire.store.Code? code
function Store:connect(row, rooms)
  local names, kept
  local why = misused(self) or record.problem(row)
  if not why then names, why = distinct("rooms", rooms == nil and {} or rooms, name.ROOM_MAX) end
  local now = not why and self.now()
  if not why then kept, why = record.encode(row, now) end
  refuse("connect", why)
  return answer("connect", self.backend:connect(self.scope, kept, names, now))
end

--- What is known of a connection. It is a copy: what is assigned to its fields is not saved.
--- @param id string
--- @return moonwire.store.Row? row a copy: what is assigned to its fields is not saved
--- @return string? message
--- @return moonwire.store.Code? code
function Store:get(id)
  refuse("get", id_problem(self, id))
  local kept, message, code = answer("get", self.backend:get(self.scope, id, self.now()))
  if not kept then return nil, message, code end
  return record.decode(kept)
end

--- Removes a connection and all of its memberships.
--- @param id string
--- @return true? ok true when there is none, too
--- @return string? message
--- @return moonwire.store.Code? code
function Store:disconnect(id)
  refuse("disconnect", id_problem(self, id))
  return answer("disconnect", self.backend:disconnect(self.scope, id))
end

--- Makes a connection a member of a room. Rooms need not be made.
--- @param id string
--- @param room string
--- @return true? ok
--- @return string? message
--- @return moonwire.store.Code? code
function Store:join(id, room)
  refuse("join", id_problem(self, id) or room_problem(self, room))
  return answer("join", self.backend:join(self.scope, id, room, self.now()))
end

--- Ends a membership.
--- @param id string
--- @param room string
--- @return true? ok true when there is none, too
--- @return string? message
--- @return moonwire.store.Code? code
function Store:leave(id, room)
  refuse("leave", id_problem(self, id) or room_problem(self, room))
  return answer("leave", self.backend:leave(self.scope, id, room))
end

--- The rooms of a connection.
--- @param id string
--- @return string[]? names sorted; none when the connection is gone
--- @return string? message
--- @return moonwire.store.Code? code
function Store:rooms(id)
  refuse("rooms", id_problem(self, id))
  local names, message, code = answer("rooms", self.backend:rooms(self.scope, id, self.now()))
  if not names then return nil, message, code end
  table.sort(names)
  return names
end

--- What an iterator raises when a page cannot be had: the runtime reports `type` as the error's type.
--- @class moonwire.store.PageError
--- @field type string the code
--- @field code string
--- @field message string
local PageError = {}
function PageError:__tostring() return self.message end

-- Gives one member after the other; fetches a page when the last one is used up.
local function members(method, self, key, after)
  local page, at, over = {}, 0, false

  local function turn()
    local found, message, code = self.backend[method](self.backend, self.scope, key, after, self.now())
    if not found then
      error(setmetatable({ type = code, code = code, message = ("store:%s: %s"):format(method, message) }, PageError), 0)
    end
    page, at, after, over = found, 0, message, message == nil -- its second result: where the next page begins
  end

  return function()
    while at == #page do -- a page may be empty and not the last one
      if over then return nil end
      turn()
    end
    at = at + 1
    return page[at]
  end
end

local function after_problem(after)
  if after ~= nil then return name.problem("after", after, name.ID_MAX) end
end

--- The members of a room: an iterator, ascending by id. A failure raises a moonwire.store.PageError.
--- @param room string
--- @param after? string an id: only those behind it
--- @return fun(): moonwire.store.Member? members
function Store:members(room, after)
  refuse("members", room_problem(self, room) or after_problem(after))
  return members("members", self, room, after)
end

--- How many members a room has.
--- @param room string
--- @return integer? count
--- @return string? message
--- @return moonwire.store.Code? code
function Store:count(room)
  refuse("count", room_problem(self, room))
  return answer("count", self.backend:count(self.scope, room, self.now()))
end

--- The connections of a user, one for each device: an iterator, as that of `s:members`.
--- @param user string
--- @param after? string an id: only those behind it
--- @return fun(): moonwire.store.Member? connections
function Store:user(user, after)
  refuse("user", misused(self) or name.problem("user", user, name.USER_MAX) or after_problem(after))
  return members("user", self, user, after)
end

--- Sets keys of a connection's data, all or none; other keys stay as they are.
--- @param id string
--- @param changes table<string, any> JSON values by key; `json.null` removes a key
--- @return true? ok
--- @return string? message
--- @return moonwire.store.Code? code
function Store:save(id, changes)
  local texts
  local why = id_problem(self, id) or arguments.type("changes", changes, "table")
  if not why then texts, why = record.encode_data("changes", changes) end
  refuse("save", why)
  return answer("save", self.backend:save(self.scope, id, texts, nil, self.now()))
end

-- One turn of update. Returns true and the value, or nil, message, code.
local function try_update(self, id, key, fn)
  local kept, message, code = self.backend:get(self.scope, id, self.now())
  if not kept then return nil, message, code end
  local old = kept.data[key]
  local value = fn(old and json.decode(old))
  if value == nil then value = json.null end
  local texts, why = record.encode_data("the result of fn", { [key] = value })
  if not texts then error("store:update: " .. why, 0) end
  local ok
  ok, message, code = self.backend:save(self.scope, id, texts, kept.version, self.now())
  if not ok then return nil, message, code end
  return true, value
end

--- Changes one key of a connection's data by what it is. When somebody else changed the data meanwhile, fn is called again
--- with what it is then.
--- @param id string
--- @param key string of the data
--- @param fn fun(old: any): any gets the value (nil when there is none), gives the new one (nil or `json.null` removes the
--- key); may wait
--- @return any value the new one; `json.null` when the key was removed
--- @return string? message
--- @return moonwire.store.Code? code
function Store:update(id, key, fn)
  refuse("update", id_problem(self, id) or name.problem("key", key, name.KEY_MAX) or arguments.type("fn", fn, "function"))
  local pause = PAUSE_MS
  for turn = 1, UPDATES_MAX do
    local ok, value, code = try_update(self, id, key, fn)
    if ok then return value end
    if code ~= "conflict" or turn == UPDATES_MAX or task.left_ms() - pause < MARGIN_MS then
      return answer("update", nil, value, code)
    end
    async.sleep(pause * random())
    pause = math.min(2 * pause, PAUSE_MAX_MS)
  end
end

--- Removes connections that a 410 showed to be closed, except for those that are younger than 30 seconds: they may still be
--- in their handshake.
--- @param ids string[] of connections
--- @return integer? removed how many
--- @return string? message
--- @return moonwire.store.Code? code
function Store:forget(ids)
  local found
  local why = misused(self)
  if not why then found, why = distinct("ids", ids, name.ID_MAX) end
  refuse("forget", why)
  if #found == 0 then return 0 end
  return answer("forget", self.backend:forget(self.scope, found, self.now() - FORGET_S))
end

--- Deletes what has expired. No read needs it; it saves space.
--- @return integer? removed how many
--- @return string? message
--- @return moonwire.store.Code? code
function Store:sweep()
  refuse("sweep", misused(self))
  return answer("sweep", self.backend:sweep(self.scope, self.now()))
end

return handle
