-- leftovers.lua: a spec that has played a service cleans up: clients, failures that were to come, and what it has started by
-- itself. The service ends with the spec in any case.
local hooks = require "moonwire.test.hooks"
local world = require "moonwire.test.kit.world"

-- Timers and transfers are what tasks wait for.
local function tasks_problem(count)
  if count == 0 then return nil end
  return ("%d task%s of the spec still run%s (async.spawn): wait for %s, or cancel %s"):format(count, count == 1 and "" or "s",
    count == 1 and "s" or "", count == 1 and "it" or "them", count == 1 and "it" or "them")
end

hooks.after_spec(function(spec)
  local service, list = world.service, {}
  if service then
    list = service:leftovers()
    service:stop()
  end
  if world.played then list[#list + 1] = tasks_problem(spec.tasks) end
  world.played = false
  if #list > 0 and not spec.failed then return "the spec has left something behind: " .. table.concat(list, "; ") end
end)
