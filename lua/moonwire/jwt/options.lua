-- options.lua: what jwt.verifier is told, checked, and as the core wants it.
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.jwt"
local json = require "moonwire.json"
local key_set = require "moonwire.runtime.key_set"

local verifier_options = {}

-- Each check returns a sentence about what is wrong, or nothing.

local check_type, check_text, check_list = arguments.type, arguments.text, arguments.list

local function check_number(name, value, least, most)
  local why = check_type(name, value, "number")
  if why or value >= least and value <= most then return why end
  return ("%s must be from %d to %d, got %s"):format(name, least, most, tostring(value))
end

local function check_issuer(issuer)
  if issuer == false then return end
  if type(issuer) ~= "string" then return "issuer must be a string, or false for any, got " .. arguments.kind(issuer) end
  return check_text("issuer", issuer)
end

local function check_audience(audience)
  if audience == false then return end
  if type(audience) == "string" then return check_text("audience", audience) end
  if type(audience) ~= "table" then
    return "audience must be a string, a list of strings, or false for any, got " .. arguments.kind(audience)
  end
  local no_list = check_list("audience", audience)
  if no_list then return no_list end
  if #audience == 0 or #audience > core.audiences_max then
    return ("audience must have 1 to %d elements, got %d"):format(core.audiences_max, #audience)
  end
  for i, value in ipairs(audience) do
    local why = check_text("audience[" .. i .. "]", value)
    if why then return why end
  end
end

local function is_loopback(host)
  if host == "localhost" or host == "[::1]" then return true end
  local bytes = { host:match "^(127)%.(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)$" }
  for _, byte in ipairs(bytes) do
    if tonumber(byte) > 255 then return false end
  end
  return bytes[1] ~= nil
end

-- What comes over plain http can be forged on its way, unless there is no way.
local function check_url(name, url)
  local why = check_text(name, url)
  if why then return why end
  local scheme, host = url:match("^(%a+)://([^/?#]*)")
  scheme, host = (scheme or ""):lower(), (host or ""):gsub(":%d*$", ""):lower()
  if host == "" or host:find("[@%s\\]") then return name .. " must start with https:// and a host" end
  if scheme ~= "https" and not (scheme == "http" and is_loopback(host)) then
    return name .. " must start with https:// (http:// for localhost, 127.0.0.1 and [::1])"
  end
  if url:find "[%c ]" then return name .. " has a blank or a control character: it must be percent-encoded" end
end

--- @return string? problem
function verifier_options.check_secret(secret)
  local why = check_type("secret", secret, "string")
  if why or #secret >= core.secret_min then return why end
  return ("secret must have at least %d bytes, got %d"):format(core.secret_min, #secret)
end

local ALGORITHMS = "RS256, RS384, RS512, PS256, ES256, ES384, EdDSA, and HS256 with a secret"

local function check_algorithms(names, with_secret)
  local why = check_list("algorithms", names) or #names == 0 and "algorithms must name at least one" or nil
  for i, name in ipairs(why and {} or names) do
    local known = type(name) == "string" and core.algorithm(name)
    if not known then
      return ("algorithms[%d] is none that can be verified: %s; there are %s"):format(i, arguments.shown(name), ALGORITHMS)
    end
    if (name == "HS256") ~= with_secret then
      return "algorithms: HS256 goes with a secret, all others with public keys"
    end
  end
  return why
end

local function check_sources(options)
  local given = {}
  for _, name in ipairs { "jwks_url", "jwks", "secret" } do
    if options[name] ~= nil then given[#given + 1] = name end
  end
  if #given > 1 then return ("%s and %s exclude each other"):format(given[1], given[2]) end
  if #given == 0 and not options.issuer then return "jwks_url, jwks or secret is needed when any issuer will do" end
end

local optional = {
  jwks_url = function(url) return check_url("jwks_url", url) end,
  secret = verifier_options.check_secret,
  leeway_s = function(seconds) return check_number("leeway_s", seconds, 0, core.leeway_max) end,
  require_exp = function(value) return check_type("require_exp", value, "boolean") end,
  max_token = function(bytes) return check_number("max_token", bytes, 1, core.token_max_most) end,
  algorithms = function(names, options) return check_algorithms(names, options.secret ~= nil) end,
  jwks = function(keys)
    if type(keys) ~= "string" and type(keys) ~= "table" then return "jwks must be a string or a table, got " .. arguments.kind(keys) end
  end,
}

--- The names of all options.
--- @type table<string, true>
verifier_options.fields = { issuer = true, audience = true }
for name in pairs(optional) do verifier_options.fields[name] = true end

local function check_options(options)
  local why = check_type("options", options, "table") or arguments.unknown("options", options, verifier_options.fields)
  if why then return why end
  for name, value in pairs(options) do
    why = optional[name] and optional[name](value, options)
    if why then return why end
  end
  return check_issuer(options.issuer) or check_audience(options.audience) or check_sources(options)
end

-- keys | nil, why
local function keys_of(jwks)
  local ok, text = pcall(function() return type(jwks) == "table" and json.encode(jwks) or jwks end)
  if not ok then return nil, "jwks cannot be read: it is not JSON" end
  local keys, usable = core.keys(text)
  if not keys then return nil, "jwks cannot be read: " .. usable end
  if usable == 0 then return nil, "jwks has no key that can be used" end
  return keys
end

-- The set of algorithms, one bit for each; all of them by default: the core narrows it to those of the keys or the secret.
local function bits_of(names)
  if not names then return 2 ^ 31 - 1 end
  local bits = 0
  for _, name in ipairs(names) do bits = bit.bor(bits, core.algorithm(name)) end
  return bits
end

-- Where the keys are | nil, why that cannot be said
local function url_of(options)
  local issuer, url = options.issuer, options.jwks_url
  if url then return url, check_url("jwks_url", url) end
  if issuer:find "[?#]" then return nil, "jwks_url is needed: nothing can stand below an issuer with ? or #" end
  if issuer:find "[%c ]" then return nil, "jwks_url is needed: the issuer has a blank or a control character" end
  return issuer:gsub("/$", "") .. "/.well-known/jwks.json", check_url("issuer", issuer)
end

--- What a verifier goes by.
--- @param options any
--- @return table? rules
--- @return string? problem
function verifier_options.read(options)
  local why = check_options(options)
  if why then return nil, why end
  local audience = options.audience
  local rules = {
    issuer = options.issuer, audiences = type(audience) == "string" and { audience } or audience and { unpack(audience) },
    algorithms = bits_of(options.algorithms), leeway_s = options.leeway_s or core.leeway,
    exp_optional = options.require_exp == false, token_max = options.max_token or core.token_max, key = options.secret,
  }
  if options.jwks then
    rules.key, why = keys_of(options.jwks)
  elseif not options.secret then
    local url
    url, why = url_of(options)
    rules.set = not why and key_set.of(url) or nil
  end
  if why then return nil, why end
  return rules
end

return verifier_options
