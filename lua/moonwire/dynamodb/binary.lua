-- binary.lua: bytes that DynamoDB keeps as binary; a plain string is text there.

local binary = {}

--- `b.bytes` and `tostring(b)` are the bytes.
--- @class moonwire.dynamodb.Binary
--- @field bytes string
local Binary = {}
Binary.__index = Binary
binary.meta = Binary

function Binary:__tostring() return self.bytes end
function Binary:__eq(other) return self.bytes == other.bytes end

--- @param bytes string
--- @return moonwire.dynamodb.Binary
function binary.new(bytes)
  return setmetatable({ bytes = bytes }, Binary)
end

--- Is it one of ours?
--- @return boolean
function binary.is(value)
  return type(value) == "table" and getmetatable(value) == Binary
end

return binary
