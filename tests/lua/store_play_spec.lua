-- Random play against the store in a file (store_play.lua). SEED=n repeats one.
local crypto = require "moonwire.crypto"
local play = require "tests.lua.store_play"
local sqlite = require "moonwire.store.sqlite"

local STEPS = 600

local function any_seed()
  local a, b = crypto.random_bytes(2):byte(1, 2)
  return a * 256 + b
end

describe("the store in a file", function()
  it("shows what a model shows, whatever happens", function()
    local path = os.tmpname()
    local ok, err = pcall(play, sqlite.open(path), STEPS, tonumber(os.getenv "SEED") or any_seed())
    for _, suffix in ipairs { "", "-wal", "-shm" } do os.remove(path .. suffix) end
    if not ok then error(err, 0) end
  end)
end)
