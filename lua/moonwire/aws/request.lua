-- request.lua: one signed call to AWS; what aws.request and every client do.
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.aws"
local headers = require "moonwire.runtime.headers"
local json = require "moonwire.json"

local request = {}

--- @class moonwire.aws.Request
--- @field service string the signing name: `"s3"`, `"sns"`, `"execute-api"` ...
--- @field url string absolute, https or http; its path is percent-encoded
--- @field method? string default `"GET"`
--- @field query? table names and values: strings, numbers, booleans, or lists of these for a name that comes several times; they are percent-encoded and put behind the URL, in the order of the names
--- @field headers? moonwire.Headers names and values, or a list of `{ name, value }` pairs when order or duplicates matter; `Authorization`, `X-Amz-Date` and `X-Amz-Security-Token` come with the signature
--- @field body? string
--- @field region? string default: `AWS_REGION`, else `AWS_DEFAULT_REGION`
--- @field credentials? moonwire.Credentials default: those of the environment
--- @field timeout_ms? number for one attempt; default 30000
--- @field max_body? number bytes that the answer's body may have; default 8388608 (8 MB)
--- @field normalize_path? boolean as for `aws.sign`; chosen for `s3`, which differs from all other services
--- @field double_encode? boolean as for `aws.sign`; chosen for `s3`
--- @field sign_body_header? boolean as for `aws.sign`; chosen for `s3`

local FIELDS = {
  service = "text!", url = "text!", method = "string", query = "table", headers = "table", body = "string",
  region = "region", credentials = "credentials", timeout_ms = "count", max_body = "count",
  normalize_path = "boolean", double_encode = "boolean", sign_body_header = "boolean",
}

-- Signing names of S3 and its relatives, which take the path of the wire as it is and want the hash of the body.
local RAW_PATH = { s3 = true, ["s3-outposts"] = true, ["s3-object-lambda"] = true }

-- Headers that the signature brings along.
local MADE = { authorization = true, ["x-amz-date"] = true, ["x-amz-security-token"] = true }

-- The headers as a list, or nil and what is wrong with them.
local function header_list(given)
  local list, why = headers.list(given)
  for i = 1, list and #list or 0, 2 do
    if MADE[list[i]:lower()] then return nil, "headers: " .. list[i] .. " comes with the signature and cannot be given" end
  end
  return list, why
end

--- Everything but A-Z a-z 0-9 - _ . ~ as %XX.
function request.encode(text)
  return (text:gsub("[^%w_.~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local function text_of(value)
  if type(value) == "string" then return value end
  if type(value) == "boolean" or type(value) == "number" and value - value == 0 then return json.encode(value) end
end

-- Adds "name=value"; returns a sentence when the value is none.
local function add_pair(parts, name, value)
  local text = text_of(value)
  if not text then
    return ("query[%q] must be a string, a number, a boolean or a list of these, got %s"):format(name, arguments.kind(value))
  end
  parts[#parts + 1] = request.encode(name) .. "=" .. request.encode(text)
end

--- "a=1&b=2&b=3" of { a = 1, b = { 2, 3 } }, in the order of the names.
--- @return string? query
--- @return string? why not
local function query_text(query)
  local names, parts = {}, {}
  for name in pairs(query) do
    if type(name) ~= "string" then return nil, "query must have strings as names, got " .. arguments.kind(name) end
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local values = type(query[name]) == "table" and query[name] or { query[name] }
    local why = arguments.list(("query[%q]"):format(name), values)
    for _, value in ipairs(why and {} or values) do why = why or add_pair(parts, name, value) end
    if why then return nil, why end
  end
  return table.concat(parts, "&")
end

local function with_query(url, query)
  if query == "" then return url end
  url = url:match "^[^#]*" -- a fragment is not sent
  return url .. (url:find("?", 1, true) and "&" or "?") .. query
end

local function default(value, standard)
  if value == nil then return standard end
  return value
end

-- The request as the core takes it.
local function to_core(r, query)
  local raw = RAW_PATH[r.service] or false
  local keys = r.credentials or {}
  return {
    method = (r.method or "GET"):upper(), url = with_query(r.url, query), body = r.body, service = r.service,
    region = r.region, timeout_ms = r.timeout_ms, max_body = r.max_body, access_key_id = keys.access_key_id,
    secret_access_key = keys.secret_access_key, session_token = keys.session_token,
    no_normalize = not default(r.normalize_path, not raw), no_double_encode = not default(r.double_encode, not raw),
    sign_body_header = default(r.sign_body_header, raw),
  }
end

--- Sends a request whose fields have been checked.
--- @param what string names the function in messages
--- @param r moonwire.aws.Request
--- @return moonwire.Response|false|nil response false: message says what is wrong with the argument
--- @return string? message
--- @return string? code
--- @return moonwire.Response? refused the response, when one arrived
function request.send(what, r)
  local list, why = header_list(r.headers)
  local query = ""
  if list then query, why = query_text(r.query or {}) end
  if not list or not query then return false, why end
  local status, a, b, c, d, e = core.call(what, to_core(r, query), list)
  if status == false then return false, a end
  if status then return headers.response(status, a, b) end
  return nil, what .. ": " .. a, b, c and headers.response(c, d, e)
end

--- @return string? problem
function request.check(r)
  return arguments.fields("request", r, FIELDS)
end

return request
