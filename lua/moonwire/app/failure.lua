-- failure.lua: what went wrong in a route: for the log, with everything, and for the client, without.
local describe = require "moonwire.runtime.describe"
local log = require "moonwire.log"

local failure = {}

--- @class moonwire.app.Failure
--- @field code string for the client: "internal", "invalid", "forbidden" ..., or the one that came back as nil, message, code
--- @field message string for the log
--- @field words string for the client
--- @field status integer what API Gateway is told; in $connect the client sees it
--- @field trace? string[] where it was raised: "handlers/chat.lua:12: in function 'run'"

local WORDS = { [400] = "Bad request", [401] = "Unauthorized", [403] = "Forbidden", [404] = "Not found" }

--- @param code string
--- @param message string
--- @param status integer
--- @param words? string
--- @return moonwire.app.Failure
function failure.new(code, message, status, words)
  return { code = code, message = message, status = status, words = words or WORDS[status] or "Internal server error" }
end

-- The frames of a traceback between the error and the guard, without ours.
local function frames_of(trace)
  local frames = {}
  for frame in trace:gmatch "\n\t([^\n]+)" do
    if frame:find("in function 'xpcall'", 1, true) then break end
    if not (frame:find("^%[C%]: in function 'error'") or frame:find "^moonwire/") then frames[#frames + 1] = frame end
  end
  return frames
end

--- @param err any what was raised
--- @param trace string
--- @return moonwire.app.Failure
function failure.raised(err, trace)
  local made = failure.new("internal", describe(err), 500)
  made.trace = frames_of(trace)
  return made
end

--- Of nil, message, code. Only "unauthorized" is taken for a word about the client: that a call to AWS is "forbidden" is not its fault.
--- @param message any
--- @param code any
--- @return moonwire.app.Failure
function failure.returned(message, code)
  if code == "unauthorized" then return failure.new(code, describe(message), 401) end
  return failure.new(type(code) == "string" and code or "failed", describe(message), 500, "Request failed")
end

--- Of `false`.
--- @param what string "the route"
--- @return moonwire.app.Failure
function failure.refused(what)
  return failure.new("forbidden", what .. " returned false", 403)
end

--- What the client gets; the form is that of API Gateway's own errors.
--- @param of moonwire.app.Failure
--- @param place table requestContext
function failure.reply(of, place)
  return { message = of.words, error = of.code, connectionId = place.connectionId, requestId = place.requestId }
end

--- A client's fault is an INFO, so that nobody can fill an error log from outside; ours is an ERROR. The runtime adds the ids, API
--- Gateway's among them.
--- @param of moonwire.app.Failure
--- @param key string the route's
function failure.log(of, key)
  local write = of.status < 500 and log.info or log.error
  write(("%s failed: %s"):format(key, of.message), { error = of.code, stackTrace = of.trace })
end

--- Calls fn and gives its results, or nil and a failure. Time that is over and a lack of memory go on up: they are for the runtime,
--- which raises them past the function given to xpcall.
--- @return any
--- @return any
function failure.guard(fn, ...)
  local ok, first, second = xpcall(fn, function(err)
    return { err = err, trace = debug.traceback(describe(err), 2) }
  end, ...)
  if ok then return first, second end
  if type(first) ~= "table" or first.trace == nil then error(first, 0) end
  return nil, failure.raised(first.err, first.trace)
end

return failure
