-- ctl.lua: `moonwire ctl`: looks at the connections of a running `moonwire dev`, and makes things go wrong on purpose.
local control = require "moonwire.cli.control"
local here = require "moonwire.cli.here"
local json = require "moonwire.json"
local options = require "moonwire.cli.options"
local show = require "moonwire.cli.ctl_show"

local ctl = {}

local usage = [[
Usage: moonwire ctl COMMAND [ARGUMENT ...]

Asks the `moonwire dev` that runs on this machine, and makes things go wrong on
purpose. In the folder of a service it must be that service.

  connections                   who is connected: id, age, idle time, state,
                                last route
  drop ID                       the connection ends without a close frame (the
                                client sees 1006)
  idle ID                       ... as after 10 minutes without a message (1001)
  expire ID                     ... as after 2 hours (1001)
  slow ID --bytes-per-second N  the client reads no faster; 0: nothing; --off:
                                as before
  gone N                        the next N posts of @connections get 410
  throttle N                    the next N posts of @connections get 429
  latency MS                    invocations begin, calls of @connections are
                                carried out MS milliseconds later
  no-disconnect N               the next N connections end without $disconnect
  faults                        what is set
  reset                         nothing goes wrong any more

N and MS of 0 switch a fault off.

  --all                         drop, idle, expire, slow: every open connection,
                                instead of ID
  --no-disconnect               drop, idle, expire: without $disconnect
  --connection ID               gone, throttle: posts to this connection only
  --jitter MS                   latency: at random up to so much more
  --only invoke|send            latency: only invocations, or only calls of
                                @connections
  --json                        connections, faults: JSON
  --control-port N              that of a `moonwire dev`, whatever service it
                                runs (3002 is asked without it)
  -h, --help                    this text
]]

local COUNT_MAX, PACE_MAX, MS_MAX = 1000000, 1000000000, 600000

-- A whole number up to `max`; or what is wrong.
local function number(what, text, max)
  local value = text:find "^%d+$" and tonumber(text)
  if value and value <= max then return value end
  return nil, ("%s must be a whole number from 0 to %d, not %q"):format(what, max, text)
end

local function ask(given, method, path, order)
  local ok, why = here.check(given["control-port"])
  if not ok then return nil, why end
  return control.call {
    port = given["control-port"], method = method, path = "/_control/" .. path, body = order and json.encode(order),
  }
end

-- Each command: its arguments and options besides --control-port, and run(given, name), which returns the lines to print; or
-- nil, a message, and "wrong" when the call is.

-- Orders for one connection, or all; `verb` is what was done to them.
local function on_connections(given, order, verb)
  if (given[1] == nil) == (given.all == nil) then return nil, "an ID or --all is wanted, one of the two", "wrong" end
  order.connectionId, order.all = given[1], given.all
  local answer, message = ask(given, "POST", "faults", order)
  if not answer then return nil, message end
  local lines = {}
  for i, id in ipairs(answer.connections) do lines[i] = verb .. " " .. id end
  if not lines[1] then lines[1] = "no connection is open" end
  return lines
end

local function ends(verb)
  return {
    arguments = { "[ID]" }, options = { all = "flag", ["no-disconnect"] = "flag" },
    run = function(given, name)
      return on_connections(given, { fault = name, noDisconnect = given["no-disconnect"] }, verb)
    end,
  }
end

local function slow(given)
  local text, pace, why = given["bytes-per-second"], nil, nil
  if (text == nil) == (given.off == nil) then return nil, "--bytes-per-second N or --off is wanted, one of the two", "wrong" end
  if text then
    pace, why = number("--bytes-per-second", text, PACE_MAX)
    if not pace then return nil, why, "wrong" end
  end
  return on_connections(given, { fault = "slow", bytesPerSecond = pace or json.null }, pace and "slow" or "as before:")
end

-- Orders that wait to happen; say(count, id) tells of them.
local function counted(say)
  return function(given, name)
    local count, why = number("N", given[1], COUNT_MAX)
    if not count then return nil, why, "wrong" end
    local answer, message = ask(given, "POST", "faults", { fault = name, count = count, connectionId = given.connection })
    if not answer then return nil, message end
    return { say(count, given.connection) }
  end
end

local function latency(given)
  local ms, why = number("MS", given[1], MS_MAX)
  local jitter, only = nil, given.only
  if ms and given.jitter then
    jitter, why = number("--jitter", given.jitter, MS_MAX)
  end
  if not why and only and only ~= "invoke" and only ~= "send" then why = ("--only takes invoke or send, not %q"):format(only) end
  if why then return nil, why, "wrong" end
  local answer, message = ask(given, "POST", "faults", { fault = "latency", ms = ms, jitterMs = jitter, only = only })
  if not answer then return nil, message end
  return show.latency(only ~= "send" and ms, only ~= "invoke" and ms, jitter or 0)
end

local function list(path, text)
  return function(given)
    local answer, message = ask(given, "GET", path)
    if not answer then return nil, message end
    return given.json and { json.encode(answer) } or text(answer)
  end
end

local function posts(status)
  return {
    arguments = { "N" }, options = { connection = "text" },
    run = counted(function(count, id) return show.posts(count, status, id) end),
  }
end

local commands = {
  connections = { options = { json = "flag" }, run = list("connections", show.connections) },
  drop = ends "dropped",
  idle = ends "closed",
  expire = ends "closed",
  slow = { arguments = { "[ID]" }, options = { all = "flag", off = "flag", ["bytes-per-second"] = "text" }, run = slow },
  gone = posts(410),
  throttle = posts(429),
  latency = { arguments = { "MS" }, options = { jitter = "text", only = "text" }, run = latency },
  ["no-disconnect"] = { arguments = { "N" }, run = counted(show.ends) },
  faults = { options = { json = "flag" }, run = list("faults", show.faults) },
  reset = {
    run = function(given)
      local answer, message = ask(given, "DELETE", "faults")
      if not answer then return nil, message end
      return { "all faults are off" }
    end,
  },
}

-- An id may begin with "-": it goes behind "--".
local function without_name(args)
  local rest, id = {}, nil
  for i = 2, #args do
    local is_id = #args[i] == 16 and args[i]:find "^%-[%w_-]+=$" and args[i - 1] ~= "--connection"
    if is_id and not id then
      id = args[i]
    else
      table.insert(rest, args[i])
    end
  end
  if id then
    table.insert(rest, "--")
    table.insert(rest, id)
  end
  return rest
end

--- `moonwire ctl`: returns the exit status.
--- @param args string[]
--- @return integer
function ctl.run(args)
  local name = args[1]
  if name == "-h" or name == "--help" then
    io.stdout:write(usage)
    return 0
  elseif not name or name:find "^%-" then
    return options.wrong("ctl", name and "the command comes first, options behind it" or "a command is missing")
  end
  local command = commands[name]
  if not command then return options.wrong("ctl", ("there is no command %q"):format(name)) end
  local spec = { command = "ctl " .. name, usage = usage, arguments = command.arguments, options = { ["control-port"] = "port" } }
  for option, kind in pairs(command.options or {}) do spec.options[option] = kind end
  local given, status = options.parse(spec, without_name(args))
  if not given then return status end
  local lines, message, code = command.run(given, name)
  if lines then
    for _, line in ipairs(lines) do print(line) end
    return 0
  end
  return (code == "wrong" and options.wrong or options.failed)(spec.command, message)
end

return ctl
