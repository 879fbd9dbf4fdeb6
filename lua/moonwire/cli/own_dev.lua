-- own_dev.lua: a `moonwire dev` for the time of one command, on free ports and without a word.
local json = require "moonwire.json"
local process = require "moonwire.core.process"

local own_dev = {}

local SIGTERM = 15

-- What it says on standard error when it does not start, without its name in front.
local function reason(child, first)
  local lines = { first }
  while true do
    local line, is_error = child:line()
    if not line then break end
    if is_error then lines[#lines + 1] = line end
  end
  return (table.concat(lines, "\n"):gsub("^moonwire dev: ", ""))
end

--- @param given table<string, any> options of the command line: config, stage, opt, param
--- @return table? child
--- @return integer|string port of its control port; or why it does not start
function own_dev.start(given)
  local args = { "dev", "--port", "0", "--control-port", "0", "--no-reload", "--json" }
  local function add(name, value)
    args[#args + 1], args[#args + 2] = name, value
  end
  if given.config then add("--config", given.config) end
  if given.stage then add("--stage", given.stage) end
  for _, pair in ipairs(given.opt or {}) do add("--opt", pair) end
  for _, pair in ipairs(given.param or {}) do add("--param", pair) end
  local child, message = process.start(args)
  if not child then return nil, message end
  while true do
    local line, is_error = child:line()
    if not line then return nil, "`moonwire dev` ended without a word" end
    if is_error then return nil, reason(child, line) end
    local said = json.decode(line)
    if type(said) == "table" and said.type == "ready" then return child, tonumber(said.controlUrl:match ":(%d+)$") end
  end
end

local function sends_of(line)
  local said = json.decode(line)
  return type(said) == "table" and said.type == "invocation" and tonumber(said.sends) or 0
end

--- Ends it, as Ctrl-C does, and waits until it has.
--- @return integer sends messages that its functions have posted to connections; there were none
function own_dev.stop(child)
  local sends = 0
  child:signal(SIGTERM)
  while true do
    local line, is_error = child:line()
    if not line then return sends end
    if is_error == true then line = "" end
    sends = sends + sends_of(line)
  end
end

return own_dev
