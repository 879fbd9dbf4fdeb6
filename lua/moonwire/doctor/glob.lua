-- glob.lua: patterns of paths as the Framework has them: *, **, ?, [a-z], {a,b}, {1..3}, @(a|b), ?(..), *(..), +(..), !(..). Names with a dot
-- in front are names like others.
-- Source: micromatch 4 and picomatch 2, as osls 3 calls them (lib/plugins/package/lib/package-service.js); tests/framework compares.
--
-- A pattern becomes nodes, a node a function(s, i, k): does it match s from i on in a way that k(j), the rest from j on, does, too?
local glob = {}

local function is_end(s, i) return i > #s end

-- One after the other.
local function sequence(nodes)
  return function(s, i, k)
    local function go(n, at)
      local node = nodes[n]
      if not node then return k(at) end
      return node(s, at, function(next_at) return go(n + 1, next_at) end)
    end
    return go(1, i)
  end
end

local function literal(byte)
  return function(s, i, k) return s:sub(i, i) == byte and k(i + 1) end
end

local CHARACTER = "^[^\128-\191][\128-\191]*" -- in UTF-8

-- One character of a segment that `accepts`.
local function one(accepts)
  return function(s, i, k)
    local c = s:match(CHARACTER, i)
    return c and c ~= "/" and accepts(c) and k(i + #c)
  end
end

-- As much of a segment as it takes; `least` characters.
local function star(least)
  return function(s, i, k)
    local stop = (s:find("/", i, true) or #s + 1)
    for at = i + least, stop do
      if k(at) then return true end
    end
    return false
  end
end

-- **/ : any folders, or none.
local function folders(s, i, k)
  if k(i) then return true end
  local slash = s:find("/", i, true)
  while slash do
    if k(slash + 1) then return true end
    slash = s:find("/", slash + 1, true)
  end
  return false
end

-- /** at the end: what is below a folder, and a file of that name.
local function below(s, i, k)
  if is_end(s, i) then return k(i) end
  return s:sub(i, i) == "/" and k(#s + 1)
end

local function everything(s, _, k) return k(#s + 1) end

local function any_of(branches)
  return function(s, i, k)
    for _, branch in ipairs(branches) do
      if branch(s, i, k) then return true end
    end
    return false
  end
end

local function repeated(branches, least)
  local once = any_of(branches)
  return function(s, i, k)
    local function more(at, count)
      if count >= least and k(at) then return true end
      return once(s, at, function(next_at) return next_at > at and more(next_at, count + 1) end)
    end
    return more(i, 0)
  end
end

local function always() return true end

-- !(a): a segment that does not begin with one of these; at the end of a pattern, that is none of them. (With a star in it, in front of
-- a suffix: that is none of them with that suffix.)
local function none_of(branches, inner, rest)
  local once, more, ends = any_of(branches), inner:find("/", 1, true) and everything or star(0), always
  if rest == "" then
    ends = is_end
  elseif inner:find("*", 1, true) and rest:find "^%.[^\\/.]+$" then
    ends = function(s, i) return s:sub(i, i + #rest - 1) == rest end
  end
  return function(s, i, k)
    return not once(s, i, function(at) return ends(s, at) end) and more(s, i, k)
  end
end

local GROUPS = {
  ["@"] = any_of, ["!"] = none_of,
  ["?"] = function(branches) return any_of { any_of(branches), function(_, i, k) return k(i) end } end,
  ["*"] = function(branches) return repeated(branches, 0) end,
  ["+"] = function(branches) return repeated(branches, 1) end,
}

-- ---- Reading a pattern ---------------------------------------------------------------------------------------------------

local parse

-- Where the bracket that opens at i closes, or nil.
local function closing(p, i, open, close)
  local depth = 0
  while i <= #p do
    local c = p:sub(i, i)
    if c == "\\" then i = i + 1
    elseif c == open then depth = depth + 1
    elseif c == close then depth = depth - 1 end
    if depth == 0 then return i end
    i = i + 1
  end
end

-- The parts of a text between separators that stand in no brackets.
local function split(text, separator)
  local parts, depth, from, i = {}, 0, 1, 1
  while i <= #text do
    local c = text:sub(i, i)
    if c == "\\" then i = i + 1
    elseif c:find "[({]" then depth = depth + 1
    elseif c:find "[)}]" then depth = depth - 1
    elseif c == separator and depth == 0 then
      parts[#parts + 1], from = text:sub(from, i - 1), i + 1
    end
    i = i + 1
  end
  parts[#parts + 1] = text:sub(from)
  return parts
end

local function branches_of(parts, before, after)
  local branches = {}
  for i, part in ipairs(parts) do branches[i] = sequence(parse(part, before, after)) end
  return branches
end

-- [a-z], [^a]: a set of characters. Returns the node and where it ends, or nothing when it is no set.
local function read_set(p, i)
  local from = p:sub(i + 1, i + 1) == "^" and i + 2 or i + 1
  local stop = p:find("]", from + 1, true)
  if not stop then return end
  local is_not, set, at = from == i + 2, {}, from
  while at < stop do
    local first, last = p:match("^(.)%-(.)", at)
    if first and at + 2 < stop then
      set[#set + 1], at = { first, last }, at + 3
    else
      if p:sub(at, at) == "\\" and at + 1 < stop then at = at + 1 end
      local c = p:match(CHARACTER, at)
      set[#set + 1], at = { c, c }, at + #c
    end
  end
  local function accepts(c)
    for _, range in ipairs(set) do
      if c >= range[1] and c <= range[2] then return not is_not end
    end
    return is_not
  end
  return one(accepts), stop + 1
end

local RANGE_MAX = 1000

-- {a,b} or {1..3}. Returns the node and where it ends, or nothing when it is neither.
local function read_braces(p, i, before, after)
  local stop = closing(p, i, "{", "}")
  if not stop then return end
  local inner = p:sub(i + 1, stop - 1)
  local parts = split(inner, ",")
  local from, to = inner:match "^(%d+)%.%.(%d+)$"
  if from then
    parts = {}
    for n = tonumber(from), math.min(tonumber(to), tonumber(from) + RANGE_MAX) do parts[#parts + 1] = tostring(n) end
  elseif inner:find "^%a%.%.%a$" then
    return read_set("[" .. inner:sub(1, 1) .. "-" .. inner:sub(-1) .. "]", 1), stop + 1
  elseif #parts == 1 then
    return
  end
  local next_char = p:sub(stop + 1, stop + 1)
  return any_of(branches_of(parts, before, next_char ~= "" and next_char or after)), stop + 1
end

-- @(a|b) and its like, or (a|b).
local function read_group(p, i, before, after)
  local kind = p:match("^([@?*+!])%(", i)
  local open = kind and i + 1 or p:sub(i, i) == "(" and i
  local stop = open and closing(p, open, "(", ")")
  if not stop then return end
  local next_char = p:sub(stop + 1, stop + 1)
  local parts = split(p:sub(open + 1, stop - 1), "|")
  local branches = branches_of(parts, before, next_char ~= "" and next_char or after)
  return GROUPS[kind or "@"](branches, p:sub(open + 1, stop - 1), p:sub(stop + 1)), stop + 1
end

-- Stars: ** when they are a whole segment, else *.
local function read_stars(p, i, before, after)
  local stop = p:find("[^*]", i) or #p + 1
  local next_char = stop > #p and after or p:sub(stop, stop)
  local is_segment = before == "/" and (next_char == "/" or next_char == "")
  if stop - i ~= 2 or not is_segment then return star(is_segment and 1 or 0), stop end
  if stop > #p then return everything, stop end
  return folders, stop + 1
end

-- The nodes of a pattern, or of a part that stands behind `before` ("/" at the start) and in front of `after` ("" at the end).
function parse(p, before, after, is_whole)
  local nodes, i = {}, 1
  while i <= #p do
    local c = p:sub(i, i)
    local node, next_at
    if is_whole and before ~= "*" and p:find("^/%*%*$", i) then
      node, next_at = below, #p + 1
    elseif c == "{" then
      node, next_at = read_braces(p, i, before, after)
    elseif c == "[" then
      node, next_at = read_set(p, i)
    else
      node, next_at = read_group(p, i, before, after)
      if not node and c == "*" then
        node, next_at = read_stars(p, i, before, after)
      elseif not node and c == "?" then
        node, next_at = one(function() return true end), i + 1
      end
    end
    if not node then
      if c == "\\" and i < #p then i, c = i + 1, p:sub(i + 1, i + 1) end
      node, next_at = literal(c), i + 1
    end
    nodes[#nodes + 1] = node
    before, i = p:sub(next_at - 1, next_at - 1), next_at
  end
  return nodes
end

--- A function that says whether a path matches.
--- @param pattern string without a ! in front
--- @return fun(path: string): boolean
function glob.compile(pattern)
  local matches = sequence(parse((pattern:gsub("^%./", "")), "/", "", true))
  return function(path)
    return matches(path, 1, function(i) return is_end(path, i) end) and true or false
  end
end

return glob
