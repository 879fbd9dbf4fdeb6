-- sign.lua: aws.sign.
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.sigv4"
local headers = require "moonwire.runtime.headers"

--- @class moonwire.aws.SignInput
--- @field method string `"GET"`, `"POST"` ...
--- @field url string absolute, percent-encoded as it is sent: the `=` of a connection id as `%3D`
--- @field headers? moonwire.Headers names and values, or a list of `{ name, value }` pairs
--- @field body? string any bytes
--- @field service string `"execute-api"`, `"dynamodb"` ...
--- @field region string `"eu-central-1"` ...
--- @field credentials moonwire.Credentials
--- @field time number Unix time in seconds: `os.time()`
--- @field normalize_path? boolean resolve `//`, `.` and `..` in the canonical path; default true, S3 wants false
--- @field double_encode? boolean encode the path once more for the canonical path; default true, S3 wants false
--- @field sign_body_header? boolean add the header `x-amz-content-sha256`; default false, S3 wants true
--- @field omit_session_token? boolean send the session token without signing it; default false
--- @field payload_hash? string instead of the hash of the body: 64 hexadecimal digits, or `UNSIGNED-PAYLOAD`
--- @field query? boolean make a presigned URL instead of headers; default false
--- @field expires? integer seconds that a presigned URL is good for, 1 to 604800; default 900

--- @class moonwire.aws.Signed
--- @field headers moonwire.Headers all headers to send, the given ones and the new ones, in the form that came in
--- @field canonical_request string
--- @field string_to_sign string
--- @field signature string 64 hexadecimal digits
--- @field authorization? string the header of that name; not with a presigned URL
--- @field url? string the presigned URL

local FIELDS = {
  method = "string!", url = "string!", headers = "table", body = "string", service = "string!", region = "string!",
  credentials = "credentials!", time = "number!", normalize_path = "boolean", double_encode = "boolean",
  sign_body_header = "boolean", omit_session_token = "boolean", payload_hash = "string", query = "boolean",
  expires = "number",
}

-- What comes from the signer replaces these among the headers that were given.
local REPLACED = { ["authorization"] = true, ["x-amz-date"] = true }

--- The headers to send, in the form of those that were given.
local function merge(given, flat, added, replaces_token)
  local merged, listed = {}, given ~= nil and given[1] ~= nil
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
--- @param request moonwire.aws.SignInput
--- @return moonwire.aws.Signed
return function(request)
  local why, flat = arguments.fields("request", request, FIELDS), nil
  if not why then flat, why = headers.list(request.headers) end
  if why then error("aws.sign: " .. why, 2) end
  local signed, message = core.sign({
    method = request.method, url = request.url == "" and "/" or request.url, body = request.body,
    service = request.service, region = request.region, time = request.time, payload_hash = request.payload_hash,
    query = request.query, expires = request.expires or 900, no_normalize = request.normalize_path == false,
    no_double_encode = request.double_encode == false, sign_body_header = request.sign_body_header,
    omit_session_token = request.omit_session_token,
  }, request.credentials, flat)
  if not signed then error("aws.sign: " .. message, 2) end
  local token = request.credentials.session_token or ""
  signed.headers = merge(request.headers, flat, signed.added, token ~= "")
  signed.added = nil
  return signed
end
