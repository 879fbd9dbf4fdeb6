--- @meta moonwire.core.crypto

--- Hashes, encodings, random bytes (runtime/script/bind_crypto.c). moonwire.crypto describes them.
local crypto = {}

--- @param s string
--- @return string hash
function crypto.sha256(s) end

--- @param key string
--- @param s string
--- @return string mac
function crypto.hmac_sha256(key, s) end

--- @param s string
--- @return string text
function crypto.hex(s) end

--- @param s string
--- @return string? bytes
--- @return string? message
function crypto.unhex(s) end

--- @param s string
--- @return string text
function crypto.base64(s) end

--- @param s string
--- @return string? bytes
--- @return string? message
function crypto.unbase64(s) end

--- @param s string
--- @return string text
function crypto.base64url(s) end

--- @param s string
--- @return string? bytes
--- @return string? message
function crypto.unbase64url(s) end

--- @param n integer
--- @return string bytes
function crypto.random_bytes(n) end

--- @return string uuid
function crypto.uuid() end

--- @param a string
--- @param b string
--- @return boolean
function crypto.equal(a, b) end

return crypto
