-- credentials.lua: keys that are given with a call or to a client, in place of the environment's.

local credentials = {}

--- @class moonwire.Credentials
--- @field access_key_id string
--- @field secret_access_key string
--- @field session_token? string

--- Keys that have been checked, as they are now: what becomes of the given table later changes nothing.
--- @param given? moonwire.Credentials
--- @return moonwire.Credentials? keys nil: the environment's
function credentials.copy(given)
  return given and {
    access_key_id = given.access_key_id, secret_access_key = given.secret_access_key, session_token = given.session_token,
  }
end

return credentials
