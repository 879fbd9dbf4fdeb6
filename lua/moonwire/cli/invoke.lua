-- invoke.lua: `moonwire invoke`: calls one function, in the `moonwire dev` that runs the same service, else in one of its own.
local async = require "moonwire.async"
local control = require "moonwire.cli.control"
local crypto = require "moonwire.crypto"
local event = require "moonwire.cli.event"
local here = require "moonwire.cli.here"
local json = require "moonwire.json"
local options = require "moonwire.cli.options"
local own_dev = require "moonwire.cli.own_dev"
local request = require "moonwire.aws.request"
local verdict = require "moonwire.cli.verdict"

local invoke = {}

local usage = [[
Usage: moonwire invoke FUNCTION [OPTION ...]

Calls one function of the service, prints its result, and on standard error the
last lines that it wrote. The exit status is 1 when the function failed; with
--route also when its statusCode is not 2xx, and when records of a batch failed.
FUNCTION is its name in serverless.yml, or SERVICE-STAGE-NAME. The call goes to
the `moonwire dev` that runs this service; when there is none, to one that is
started for this call.

  --event FILE          the event, as JSON; - is standard input ({})
  --event KIND          an event as AWS sends it: http, schedule, sns, sqs
  --route KEY           the event of a message on this route; $connect and
                        $disconnect, too. FUNCTION may be left out then
  --body TEXT           with --route the message, with --event KIND its body
                        (schedule: its detail)
  --connection ID       with --route: the message is of this connection of the
                        `moonwire dev` (of one that nobody has)
  --header NAME=VALUE   with --route '$connect' and --event http; may be said
                        several times
  --query NAME=VALUE    ... likewise
  --method NAME         with --event http (GET; POST with --body)
  --path PATH           ... /items?color=red (/)
  --async               the function is only asked to run, as an event: what
                        fails is tried again
  --json                one JSON object: statusCode, functionError, requestId,
                        result, log
  --config FILE         the service (serverless.yml)
  --stage NAME          its stage
  --opt NAME=VALUE      what ${opt:NAME} stands for; may be said several times.
                        Always starts a `moonwire dev`
  --param NAME=VALUE    what ${param:NAME} stands for, likewise
  --control-port N      only the `moonwire dev` with this control port, whatever
                        service it runs (3002 is tried without it)
  -h, --help            this text
]]

local SPEC = {
  command = "invoke", usage = usage, arguments = { "[FUNCTION]" },
  options = {
    event = "text", route = "text", body = "text", method = "text", path = "text", async = "flag", json = "flag", config = "text",
    stage = "text", connection = "text", header = "list", query = "list", opt = "list", param = "list", ["control-port"] = "port",
  },
}

local STAGE = "^[%w_-]+$"

-- A function may run for 15 minutes.
local PATIENCE_MS = 16 * 60 * 1000

-- The service to call and the port of its control port; and the child when it was started for this.
local function find(given)
  local port = given["control-port"]
  local service, message
  if port or not (given.opt or given.param) then service, message = control.service(port) end
  if port and not service then return nil, message end
  if port and given.config and not here.is_served(service, given.config, given.stage) then
    return nil, ("the `moonwire dev` with the control port %d runs %s, stage %s"):format(port, service.config, service.stage)
  end
  if service and (port or here.is_served(service, given.config, given.stage)) then return service, port or control.PORT end
  if given.async then return nil, "--async wants a `moonwire dev` that runs already: one for this call would end with it" end
  local child, started = own_dev.start(given)
  if not child then return nil, started end
  service, message = control.service(started)
  return service, service and started or message, child
end

local function functions(port)
  local answer, message = control.call { port = port, path = "/_control/functions" }
  return answer and answer.functions, message
end

-- Lambda's answer does not say which functions there are.
local function unknown_function(name, port)
  local names = {}
  for i, known in ipairs(functions(port) or {}) do names[i] = known.name end
  return ("there is no function %q; there are %s"):format(name, table.concat(names, ", "))
end

