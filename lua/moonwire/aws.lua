--- Requests to AWS.
local core = require "moonwire.core.sigv4"

local aws = {}

--- @class aws.Credentials
--- @field access_key_id string
--- @field secret_access_key string
--- @field session_token? string of temporary keys

--- Names and values, or { name, value } pairs when order or duplicates matter.
--- @alias aws.Headers table<string, string>|string[][]

--- @class aws.SignInput
--- @field method string "GET", "POST" ...
--- @field url string absolute, percent-encoded as it is sent: the "=" of a connection id as "%3D"
--- @field headers? aws.Headers
--- @field body? string any bytes
--- @field service string "execute-api", "dynamodb" ...
--- @field region string "eu-central-1" ...
--- @field credentials aws.Credentials
--- @field time number Unix time in seconds: `os.time()`
--- @field normalize_path? boolean resolve "//", "." and ".." in the canonical path (true); S3 wants false
--- @field double_encode? boolean encode the path once more for the canonical path (true); S3 wants false
--- @field sign_body_header? boolean add the header x-amz-content-sha256 (false); S3 wants true
--- @field omit_session_token? boolean send the session token without signing it (false)
--- @field payload_hash? string instead of the hash of the body: 64 hexadecimal digits or "UNSIGNED-PAYLOAD"
--- @field query? boolean make a presigned URL instead of headers (false)
--- @field expires? integer presigned: seconds it is good for, 1 to 604800 (900)

--- @class aws.Signed
--- @field headers aws.Headers all headers to send, the given ones and the new ones, in the form that came in
--- @field canonical_request string
--- @field string_to_sign string
--- @field signature string 64 hexadecimal digits
--- @field authorization? string value of the header of that name; not for a presigned URL
--- @field url? string the presigned URL

-- Types of the fields; those with "!" must be there.
local FIELDS = {
  method = "string!", url = "string!", headers = "table", body = "string", service = "string!", region = "string!",
  credentials = "table!", time = "number!", normalize_path = "boolean", double_encode = "boolean",
  sign_body_header = "boolean", omit_session_token = "boolean", payload_hash = "string", query = "boolean",
  expires = "number",
}
local CREDENTIAL_FIELDS = { access_key_id = "string!", secret_access_key = "string!", session_token = "string" }

-- What comes from the signer replaces these among the headers that were given.
local REPLACED = { ["authorization"] = true, ["x-amz-date"] = true }

--- Raises at the caller of `aws.sign`.
local function complain(level, format, ...)
  error("aws.sign: " .. format:format(...), level + 1)
end

--- Compares a table with a list of fields.
local function check_fields(t, fields, prefix, level)
  for name, kind in pairs(fields) do
    local value, wanted = t[name], kind:gsub("!", "")
    if type(value) ~= wanted and (value ~= nil or kind ~= wanted) then
      complain(level + 1, "%s%s must be a %s, got %s", prefix, name, wanted, type(value))
    end
  end
  for name in pairs(t) do
    if not fields[name] then complain(level + 1, "there is no field %s%s", prefix, tostring(name)) end
  end
end

--- Headers of either form as { name, value, name, value, ... }.
local function flatten(headers, level)
  local flat = {}
  local function add(name, value, place)
    if type(name) ~= "string" then
      complain(level + 2, "headers%s must have a string as its name, got %s", place, type(name))
    end
    if type(value) ~= "string" then complain(level + 2, "headers[%q] must be a string, got %s", name, type(value)) end
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  if headers[1] == nil then
    for name, value in pairs(headers) do add(name, value, "") end
    return flat
  end
  for i, pair in ipairs(headers) do
    if type(pair) ~= "table" then complain(level + 1, "headers[%d] must be { name, value }, got %s", i, type(pair)) end
    add(pair[1], pair[2], "[" .. i .. "]")
  end
  return flat
end

--- The headers to send, in the form of those that were given.
local function merge(headers, flat, added, replaces_token)
  local merged, listed = {}, headers ~= nil and headers[1] ~= nil
  local function add(name, value)
    if listed then merged[#merged + 1] = { name, value } else merged[name] = value end
  end
  for i = 1, #flat, 2 do
    local name = flat[i]:lower()
    if not REPLACED[name] and not (replaces_token and name == "x-amz-security-token") then add(flat[i], flat[i + 1]) end
  end
  for i = 1, #added, 2 do add(added[i], added[i + 1]) end
  return merged
end

--- Signs a request with Signature Version 4. Pure: it reads no clock, no environment and sends nothing. Wrong arguments
--- raise and name the field.
---
---     local signed = aws.sign {
---       method = "POST", url = url, body = body, service = "execute-api", region = "eu-central-1",
---       credentials = { access_key_id = id, secret_access_key = secret }, time = os.time(),
---     }
---     http.request { method = "POST", url = url, headers = signed.headers, body = body }
---
--- Every given header is signed, except those that proxies may change (`user-agent`, `connection`, `proxy-*` ...). The
--- host comes from the URL unless there is a host header.
--- @param request aws.SignInput
--- @return aws.Signed
function aws.sign(request)
  if type(request) ~= "table" then complain(2, "request must be a table, got %s", type(request)) end
  check_fields(request, FIELDS, "", 2)
  check_fields(request.credentials, CREDENTIAL_FIELDS, "credentials.", 2)
  local headers = request.headers
  local flat = flatten(headers or {}, 2)
  local signed, message = core.sign({
    method = request.method, url = request.url == "" and "/" or request.url, body = request.body,
    service = request.service, region = request.region, time = request.time, payload_hash = request.payload_hash, query = request.query,
    expires = request.expires or 900, no_normalize = request.normalize_path == false,
    no_double_encode = request.double_encode == false, sign_body_header = request.sign_body_header,
    omit_session_token = request.omit_session_token,
  }, request.credentials, flat)
  if not signed then complain(2, "%s", message) end
  local token = request.credentials.session_token or ""
  signed.headers = merge(headers, flat, signed.added, token ~= "")
  signed.added = nil
  return signed
end

return aws
