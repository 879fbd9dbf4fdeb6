-- chat.lua: rooms, names and presence; chat.html is a page for it. A name is what a client says it is, unless door.lua
-- has asked for a token.
local app = require "moonwire.app"
local json = require "moonwire.json"

local ROOM = "string 1..40"

-- Tells the others in a room what has happened, and how many are there now.
local function announce(conn, room, event)
  local here = assert(conn:room(room):count())
  assert(conn:room(room):broadcast({ room = room, event = event, name = conn.user.id, here = here }, { except = conn }))
  return here
end

local function is_member(conn, room)
  for _, name in ipairs(assert(conn:rooms())) do
    if name == room then return true end
  end
end

local chat = app {
  ["$connect"] = function(conn, request)
    local name = request.query.name or "guest"
    if #name < 1 or #name > 40 then return conn:refuse(400) end
    conn.user = conn.user or { id = name } -- the store keeps it: a user may have several devices
    return true
  end,

  ["$disconnect"] = function(conn)
    for _, room in ipairs(assert(conn:rooms())) do
      conn:leave(room)
      announce(conn, room, "left")
    end
  end,

  join = { schema = { room = ROOM }, run = function(conn, message)
    assert(conn:join(message.room))
    return { room = message.room, event = "welcome", name = conn.user.id, here = announce(conn, message.room, "joined") }
  end },

  say = { schema = { room = ROOM, text = "string 1..500" }, run = function(conn, message)
    if not is_member(conn, message.room) then return { error = "not_a_member", message = "Join the room first" } end
    assert(conn:room(message.room):broadcast { room = message.room, event = "said", name = conn.user.id, text = message.text })
  end },

  who = { schema = { room = ROOM }, run = function(conn, message)
    local names = json.array {}
    for member in conn:room(message.room):members() do names[#names + 1] = member.user end
    return { room = message.room, event = "here", names = names }
  end },
}

return chat
