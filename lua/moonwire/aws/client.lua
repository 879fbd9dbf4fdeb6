-- client.lua: clients of services. A client is bound to a place: endpoint, Region, keys; it holds no connection.
local actions = require "moonwire.aws.actions"
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.aws"
local core_json = require "moonwire.core.json"
local credentials = require "moonwire.aws.credentials"
local encode = require "moonwire.runtime.encode"
local json_kind = require "moonwire.runtime.json_kind"
local lambda_invoke = require "moonwire.aws.lambda_invoke"
local request = require "moonwire.aws.request"
local services = require "moonwire.aws.services"

local client = {}

--- @class moonwire.aws.ClientOptions
--- @field region? string default: `AWS_REGION`, else `AWS_DEFAULT_REGION`
--- @field endpoint? string `"http://127.0.0.1:8000"`; default: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, else the service's host in the Region
--- @field credentials? moonwire.Credentials default: those of the environment
--- @field timeout_ms? number for one attempt; default 30000, for `lambda` 900000

--- @class moonwire.aws.Client
--- @field [string] fun(self: moonwire.aws.Client, input?: table): table?, string?, string?, table? the actions

-- Bytes of an answer: BatchGetItem gives 16 MB of items, GetRecords of Kinesis 10 MB, as Base64.
local ANSWER_MAX = 32 * 1024 * 1024

client.OPTIONS = { region = "region", endpoint = "endpoint", credentials = "credentials", timeout_ms = "count" }

--- Where the calls of a client go.
--- @class moonwire.aws.Place
--- @field service moonwire.aws.Service
--- @field options moonwire.aws.ClientOptions
--- @field timeout_ms? number when the options have none

-- Options that have been checked, as they are now.
local function copy_options(options)
  local copy = {}
  for name in pairs(client.OPTIONS) do copy[name] = options[name] end
  copy.credentials = credentials.copy(copy.credentials)
  return copy
end

--- The options are copied: a client stays what it is when its maker changes the table later.
--- @return moonwire.aws.Place? place
--- @return string? why not
function client.place(name, options)
  if type(name) ~= "string" then return nil, arguments.type("service", name, "string") end
  local service = services.by_name[name]
  if not service then
    return nil, ('there is no service "%s" here, but %s; aws.request calls every service'):format(
      name, table.concat(services.names, ", "))
  end
  return { service = service, options = copy_options(options) }
end

--- Sends a request to the place: path is what stands behind the endpoint.
--- @param place moonwire.aws.Place
--- @param what string "sqs:SendMessage"
--- @param path string
--- @param query? table<string, string>
--- @param headers moonwire.Headers
--- @param body string
--- @return moonwire.Response? response
--- @return string? message
--- @return string? code
--- @return moonwire.Response? refused
function client.send(place, what, path, query, headers, body)
  local service, options = place.service, place.options
  local url, why = core.endpoint {
    prefix = service.prefix, variable = service.variable, endpoint = options.endpoint, region = options.region,
  }
  if not url then return nil, what .. ": " .. why, "bad_request" end
  local response, message, code, refused = request.send(what, {
    method = "POST", url = url .. path, query = query, headers = headers, body = body, service = service.signing,
    region = options.region, credentials = options.credentials, timeout_ms = options.timeout_ms or place.timeout_ms, max_body = ANSWER_MAX,
  })
  if response == false then return nil, what .. ": " .. message, "bad_request" end
  return response, message, code, refused
end

--- Calls an action of a JSON protocol (Smithy, "AWS JSON 1.0 protocol").
--- @param place moonwire.aws.Place
--- @param what string "sqs:SendMessage"
--- @param action string "SendMessage"
--- @param text string the request as JSON
--- @return table? answer
--- @return string? message
--- @return string? code
--- @return table? details the decoded error
function client.call(place, what, action, text)
  local service = place.service
  local response, message, code, refused = client.send(place, what, "/", nil, {
    { "Content-Type", "application/x-amz-json-" .. service.version },
    { "X-Amz-Target", service.target .. "." .. action },
  }, text)
  local answer, why = core_json.decode_present((response or refused or {}).body or "{}")
  if not response then return nil, message, code, refused and type(answer) == "table" and answer or nil end
  if response.body == "" then return {} end
  if why or json_kind(answer) ~= "an object" then
    return nil, what .. ": the answer is not a JSON object: " .. (why or json_kind(answer)), "server"
  end
  return answer
end

local function new_json(place)
  local function prepare(_, input) return encode(input) end
  local function perform(what, action, text) return client.call(place, what, action, text) end
  return actions.new(place.service.name, "aws.client", prepare, perform)
end

local function new_lambda(place)
  place.timeout_ms = lambda_invoke.TIMEOUT_MS
  local function prepare(_, input) return lambda_invoke.prepare(input) end
  local function perform(what, _, prepared) return lambda_invoke.perform(client.send, place, what, prepared) end
  return actions.new("lambda", "aws.client", prepare, perform, nil, { Invoke = true })
end

--- @return moonwire.aws.Client? client
--- @return string? why not
function client.new(name, options)
  local why = options ~= nil and arguments.fields("options", options, client.OPTIONS)
  if why then return nil, why end
  local place, unknown = client.place(name, options or {})
  if not place then return nil, unknown end
  return place.service.version and new_json(place) or new_lambda(place)
end

return client
