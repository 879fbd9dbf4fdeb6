--- JSON Web Tokens: who signed them, for whom, until when.
---
---   local verifier = jwt.verifier { issuer = os.getenv "ISSUER", audience = "chat" }
---   local claims, message, code = verifier:verify(token)
---
--- RS256, RS384, RS512, PS256, ES256, ES384 and EdDSA are verified with the issuer's public keys, HS256 with a secret and
--- never with public keys. The key decides about the algorithm, not the token. Nothing of a token is ever in a message.
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.jwt"
local crypto = require "moonwire.crypto"
local json = require "moonwire.json"
local key_set = require "moonwire.runtime.key_set"
local verifier_options = require "moonwire.jwt.options"

--- @class moonwire.jwt
local jwt = {}

--- @class moonwire.jwt.Options
--- @field issuer string|false what `iss` must be, byte for byte; `false`: anything
--- @field audience string|string[]|false `aud` must be it, or hold it; of a list (of up to 16) any one; `false`: anything
--- @field jwks_url? string where the issuer's keys are; default: `/.well-known/jwks.json` below the issuer
--- @field jwks? string|table the keys themselves, a JSON Web Key Set (RFC 7517), instead of a URL
--- @field secret? string at least 32 bytes, instead of keys: for HS256
--- @field algorithms? string[] only these: `{ "RS256" }`; default: all that the keys allow
--- @field leeway_s? number seconds by which the clocks may differ, 0 to 300; default 60
--- @field require_exp? boolean `false`: a token without `exp` is good for ever; default `true`: such tokens are refused
--- @field max_token? integer bytes that a token may have, up to 131072; default 8192

--- @class moonwire.jwt.Verifier
local Verifier = {}
Verifier.__index = Verifier

-- What a verifier goes by. Not in the verifier itself: whoever logs that would log the secret.
local rules_of = setmetatable({}, { __mode = "k" })

--- Makes a verifier: once, when the module loads. Wrong options raise. Nothing is fetched before the first token.
--- @param options moonwire.jwt.Options
--- @return moonwire.jwt.Verifier verifier
function jwt.verifier(options)
  local rules, why = verifier_options.read(options)
  if why then error("jwt.verifier: " .. why, 2) end
  local verifier = setmetatable({}, Verifier)
  rules_of[verifier] = rules
  return verifier
end

local function verify_with(rules, key, token)
  return core.verify(token, key, rules.algorithms, rules.issuer, rules.audiences, rules.leeway_s, rules.exp_optional,
    rules.token_max, os.time())
end

-- claims, header | nil, message, code
local function verify(rules, token)
  if not rules.set then return verify_with(rules, rules.key, token) end
  local keys, why, failure = key_set.get(rules.set)
  if not keys then return nil, why, failure end
  local claims, header, code = verify_with(rules, keys, token)
  if code ~= "unknown_key" then return claims, header, code end
  local newer, message = key_set.newer(rules.set, keys)
  if newer then return verify_with(rules, newer, token) end
  return nil, message and header .. "; " .. message or header, code
end

--- Verifies a token. Waits, at the first token and now and then later, while the issuer's key set is read: it is kept as
--- long as a verifier uses it and read again after 10 minutes, and for a key that is not in it, once a minute at most. While the issuer cannot be
--- reached, the last set is used for up to an hour.
---
--- A refusal is `nil, message, code`, where code is
---
---   malformed      not a signed token, or one that asks for something that is not supported
---   too_large      more than max_token bytes, or a header of more than 1024
---   algorithm      another algorithm than the key has or the options allow, or none
---   unknown_key    the key set has no such key, or several
---   signature      the signature is wrong
---   expired        `exp` has passed
---   not_yet_valid  `nbf` or `iat` is in the future
---   issuer         another `iss`, or none
---   audience       another `aud`, or none
---   claims         `exp` is missing, or a claim has the wrong type
---   network, timeout, server, bad_request   the key set could not be read; says nothing about the token
--- @param token string
--- @return table? claims as `json.decode` gives them
--- @return any header the token's header, a table; of a refusal its message
--- @return moonwire.jwt.Code? code
function Verifier:verify(token)
  local rules = rules_of[self]
  if not rules then error("verifier:verify: call it with a colon", 2) end
  if type(token) ~= "string" then error("verifier:verify: token must be a string, got " .. arguments.kind(token), 2) end
  local claims, header, code = verify(rules, token)
  if claims then return claims, header end
  return nil, "jwt: " .. header, code
end

--- Makes a token, signed by HS256: for tests, and for tokens that one's own functions give and take.
--- @param claims table
--- @param secret string at least 32 bytes
--- @return string token
function jwt.sign(claims, secret)
  local why = arguments.type("claims", claims, "table") or verifier_options.check_secret(secret)
  if why then error("jwt.sign: " .. why, 2) end
  local ok, payload = pcall(json.encode, claims)
  if not ok then error("jwt.sign: claims is not JSON: " .. tostring(payload):gsub("^.*json%.encode: ", ""), 2) end
  if payload:sub(1, 1) ~= "{" then error("jwt.sign: claims must be an object, not a list", 2) end
  local text = crypto.base64url('{"alg":"HS256","typ":"JWT"}') .. "." .. crypto.base64url(payload)
  return text .. "." .. crypto.base64url(crypto.hmac_sha256(secret, text))
end

return jwt
