-- search.lua: how the Framework searches for a pattern of paths (glob.lua), and what a search with a "!" in front leaves out.
-- Source: fast-glob 3, as globby 11 calls it for osls 3 (out/managers/tasks.js, out/utils/pattern.js, out/providers/filters/deep.js).
local glob = require "moonwire.doctor.glob"

local search = {}

--- One of the patterns that a pattern with braces stands for.
--- @class moonwire.doctor.Search
--- @field matches fun(path: string): boolean
--- @field base string the folder that the search begins in, with a slash, or ""
--- @field is_plain boolean it names one file: no folder is searched
--- @field closes boolean behind a "!", it leaves out the whole of a folder that it matches

local MOST = 1000

-- What picomatch hands to a regular expression as it is, or reads in its own way.
local FOREIGN = { "^%./%./", "^!$", "^![^(]", "[[]:", '"', "\\%w", "%(%?", "[%])}]%+[^(]", "[%])}]%+$", "%)%?[^(]", "%)%?$", "%[[^%]]*\\", "%.%.[^}]*,", ",[^}]*%.%.", "%z" }

-- Does it think of a repeated group that it takes too long, and read it as a text?
local function is_risky(inner)
  local parts, seen = glob.split(inner, "|"), {}
  for _, part in ipairs(#parts > 1 and parts or {}) do
    local first = part:sub(1, 1)
    if part == "" or part:find "[*? ]" or part == first:rep(#part) and seen[first] then return true end
    seen[first] = part == first:rep(#part)
  end
  return false
end

--- Is a pattern one of those that are known here in all they mean? Groups in groups, classes such as [:alpha:] and the like are not.
--- @param pattern string without a ! in front
--- @return boolean
function search.is_known(pattern)
  for _, foreign in ipairs(FOREIGN) do
    if pattern:find(foreign) then return false end
  end
  local plain = pattern:gsub("\\.", "_")
  local rest, ranges = plain:gsub("{%w%.%.%w}", "{")
  if ranges > 0 and rest:find "[^/{*?]%." or ranges > 0 and rest:find "%(" then return false end -- it loses texts in front of these
  for kind, inner in plain:gmatch "(.?)(%b())" do
    inner = inner:sub(2, -2)
    if inner:find "[(){}]" or kind:find "[*+]" and is_risky(inner) then return false end
  end
  for inner in plain:gmatch "%b{}" do
    if inner:find "[()]" or inner:find("..", 1, true) and not inner:find "^{%w%.%.%w}$" then return false end
  end
  return not plain:gsub("%b()", ""):find("|", 1, true)
end

-- Adds what a pattern stands for without its braces, from i on; false: too much.
local function expand(list, p, from)
  local i = p:find("{", from, true)
  if not i then
    list[#list + 1] = p ~= "" and p or nil
    return #list <= MOST
  end
  local stop = p:sub(i - 1, i - 1) ~= "\\" and glob.closing(p, i, "{", "}")
  local inner = stop and p:sub(i + 1, stop - 1) or ""
  local parts, first, last = glob.split(inner, ","), inner:match "^(%w)%.%.(%w)$"
  if first then
    parts = {}
    for byte = first:byte(), last:byte(), first <= last and 1 or -1 do parts[#parts + 1] = string.char(byte) end
  elseif #parts == 1 then
    return expand(list, p, i + 1)
  end
  for _, part in ipairs(parts) do
    if not expand(list, p:sub(1, i - 1) .. part .. p:sub(stop + 1), i) then return false end
  end
  return true
end

local function is_dynamic(text)
  return text:find "[*?\\]" or text:find "^!" or text:find "%[[^%[]*%]" or text:find "[!+@]%([^(]*%)" or text:find "%([^(]*|[^|]*%)" or text:find "{[^}]*,"
    or text:find "{[^}]*%.%."
end

local function base_of(pattern)
  local stop = math.min(pattern:find "[*?{}%[%]()\\]" or #pattern + 1, pattern:find "[!+@]%(" or #pattern + 1)
  return pattern:sub(1, stop - 1):match "^(.*/)" or ""
end

local function closes(pattern)
  return pattern:sub(-3) == "/**" or not is_dynamic(pattern:gsub("/*$", ""):match "[^/]*$")
end

-- A class with "!" is one with "^" here, and two slashes are one.
local function as_searched(pattern)
  return (pattern:gsub("^%./", ""):gsub("(.)//+", "%1/"):gsub("%[!", "[^"))
end

--- The searches for a pattern; nil when these are too many to be looked at.
--- @param pattern string without a ! in front, and known (is_known)
--- @return moonwire.doctor.Search[]?
function search.of(pattern)
  local list, is_all = {}, false
  if not expand(list, pattern, 1) then return nil end
  for i, one in ipairs(list) do
    one = as_searched(one)
    list[i] = { matches = glob.compile(one), base = base_of(one), is_plain = not is_dynamic(one), closes = closes(one) }
    is_all = is_all or not list[i].is_plain and list[i].base == ""
  end
  for _, one in ipairs(list) do
    if is_all then one.base = "" end -- one search for all
  end
  return list
end

return search