-- The name of the function behind a route.
local function of_route(key, port)
  local keys, list, message = {}, functions(port)
  for _, known in ipairs(list or {}) do
    for _, route in ipairs(known.routes) do
      if route == key then return known.name end
      keys[#keys + 1] = route
    end
  end
  if message then return nil, message end
  return nil, ("no function has the route %q; there are %s"):format(key, table.concat(keys, ", ")), "mistaken"
end

-- Why Lambda refused, and "mistaken" when the call is to blame.
local function refusal(response, name, port)
  local kind = response.headers["x-amzn-errortype"]
  if kind == "ResourceNotFoundException" then return unknown_function(name, port), "mistaken" end
  local said = json.decode(response.body)
  return type(said) == "table" and (said.message or said.Message) or ("the answer has the status " .. response.status)
end

-- The result is printed as it came.
local function print_json(response, log)
  local headers, body = response.headers, response.body
  local text = json.encode {
    statusCode = response.status, functionError = headers["x-amz-function-error"], requestId = headers["x-amzn-requestid"], log = log,
  }
  if body ~= "" then
    text = ('%s,"result":%s}'):format(text:sub(1, -2), json.decode(body) == nil and json.encode(body) or body)
  end
  io.stdout:write(text, "\n")
end

-- The tail of the log for people: Lambda has carriage returns in a record of several lines, and what a handler writes must not
-- command their terminal.
local function print_log(log)
  local plain = require "moonwire.core.plain"
  local lines = {}
  for line in log:gsub("\r\n?", "\n"):gmatch "([^\n]*)\n?" do lines[#lines + 1] = plain(line) end
  if lines[#lines] == "" then lines[#lines] = nil end
  io.stderr:write(table.concat(lines, "\n"), "\n")
end

-- Prints what came of it; returns the exit status.
local function show(given, text, response)
  local tail = response.headers["x-amz-log-result"]
  local log = tail and crypto.unbase64(tail)
  local failed = response.headers["x-amz-function-error"] ~= nil
  if given.json then
    print_json(response, log)
  else
    if log then print_log(log) end
    if response.body ~= "" then io.stdout:write(response.body, "\n") end
  end
  local why = failed and "the function failed" or not given.async and verdict.of(given.route, text, response.body)
  return why and options.failed("invoke", why) or 0
end

local function failed(message, code)
  return (code == "mistaken" and options.mistaken or options.failed)("invoke", message)
end

local function tell(sentence, ...)
  io.stderr:write("moonwire invoke: ", sentence:format(...), "\n")
end

local function call(given, text, service, port, is_own)
  local name, message, code, response = given[1], nil, nil, nil
  if not name then name, message, code = of_route(given.route, port) end
  if name and not text then text, message, code = event.make(given, name, service, port) end
  if not name or not text then return failed(message, code) end
  response, message = control.request {
    port = port, method = "POST", path = "/2015-03-31/functions/" .. request.encode(name) .. "/invocations", body = text,
    service = "lambda", region = service.region, timeout_ms = PATIENCE_MS,
    headers = { ["X-Amz-Invocation-Type"] = given.async and "Event" or "RequestResponse", ["X-Amz-Log-Type"] = "Tail" },
  }
  if response and response.status < 300 then
    if is_own then tell("no `moonwire dev` of this service was asked: one was started for this call, and ends with it") end
    return show(given, text, response)
  end
  if response then return failed(refusal(response, name, port)) end
  return failed(message)
end

-- Waits until nothing is done any more in a `moonwire dev` that is about to end: what handlers have deferred.
local function settle(port)
  repeat
    local list, busy = functions(port), false
    for _, known in ipairs(list or {}) do busy = busy or known.atWork > 0 end
    if busy then async.sleep(5) end
  until not busy
end

--- @param args string[]
--- @return integer status
function invoke.run(args)
  local given, status = options.parse(SPEC, args)
  if not given then return status end
  local why = event.check(given) or given.stage and not given.stage:find(STAGE) and "--stage takes letters, digits, - and _" or not given[1] and not given.route and "FUNCTION is missing"
  if why then return options.wrong("invoke", why) end
  local text, message = event.read(given)
  if message then return options.mistaken("invoke", message) end
  local service, port, child = find(given)
  status = service and call(given, text, service, port, child ~= nil) or options.failed("invoke", port)
  if child then
    if service then settle(port) end
    local sends = own_dev.stop(child)
    if sends > 0 then -- it has no clients
      tell("%d %s sent to connections that nobody has: a client of a `moonwire dev` that runs would get %s",
        sends, sends == 1 and "message was" or "messages were", sends == 1 and "it" or "them")
    end
  end
  return status
end

return invoke
