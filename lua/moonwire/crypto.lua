--- Hashes, encodings, random bytes. Strings are bytes: any length, NUL included. A wrong type of argument raises.
local core = require "moonwire.core.crypto"

--- @diagnostic disable: missing-return
--- @class moonwire.crypto
local crypto = {}

--- SHA-256.
--- @param s string
--- @return string hash 32 bytes; `crypto.hex` makes them readable
function crypto.sha256(s) end

--- HMAC with SHA-256 (RFC 2104).
--- @param key string of any length
--- @param s string
--- @return string mac 32 bytes
function crypto.hmac_sha256(key, s) end

--- Two lower-case hexadecimal digits a byte.
--- @param s string
--- @return string
function crypto.hex(s) end

--- Undoes `crypto.hex`; upper case is read too.
--- @param s string
--- @return string? bytes `nil` when s is something else
--- @return string? message
function crypto.unhex(s) end

--- Base64 with padding (RFC 4648, section 4).
--- @param s string
--- @return string
function crypto.base64(s) end

--- Undoes `crypto.base64`. Strict: no blanks, no line breaks, padding where it belongs.
--- @param s string
--- @return string? bytes `nil` when s is something else
--- @return string? message
function crypto.unbase64(s) end

--- Base64 for URLs, without padding (RFC 4648, section 5), as JSON Web Tokens have it.
--- @param s string
--- @return string
function crypto.base64url(s) end

--- Undoes `crypto.base64url`. Strict: padding is refused.
--- @param s string
--- @return string? bytes `nil` when s is something else
--- @return string? message
function crypto.unbase64url(s) end

--- Bytes from the kernel's random generator, fit for keys and tokens.
--- @param n integer from 0 to 1048576
--- @return string
function crypto.random_bytes(n) end

--- A random UUID (version 4): "0b5d4c7e-7d53-4b0a-9f0e-3f1c2a4b5d6e".
--- @return string
function crypto.uuid() end

--- Whether two strings are the same, in a time that does not tell where they differ: for signatures and tokens.
--- @param a string
--- @param b string
--- @return boolean
function crypto.equal(a, b) end

-- The functions are written in C; above are their types.
for name in pairs(crypto) do crypto[name] = core[name] end

return crypto
