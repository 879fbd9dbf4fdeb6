-- handlers.lua: the file and the function that each `handler:` names. Loads them (probe.lua), unless that was not wanted.
local async = require "moonwire.async"
local crypto = require "moonwire.crypto"
local files = require "moonwire.doctor.files"
local folder = require "moonwire.core.folder"
local handler_file = require "moonwire.runtime.handler_file"
local json = require "moonwire.json"
local process = require "moonwire.core.process"

local handlers = {}

--- What came of loading the handler of a function.
--- @class moonwire.doctor.Loaded
--- @field files string[] of the service, as seen from its folder
--- @field app? { routes: moonwire.app.RouteInfo[] } when it is one
--- @field failure? { type: string, message: string, at?: { file: string, line: integer } }

local CODES = {
  ["Runtime.MalformedHandlerName"] = "handler-name", ["Runtime.ImportModuleError"] = "handler-missing",
  ["Runtime.UserCodeSyntaxError"] = "handler-syntax", ["Runtime.HandlerNotFound"] = "handler-function",
}

local LIMIT_S, SIGKILL = 10, 9 -- Lambda waits that long for the first poll

-- The line of code that a message begins with, or names, and the message without it.
local function place_in(case, message)
  local before, path, line, rest = message:match "^(.-)([%w_./-]+%.lua):(%d+): (.*)$"
  if not path or before ~= "" and not before:find ": $" then return nil end
  path = path:gsub("^%./", "")
  return { file = case.root .. path, line = tonumber(line) }, rest
end

local function report(case, found, fn, failure)
  local code, first = CODES[failure.type] or "handler-load", (failure.message:match "^[^\n]*":gsub(":%s*$", "")) -- a list that follows is left out
  local setting = case:place_of(fn.name, "handler")
  if code == "handler-syntax" or code == "handler-load" then
    local place, rest = place_in(case, first)
    if not place and failure.at then place, rest = { file = case.root .. failure.at.file, line = failure.at.line }, first end
    local what = code == "handler-syntax" and "the file of the handler %s is no Lua: %s" or "the handler %s cannot be loaded: %s"
    found:add(code, place or setting, what:format(fn.handler, place and rest or first))
  else
    found:add(code, setting, first)
  end
end

-- The line behind the mark, or nil and why there is none.
local function read(child, mark)
  local last
  while true do
    local line, second = child:line()
    if not line then return nil, second, last end
    if line:sub(1, #mark) == mark then return line:sub(#mark + 1) end
    if second then last = line end -- standard error
  end
end

local function load(case, options, fn)
  local mark = crypto.hex(crypto.random_bytes(16))
  local order = { config = case.place.file, stage = options.stage, opt = options.opt, param = options.param, name = fn.name, mark = mark }
  local child, why = process.start { "lua", "-e", 'require("moonwire.doctor.probe").run(...)', json.encode(order) }
  if not child then return nil, why end
  local limit_s = options["load-timeout"] or LIMIT_S
  local answer, status, last
  local in_time = async.race {
    function()
      answer, status, last = read(child, mark)
      return "done"
    end,
    function()
      async.sleep(limit_s * 1000)
      return "late"
    end,
  } == "done"
  if answer then return json.decode(answer) end
  child:signal(SIGKILL)
  local message = ("the process ended with the status %s%s"):format(status, last and ": " .. last or "")
  if not in_time then message = ("it did not finish loading within %d s"):format(limit_s) end
  return { failure = { type = "", message = message }, files = {} }
end

-- Without running any of its code.
local function look(case, fn)
  local ok, file = pcall(handler_file.split, fn.handler)
  if not ok then return { failure = file, files = {} } end
  for _, place in ipairs { file .. ".lua", file .. "/init.lua" } do
    local path = case.root .. place
    if folder.real(path) and not files.exists(path) then
      return { failure = { type = "", message = place .. " is no plain file" }, files = {} } -- opening a pipe may never end
    end
  end
  local compiled, raised = pcall(handler_file.load, fn.handler, file, case.root)
  if not compiled then return { failure = raised, files = {} } end
  local place = file .. ".lua"
  if not files.exists(case.root .. place) then place = file .. "/init.lua" end
  return { files = { place } }
end

--- Puts what came of it into case.loaded.
--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
--- @param options table the command line's
--- @return true? ok
--- @return string? message no process can be started
function handlers.check(case, found, options)
  for _, fn in ipairs(case.project.functions) do
    local loaded, why
    if options["no-load"] then
      loaded = look(case, fn)
    else
      loaded, why = load(case, options, fn)
    end
    if not loaded then return nil, why end
    case.loaded[fn.name] = loaded
    if loaded.failure then report(case, found, fn, loaded.failure) end
  end
  return true
end

return handlers
