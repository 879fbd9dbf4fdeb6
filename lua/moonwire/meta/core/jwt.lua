--- @meta moonwire.core.jwt

--- Key sets, and the verification of tokens (runtime/script/bind_jwt.c).
local jwt = {
  secret_min = 0, --- @type integer bytes
  token_max = 0, --- @type integer bytes, unless the options say more
  token_max_most = 0, --- @type integer bytes that options may allow
  leeway = 0, --- @type integer seconds
  leeway_max = 0, --- @type integer seconds
  audiences_max = 0, --- @type integer
  key_set_bytes = 0, --- @type integer
}

--- Public keys that were read: userdata.
--- @class moonwire.core.KeySet: userdata

--- @param document string a JSON Web Key Set
--- @return moonwire.core.KeySet? set
--- @return integer|string count of usable keys; the message of a failure
function jwt.keys(document) end

--- @param name string "RS256"
--- @return integer? bit nil for a name that is none
function jwt.algorithm(name) end

--- @param token string
--- @param key moonwire.core.KeySet|string keys, or a secret
--- @param algorithms integer bits
--- @param issuer string|false
--- @param audiences string[]|false
--- @param leeway_s number
--- @param exp_optional boolean
--- @param token_max integer
--- @param now number Unix time in seconds
--- @return table? claims
--- @return table|string header the message of a refusal
--- @return string? code
function jwt.verify(token, key, algorithms, issuer, audiences, leeway_s, exp_optional, token_max, now) end

return jwt
