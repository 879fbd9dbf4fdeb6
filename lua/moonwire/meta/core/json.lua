--- @meta moonwire.core.json

--- JSON texts and Lua values (runtime/script/bind_json.c). moonwire.json describes them.
local json = {
  null = nil, --- @type lightuserdata
}

--- @param v any
--- @return string text
function json.encode(v) end

--- @param s string
--- @return any? value
--- @return string? message
function json.decode(s) end

--- The same without members that are null: for answers in which null means that nothing is there.
--- @param s string
--- @return any? value
--- @return string? message
function json.decode_present(s) end

--- @param t? table
--- @return table t
function json.array(t) end

return json
