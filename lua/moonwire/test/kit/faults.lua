-- faults.lua: what goes wrong on purpose. Those of messages and of ends are the model's (gateway/model/faults.h); those of
-- functions are counted here.
local arguments = require "moonwire.runtime.arguments"

local faults = {}

local POSTS = { gone = true, throttled = true, silent = true }

--- @class moonwire.test.FailOptions
--- @field times? integer how often; default 1
--- @field client? moonwire.test.Client `gone`, `throttled`: only messages to this one
--- @field function? string `crash`, `timeout`: only of this function

--- @class moonwire.test.Faults
--- @field private counts table<string, table<string, integer>> kind -> function, or "*" -> how often
local Faults = {}
Faults.__index = Faults

--- @return moonwire.test.Faults
function faults.new()
  return setmetatable({ counts = { crash = {}, timeout = {} } }, Faults)
end

--- A sentence about what is wrong with a failure that is wanted, or nothing.
--- @param kind any
--- @param options any
--- @param functions moonwire.test.Environment[]
--- @return string? problem
function faults.problem(kind, options, functions)
  local of_function = kind == "crash" or kind == "timeout"
  if not of_function and not POSTS[kind] then
    return "there is no failure " .. arguments.shown(kind) .. "; there are crash, gone, silent, throttled, timeout"
  end
  local fields = { times = "count" }
  if of_function then fields["function"] = "text" elseif kind ~= "silent" then fields.client = "table" end
  local why = arguments.fields("options", options, fields)
  local name = not why and options["function"]
  for _, fn in ipairs(name and functions or {}) do
    if fn.name == name then return nil end
  end
  return why or name and ("the service has no function %s"):format(name) or nil
end

--- @param model moonwire.core.Api
--- @param kind string
--- @param options moonwire.test.FailOptions checked
function Faults:set(model, kind, options)
  local times = options.times or 1
  if POSTS[kind] then
    model:fail(kind, times, options.client and options.client.id)
  else
    self.counts[kind][options["function"] or "*"] = times
  end
end

--- Is it this one's turn to fail? Counts down.
--- @param kind "crash"|"timeout"
--- @param name string of the function
--- @return boolean
function Faults:take(kind, name)
  local counts = self.counts[kind]
  for _, key in ipairs { name, "*" } do
    if counts[key] then
      counts[key] = counts[key] > 1 and counts[key] - 1 or nil
      return true
    end
  end
  return false
end

--- What was to come and has not: kind -> how often. What was meant for one connection ends with it, and is not counted.
--- @param model moonwire.core.Api
--- @return table<string, integer>
function Faults:waiting(model)
  local waiting = model:failing()
  for kind, counts in pairs(self.counts) do
    for _, times in pairs(counts) do waiting[kind] = (waiting[kind] or 0) + times end
  end
  return waiting
end

return faults
