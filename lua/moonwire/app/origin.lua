-- origin.lua: from which pages a browser may connect. Nothing else keeps a foreign page from opening a WebSocket with the cookies
-- of its visitor (RFC 6455, section 10.2).
local arguments = require "moonwire.runtime.arguments"

local origin = {}

-- scheme://host[:port], as browsers write it (RFC 6454, section 6.2)
local FORM = "^[%l][%l%d+.-]*://[^/?#%s@]+$"

local function problem(name, value)
  local why = arguments.text(name, value)
  if why or value:lower():find(FORM) then return why end
  return ("%s must be scheme://host or scheme://host:port without anything behind it, such as https://app.example, got %s")
    :format(name, arguments.shown(value))
end

--- @param list string[] the option `origins`
--- @return table<string, true>? set
--- @return string? why
function origin.set(list)
  local why, set = arguments.list("origins", list), {}
  for i, value in ipairs(why and {} or list) do
    why = why or problem(("origins[%d]"):format(i), value)
    if not why then set[value:lower()] = true end
  end
  if not why and next(set) == nil then why = "origins must name at least one" end
  if why then return nil, why end
  local console = (os.getenv "MOONWIRE_LOCAL_ISSUER" or ""):match "^%w+://[^/]+" -- of moonwire dev; its page is no foreign one
  if console then set[console] = true end
  return set
end

--- @param set table<string, true>
--- @param given string? the header
--- @return string? why it is refused
function origin.problem(set, given)
  if given == nil then return "the request has no Origin, and $connect has a list of origins" end
  if not set[given:lower()] then return "the origin " .. arguments.shown(given) .. " is not in the list of $connect" end
end

return origin
