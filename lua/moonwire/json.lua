--- JSON texts and Lua values.
---
---   JSON     Lua
---   null     `json.null`
---   array    a list; it remembers that it is one, so that `[]` stays `[]`
---   object   a table; `{}` is an object
---
--- Strings survive whole, whatever bytes they hold; integers are exact up to 2^53.
local core = require "moonwire.core.json"

--- @diagnostic disable: missing-return
--- @class moonwire.json
local json = {}

--- The value of JSON's `null`. It is not `nil` and it is true in a condition: compare with `== json.null`.
--- @type lightuserdata
json.null = core.null

--- Writes a value as JSON text. Tables are read raw: no metamethod runs. A table whose keys are 1..n is an array, every
--- other one an object with strings as keys; `json.array` marks a list that may be empty. `nil` is written as `null`.
--- Raises for what JSON does not have, and names the place: functions, coroutines, userdata, NaN, infinities, cycles,
--- more than 512 levels, keys that are not strings, lists with holes:
--- `json.encode: $.players[2].score: cannot encode a function`.
--- @param v any
--- @return string text
function json.encode(v) end

--- Reads a JSON text (RFC 8259, strictly; a byte order mark is skipped). Of two members with one name the last one counts.
--- An unpaired surrogate (`"\ud800"`) becomes three bytes that `json.encode` turns back into the same escape.
--- @param s string
--- @return any? value `nil` when the text is no JSON
--- @return string? message "line 1, column 8 (byte 7): expected a value, found '}'"
function json.decode(s) end

--- Marks a list, so that it is an array even while it is empty. Lists that were decoded are marked already.
--- @param t? table a table without a metatable; a new one when left out
--- @return table t the same table
function json.array(t) end

-- The functions are written in C; above are their types.
json.encode, json.decode, json.array = core.encode, core.decode, core.array

return json
