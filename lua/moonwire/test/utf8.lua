-- utf8.lua: which bytes are characters.
local utf8 = {}

--- The length of the UTF-8 character at a place; nothing when there is none, or one that XML does not allow (U+FFFE, U+FFFF).
--- @param text string
--- @param at integer
--- @return integer? length
function utf8.length(text, at)
  local first = text:byte(at)
  if first < 0x80 then return 1 end
  local length = first >= 0xF0 and 4 or first >= 0xE0 and 3 or 2
  local bytes = text:sub(at, at + length - 1)
  if first < 0xC2 or first > 0xF4 or not bytes:find("^.[\128-\191]+$") or #bytes < length then return nil end
  local second = text:byte(at + 1)
  local wrong = first == 0xE0 and second < 0xA0 or first == 0xED and second > 0x9F or first == 0xF0 and second < 0x90
    or first == 0xF4 and second > 0x8F or first == 0xEF and (bytes == "\239\191\190" or bytes == "\239\191\191")
  return not wrong and length or nil
end

--- @param text string
--- @return boolean
function utf8.is_valid(text)
  local at = text:find "[\128-\255]"
  while at do
    local length = utf8.length(text, at)
    if not length then return false end
    at = text:find("[\128-\255]", at + length)
  end
  return true
end

return utf8
