-- token.lua: `moonwire token`. A token of the issuer that a running `moonwire dev` has.
local control = require "moonwire.cli.control"
local here = require "moonwire.cli.here"
local json = require "moonwire.json"
local options = require "moonwire.cli.options"

local token = {}

local USAGE = [[
Usage: moonwire token --sub NAME [OPTION ...]

Prints a token for that user, signed by the issuer of the `moonwire dev` that
runs on this machine. Only services that trust its address
(MOONWIRE_LOCAL_ISSUER) take it. In the folder of a service it must be that
service.

  --sub NAME             who it is about
  --claim NAME=VALUE     a further claim; may be said several times. What is
                         JSON counts as JSON (3, true, ["a"], '"3"'), everything
                         else as a text
  --audience NAME        whom it is for (the service's name); may be said
                         several times
  --expires S            seconds from now until it is no longer good (3600); a
                         negative number makes an expired one
  --control-port NUMBER  that of a `moonwire dev`, whatever service it runs
                         (3002 is asked without it)
  --json                 an object with token, issuer and expiresAt instead of
                         the token alone
  -h, --help             this text
]]

local SPEC = {
  command = "token", usage = USAGE,
  options = { sub = "text", claim = "list", audience = "list", expires = "text", ["control-port"] = "port", json = "flag" },
}

-- Claims that are said in another way, or that are the issuer's.
local ELSEWHERE = {
  sub = "--sub says it", aud = "--audience says it", exp = "--expires says it", iss = "the issuer sets it", iat = "the issuer sets it",
}

-- JSON's integers are exact up to here; a longer number is an id, and stays the text that it is.
local EXACT_MAX = 2 ^ 53

local function value_of(text)
  local value = json.decode(text)
  if value == nil or type(value) == "number" and math.abs(value) > EXACT_MAX then return text end
  return value
end

-- Adds a claim; returns what is wrong, or nothing.
local function add(claims, text)
  local name, value = text:match "^([^=]+)=(.*)$"
  if not name then return ("--claim takes NAME=VALUE, not %q"):format(text) end
  if ELSEWHERE[name] then return ("--claim %s: %s"):format(name, ELSEWHERE[name]) end
  if claims[name] ~= nil then return ("--claim %s is said twice"):format(name) end
  claims[name] = value_of(value)
end

-- claims, seconds | nil, what is wrong
local function read(parsed)
  local sub, audience = parsed.sub, parsed.audience
  if not sub then return nil, "--sub is missing" end
  if sub == "" then return nil, "--sub must not be empty" end
  local claims = { sub = sub, aud = audience and (audience[2] and audience or audience[1]) }
  for _, text in ipairs(parsed.claim or {}) do
    local why = add(claims, text)
    if why then return nil, why end
  end
  local expires = parsed.expires or "3600"
  if not expires:find "^%-?%d+$" then return nil, ("--expires takes a number of seconds, not %q"):format(expires) end
  return claims, expires
end

--- @param args string[]
--- @return integer status
function token.run(args)
  local parsed, status = options.parse(SPEC, args)
  if not parsed then return status end
  local claims, expires = read(parsed)
  if not claims then return options.wrong("token", expires) end
  local ok, why = here.check(parsed["control-port"])
  if not ok then return options.failed("token", why) end
  local made, message = control.call {
    port = parsed["control-port"], method = "POST", path = "/_control/token", query = "expires_in=" .. expires,
    headers = { ["Content-Type"] = "application/json" }, body = json.encode(claims),
  }
  if not made then return options.failed("token", message) end
  io.stdout:write(parsed.json and json.encode(made) or made.token, "\n")
  return 0
end

return token
