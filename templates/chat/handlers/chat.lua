-- chat.lua: rooms. {"action":"join","room":"lobby"} enters one, {"action":"say","room":"lobby","text":"hello"} tells all who are in
-- it. Names are what clients say they are; a service that has to know asks for a token (moonwire.auth).
local app = require "moonwire.app"
local crypto = require "moonwire.crypto"

local ROOM = "string 1..40"

-- Tells a room what has happened. By its id a client that gets it twice (web/moonwire.js, while it renews its connection) drops one.
local function tell(conn, room, event, options)
  event.mid, event.room, event.name = crypto.uuid(), room, conn.data.name
  assert(conn:room(room):broadcast(event, options))
end

local function announce(conn, room, event)
  tell(conn, room, { event = event }, { except = conn })
end

local function is_member(conn, room)
  for _, name in ipairs(assert(conn:rooms())) do
    if name == room then return true end
  end
end

return app {
  -- ws://.../dev?name=ann. What is returned here accepts the client; what is in conn.data is kept as long as it is connected.
  ["$connect"] = function(conn, request)
    local name = request.query.name or "guest"
    if #name < 1 or #name > 40 then return conn:refuse(400) end
    conn.data.name = name
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
    announce(conn, message.room, "joined")
    return { event = "welcome", room = message.room, name = conn.data.name, here = assert(conn:room(message.room):count()) }
  end },

  leave = { schema = { room = ROOM }, run = function(conn, message)
    if not is_member(conn, message.room) then return { error = "not_a_member", message = "Join the room first" } end
    conn:leave(message.room)
    announce(conn, message.room, "left")
    return { event = "goodbye", room = message.room }
  end },

  say = { schema = { room = ROOM, text = "string 1..500" }, run = function(conn, message)
    if not is_member(conn, message.room) then return { error = "not_a_member", message = "Join the room first" } end
    tell(conn, message.room, { event = "said", text = message.text })
  end },

  -- A sign of life: API Gateway ends connections that are silent for ten minutes.
  ping = function() return { event = "pong" } end,
}
