-- backend.lua: where the store is kept, as MOONWIRE_STORE says: "sqlite:PATH" or "dynamodb:TABLE". A backend is opened once
-- per process, and its module is loaded when it is chosen.
local arguments = require "moonwire.runtime.arguments"

local backend = {} -- lua/moonwire/meta/backend.lua says what a backend has to do

--- @class moonwire.store.Record a connection as backends keep it
--- @field id string
--- @field user? string
--- @field claims? string JSON
--- @field endpoint? string
--- @field connected_at integer Unix time, seconds
--- @field expires_at integer Unix time, seconds
--- @field data table<string, string> JSON texts
--- @field version integer 1 at first

--- @class moonwire.store.Member
--- @field id string
--- @field user? string
--- @field endpoint? string
--- @field connected_at integer Unix time, seconds

local openers = {
  sqlite = function(path) return require("moonwire.store.sqlite").open(path) end,
  dynamodb = function(table_name) return require("moonwire.store.dynamodb").open(table_name) end,
}

local opened = {} -- by setting

--- @return string? the value of MOONWIRE_STORE
function backend.setting()
  local text = os.getenv "MOONWIRE_STORE"
  if text ~= nil and text ~= "" then return text end
end

local FORMS = "sqlite:PATH or dynamodb:TABLE"

--- The backend that MOONWIRE_STORE names.
--- @return moonwire.store.Backend?
--- @return string? why not
function backend.choose()
  local text = backend.setting()
  if not text then
    return nil, "MOONWIRE_STORE is not set: it says where connections are kept, " .. FORMS .. "; moonwire dev sets it by itself"
  end
  local kind, place = text:match "^(%l+):(.+)$"
  if not openers[kind] then return nil, "MOONWIRE_STORE must be " .. FORMS .. ", got " .. arguments.shown(text) end
  opened[text] = opened[text] or openers[kind](place)
  return opened[text]
end

return backend
