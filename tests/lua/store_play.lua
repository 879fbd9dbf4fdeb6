-- Random play against a backend of the store, beside a model of what has to be seen: clients come and go, join, leave, send;
-- functions crash in the middle, $disconnect is missed, the clock jumps. After each step: no member is missed, nobody else
-- receives, nothing that has expired is seen. A seed repeats a play; a failure names it.
local async = require "moonwire.async"
local support = require "tests.lua.store_support"

local ROOMS, USERS = { "lobby", "games", "r#3" }, { "ann", "ben" }
local FORGET_S = 30

-- What is known of a client:
--   socket      "opening" (accepted, a send meets a 410 yet), "open" or "closed"
--   row, rooms  true: it is there; false: it is not; of each room
--   is_vague    a function crashed over it, or it had expired: it may be there or not, as may its memberships. For good: a
--               request that was under way may arrive at any time, and what has expired may be deleted

local function chance(share) return math.random() < share end
local function pick(list) return list[math.random(#list)] end

local function any_client(self, fits)
  local found = {}
  for _, client in ipairs(self.clients) do
    if not fits or fits(client) then found[#found + 1] = client end
  end
  return found[1] and pick(found)
end

local function is_expired(self, client) return client.expires_at <= self.clock.now end
local function is_certain(self, client) return client.row and not client.is_vague and not is_expired(self, client) end
local function is_possible(self, client) return (client.row or client.is_vague) and not is_expired(self, client) end

local function fail(self, what, ...)
  error(("seed %d, step %d, %s: "):format(self.seed, self.step, self.action) .. what:format(...), 0)
end

-- Looking

local function set_of(list)
  local set = {}
  for _, value in ipairs(list) do set[value] = true end
  return set
end

-- Each of those that must be seen, nobody who may not, nobody twice. `has` says who belongs there.
local function compare(self, where, seen, has)
  local set = set_of(seen)
  for i = 2, #seen do
    if seen[i - 1] >= seen[i] then fail(self, "%s is not in order at %s", where, seen[i]) end
  end
  local possible = {}
  for _, client in ipairs(self.clients) do
    local is_member = has(client)
    if is_member and is_certain(self, client) and not set[client.id] then fail(self, "%s misses %s", where, client.id) end
    possible[client.id] = is_possible(self, client) and (is_member or client.is_vague)
  end
  for _, id in ipairs(seen) do
    if not possible[id] then fail(self, "%s has %s", where, id) end
  end
end

local function compare_client(self, client)
  local row, message, code = self.s:get(client.id)
  if not row and code ~= "gone" then fail(self, "%s: %s", client.id, message) end
  if row and not is_possible(self, client) then fail(self, "%s is seen", client.id) end
  if not row and is_certain(self, client) then fail(self, "%s is missed", client.id) end
  if row and not client.is_vague and row.data.n ~= client.n then
    fail(self, "%s has n = %s, not %s", client.id, tostring(row.data.n), tostring(client.n))
  end
  local rooms = set_of(assert(self.s:rooms(client.id)))
  for _, room in ipairs(ROOMS) do
    local wanted = is_certain(self, client) and client.rooms[room] or false
    if not client.is_vague and (rooms[room] or false) ~= wanted then fail(self, "%s: the room %s is wrong", client.id, room) end
  end
end

local function look(self)
  local room, user = pick(ROOMS), pick(USERS)
  local members = support.ids(self.s:members(room))
  compare(self, room, members, function(client) return client.rooms[room] end)
  local count, vague = assert(self.s:count(room)), 0
  for _, client in ipairs(self.clients) do
    if client.is_vague then vague = vague + 1 end -- its last request may arrive between the two looks
  end
  if math.abs(count - #members) > vague then fail(self, "%s counts %d, not %d", room, count, #members) end
  compare(self, user, support.ids(self.s:user(user)), function(client) return client.user == user end)
  local client = any_client(self)
  if client then compare_client(self, client) end
end

-- Doing: an action of a handler, which may crash on its way

-- True when it came to its end. What a crash leaves is not known.
local function run(self, client, fn)
  if not chance(0.08) then
    fn()
    return true
  end
  local handler = async.spawn(fn)
  async.sleep(math.random(0, 2))
  if not handler:cancel() then
    handler:wait() -- raises what it raised
    return true
  end
  client.is_vague = true
  return false
end

local function expect(self, client, ok, message, code)
  if not ok and code ~= "gone" then fail(self, "%s: %s", client.id, message) end
  if ok and not is_possible(self, client) then fail(self, "%s is gone, and it worked", client.id) end
  if not ok and is_certain(self, client) then fail(self, "%s is there, and it failed: %s", client.id, message) end
  return ok
end

local actions = {}

function actions.connect(self)
  local rooms = {}
  for _, room in ipairs(ROOMS) do
    if chance(0.4) then rooms[#rooms + 1] = room end
  end
  local life = chance(0.3) and math.random(5, 200) or 7200
  local client = {
    id = ("%04x="):format(#self.clients * 40503 % 65536), user = chance(0.7) and pick(USERS) or nil, socket = "opening", row = true,
    rooms = set_of(rooms), connected_at = self.clock.now, expires_at = self.clock.now + life, n = 0,
  }
  self.clients[#self.clients + 1] = client
  run(self, client, function()
    assert(self.s:connect({ id = client.id, user = client.user, expires_at = client.expires_at, data = { n = 0 } }, rooms))
  end)
end

function actions.open(self)
  local client = any_client(self, function(c) return c.socket == "opening" end)
  if client then client.socket = "open" end
end

function actions.join(self)
  local client, room = any_client(self), pick(ROOMS)
  if not client then return end
  run(self, client, function()
    if expect(self, client, self.s:join(client.id, room)) then client.rooms[room] = true end
  end)
end

function actions.leave(self)
  local client, room = any_client(self), pick(ROOMS)
  if not client then return end
  run(self, client, function()
    assert(self.s:leave(client.id, room))
    client.rooms[room] = false
  end)
end

function actions.save(self)
  local client, n = any_client(self), math.random(100)
  if not client then return end
  run(self, client, function()
    if expect(self, client, self.s:save(client.id, { n = n })) then client.n = n end
  end)
end

function actions.update(self)
  local client = any_client(self)
  if not client then return end
  run(self, client, function()
    local value, message, code = self.s:update(client.id, "n", function(old) return (old or 0) + 1 end)
    if expect(self, client, value, message, code) then client.n = value end
  end)
end

-- The socket closes; $disconnect may never come.
function actions.close(self)
  local client = any_client(self, function(c) return c.socket == "open" end)
  if not client then return end
  client.socket = "closed"
  if chance(0.4) then return end
  if run(self, client, function() assert(self.s:disconnect(client.id)) end) then client.row, client.rooms = false, {} end
end

-- Who is sent to, and is not open, answers with a 410.
function actions.send(self)
  local room, got, dead, by_id = pick(ROOMS), {}, {}, {}
  for _, client in ipairs(self.clients) do by_id[client.id] = client end
  for member in self.s:members(room) do
    local to = by_id[member.id].socket == "open" and got or dead
    to[#to + 1] = member.id
  end
  compare(self, "a message to " .. room, got, function(client) return client.rooms[room] and client.socket == "open" end)
  local least, most = 0, #dead
  for _, id in ipairs(dead) do
    local client = by_id[id]
    if client.connected_at < self.clock.now - FORGET_S then
      if is_certain(self, client) then least = least + 1 end
      if not client.is_vague then client.row, client.rooms = false, {} end
    else
      most = most - 1
    end
  end
  local removed = assert(self.s:forget(dead))
  if removed < least or removed > most then fail(self, "%d were forgotten, not %d to %d", removed, least, most) end
end

function actions.sweep(self) assert(self.s:sweep()) end

-- Forwards mostly. What has once expired may be deleted, also when the clock goes back.
function actions.time(self)
  local jump = chance(0.05) and math.random(-4000, 4000) or math.random(0, 30)
  self.clock.now = self.clock.now + jump
  for _, client in ipairs(self.clients) do
    if is_expired(self, client) then client.is_vague = true end
  end
end

local weights = { connect = 4, open = 4, join = 4, leave = 2, save = 1, update = 1, close = 2, send = 5, sweep = 1, time = 4 }
local bag = {}
for name, weight in pairs(weights) do
  for _ = 1, weight do bag[#bag + 1] = name end
end
table.sort(bag)

--- @param backend moonwire.store.Backend
--- @param steps integer
--- @param seed integer
return function(backend, steps, seed)
  math.randomseed(seed)
  local s, clock = support.fresh(backend)
  local self = { s = s, clock = clock, seed = seed, clients = {} }
  for step = 1, steps do
    self.step, self.action = step, pick(bag)
    local ok, err = pcall(actions[self.action], self)
    if ok then ok, err = pcall(look, self) end
    if not ok and not tostring(err):find "^seed" then fail(self, "%s", tostring(err)) end
    if not ok then error(err, 0) end
  end
end
