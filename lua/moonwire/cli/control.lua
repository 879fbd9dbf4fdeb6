-- control.lua: calls of subcommands to a running `moonwire dev`, at its control port.
local aws = require "moonwire.aws"
local http = require "moonwire.http"
local json = require "moonwire.json"

local control = {}

control.PORT = 3002

-- The keys that `moonwire dev` takes: they keep web pages out, not programs of this machine.
local KEYS = { access_key_id = "local", secret_access_key = "local" }

--- @class moonwire.cli.Call
--- @field port? integer default 3002
--- @field method? string default "GET"
--- @field path string "/_control/service", percent-encoded
--- @field query? string percent-encoded
--- @field headers? table<string, string>
--- @field body? string
--- @field service? string signing name; default "moonwire"
--- @field region? string default "local": that of every path below /_control/
--- @field timeout_ms? number default 30000
--- @field raw? boolean the answer is not decoded

--- Sends a signed request. Any status is a response.
--- @param call moonwire.cli.Call
--- @return moonwire.Response? response
--- @return string? message a sentence
--- @return string? code "not_running": nobody listens there
function control.request(call)
  local port = call.port or control.PORT
  local request = {
    method = call.method or "GET", body = call.body,
    url = ("http://127.0.0.1:%d%s%s"):format(port, call.path, call.query and "?" .. call.query or ""),
  }
  request.headers = aws.sign({
    method = request.method, url = request.url, body = request.body, headers = call.headers, credentials = KEYS,
    service = call.service or "moonwire", region = call.region or "local", time = os.time(),
  }).headers
  request.timeout_ms = call.timeout_ms
  local response, message, code = http.request(request)
  if response then return response end
  if code == "network" then
    return nil, ("no `moonwire dev` runs here with the control port %d; start one, or say with --control-port which one is meant"):format(port), "not_running"
  end
  return nil, ("the control port %d: %s"):format(port, message), code
end

--- Sends a signed request and decodes the answer; a status other than 2xx is a failure.
--- @param call moonwire.cli.Call
--- @return any value the decoded answer, or its text; true when it has no body
--- @return string? message
--- @return string? code "not_running", "not_moonwire", or the type of the error: "ResourceNotFoundException"
function control.call(call)
  local response, message, code = control.request(call)
  if not response then return nil, message, code end
  if response.status == 204 then return true end
  local value = json.decode(response.body)
  local kind = response.headers["x-amzn-errortype"]
  if type(value) ~= "table" or not response.headers["x-amzn-requestid"] then
    return nil, ("what listens at port %d is no `moonwire dev`, or one of another version"):format(call.port or control.PORT), "not_moonwire"
  end
  if response.status < 300 then return call.raw and response.body or value end
  return nil, value.message or kind or ("the answer has the status " .. response.status), kind or "server"
end

--- @class moonwire.cli.Service
--- @field service string
--- @field stage string
--- @field region string
--- @field apiId string of the WebSocket API
--- @field config string absolute path of serverless.yml
--- @field pid integer
--- @field websocketUrl string
--- @field managementUrl string
--- @field controlUrl string

--- The service that runs behind a control port.
--- @param port? integer default 3002
--- @return moonwire.cli.Service? service
--- @return string? message
--- @return string? code
function control.service(port)
  return control.call { port = port, path = "/_control/service", timeout_ms = 5000 }
end

return control
