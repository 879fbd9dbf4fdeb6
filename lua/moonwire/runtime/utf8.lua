-- utf8.lua: whether a string is UTF-8. JSON can say half of a surrogate pair ("\ud800"), which is none.

-- Table 3-7 of the Unicode standard.
local characters = {
  "[\194-\223][\128-\191]", "\224[\160-\191][\128-\191]", "[\225-\236\238\239][\128-\191][\128-\191]", "\237[\128-\159][\128-\191]",
  "\240[\144-\191][\128-\191][\128-\191]", "[\241-\243][\128-\191][\128-\191][\128-\191]", "\244[\128-\143][\128-\191][\128-\191]",
}

--- @param text string
--- @return boolean
return function(text)
  if not text:find "[\128-\255]" then return true end
  for _, character in ipairs(characters) do text = text:gsub(character, ".") end
  return not text:find "[\128-\255]"
end
