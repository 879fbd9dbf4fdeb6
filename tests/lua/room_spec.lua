local ws = require "moonwire.ws"

local lobby, ann = ws.room "lobby", ws.user "ann"

describe("wrong arguments raise at the caller:", function()
  local cases = {
    { "ws.room: name must be a string, got nil", function() ws.room() end },
    { "ws.room: name must not be empty", function() ws.room "" end },
    { "ws.room: name must have 512 bytes at most, got 513", function() ws.room(("r"):rep(513)) end },
    { "ws.room: call it with a dot: ws.room(...)", function() ws:room "lobby" end },
    { "ws.user: id must be a string, got table", function() ws.user { id = "ann" } end },
    { "ws.user: call it with a dot: ws.user(...)", function() ws:user "ann" end },
    { "room:broadcast: call it with a colon: room:broadcast(...)", function() lobby.broadcast("x") end },
    { "room:members: call it with a colon: room:members(...)", function() lobby.members() end },
    { "room:count: call it with a colon: room:count(...)", function() lobby.count(ann) end },
    { "user:send: call it with a colon: user:send(...)", function() ann.send("x") end },
    { "room:broadcast: data must be a string or a table, got nil", function() lobby:broadcast() end },
    { "room:broadcast: data is not JSON: $.f: cannot encode a function", function() lobby:broadcast { f = print } end },
    { "room:broadcast: options must be a table, got number", function() lobby:broadcast("x", 5) end },
    { "room:broadcast: options has an unknown field: excpet; there are concurrency, continue, except, timeout_ms", function() lobby:broadcast("x", { excpet = "a" }) end },
    { "room:broadcast: continue must be a boolean, got string", function() lobby:broadcast("x", { continue = "yes" }) end },
    { "room:broadcast: concurrency must be a whole number from 1 to 256, got 0", function() lobby:broadcast("x", { concurrency = 0 }) end },
    { "room:broadcast: timeout_ms must be a number, got string", function() lobby:broadcast("x", { timeout_ms = "1" }) end },
    { "room:broadcast: except must be an id, a table with an id, or a list of these, got number", function() lobby:broadcast("x", { except = 5 }) end },
    { "room:broadcast: except must be an id, a table with an id, or a list of these, got table", function() lobby:broadcast("x", { except = { a = true } }) end },
    { "room:broadcast: except[2] must be an id, or a table with an id", function() lobby:broadcast("x", { except = { "a", {} } }) end },
    { "user:send: data must be a string or a table, got boolean", function() ann:send(true) end },
    { "user:send: options has an unknown field: continue; there are concurrency, except, timeout_ms", function() ann:send("x", { continue = true }) end },
  }
  if not os.getenv "MOONWIRE_STORE" then
    cases[#cases + 1] = { "room:count: MOONWIRE_STORE is not set: it says where connections are kept, sqlite:PATH or dynamodb:TABLE; moonwire dev sets it by itself",
      function() lobby:count() end }
  end
  for _, case in ipairs(cases) do
    local want, call = case[1], case[2]
    it(want, function()
      local ok, message = pcall(call)
      assert.equal(false, ok)
      assert.matches("^tests/lua/room_spec%.lua:%d+: ", message)
      assert.equal(want, (message:gsub("^[^ ]+ ", "")))
    end)
  end
end)
