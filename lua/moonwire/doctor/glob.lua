-- glob.lua: patterns of paths as the Framework has them: *, **, ?, [a-z], {a,b}, {1..3}, @(a|b), ?(..), *(..), +(..), !(..). Names with a dot
-- in front are names like others.
-- Source: micromatch 4 and picomatch 2, as osls 3 calls them (lib/plugins/package/lib/package-service.js); tests/framework compares.
local nodes = require "moonwire.doctor.nodes"

local glob = {}

local any_of, one, sequence, star, CHARACTER = nodes.any_of, nodes.one, nodes.sequence, nodes.star, nodes.CHARACTER

local parse

--- Where the bracket that opens at i closes, or nil.
--- @param p string
--- @param i integer
--- @param open string
--- @param close string
--- @return integer?
function glob.closing(p, i, open, close)
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

--- The parts of a text between separators that stand in no brackets.
--- @param text string
--- @param separator string
--- @return string[]
function glob.split(text, separator)
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
  local node, inner = one(accepts), p:sub(i + 1, stop - 1)
  if not inner:find "[-*+?.^$(){}|[%]\\]" then node = any_of { node, sequence { p:sub(i, stop) } } end -- a folder may be called [x]
  return node, stop + 1
end

-- {a,b} or {1..3}. Returns the node and where it ends, or nothing when it is neither.
local function read_braces(p, i, before, after)
  local stop = glob.closing(p, i, "{", "}")
  if not stop then return end
  local inner = p:sub(i + 1, stop - 1)
  local parts = glob.split(inner, ",")
  local from, to = inner:match "^(%w)%.%.(%w)$"
  if from then
    return one(function(c) return c >= from and c <= to or c >= to and c <= from end), stop + 1
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
  local stop = open and glob.closing(p, open, "(", ")")
  if not stop then return end
  local next_char = p:sub(stop + 1, stop + 1)
  local parts = glob.split(p:sub(open + 1, stop - 1), "|")
  local branches = branches_of(parts, before, next_char ~= "" and next_char or after)
  return nodes.GROUPS[kind or "@"](branches, p:sub(open + 1, stop - 1), p:sub(stop + 1)), stop + 1
end

-- Stars: ** when they are a whole segment, else *.
local function read_stars(p, i, before, after)
  local stop = p:find("[^*]", i) or #p + 1
  local next_char = stop > #p and after or p:sub(stop, stop)
  local is_segment = before == "/" and (next_char == "/" or next_char == "")
  if stop - i ~= 2 or not is_segment then return star(is_segment and 1 or 0), stop end
  if stop > #p then return nodes.everything, stop end
  return nodes.folders, stop + 1
end

-- The nodes of a pattern, or of a part that stands behind `before` ("/" at the start) and in front of `after` ("" at the end).
function parse(p, before, after, is_whole)
  local list, i = {}, 1
  while i <= #p do
    local c = p:sub(i, i)
    local node, next_at
    if is_whole and before ~= "*" and p:find("^/%*%*$", i) then
      node, next_at = nodes.below, #p + 1
    elseif #list > 0 and p:find("^/%*%*/.", i) then
      node, next_at = nodes.between, i + 4
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
      node, next_at = c, i + 1
    end
    if type(node) == "string" and type(list[#list]) == "string" then
      list[#list] = list[#list] .. node
    else
      list[#list + 1] = node
    end
    before, i = p:sub(next_at - 1, next_at - 1), next_at
  end
  return list
end

--- A function that says whether a path matches.
--- @param pattern string without a ! in front
--- @return fun(path: string): boolean
function glob.compile(pattern)
  local text = pattern:gsub("^%./", "")
  local ending = text:match "^%*%*(%.[%w_.]*[%w_])$"
  if ending and not ending:find("..", 1, true) then
    return function(path) return path:sub(-#ending) == ending end -- in any folder, unlike lib/**.lua
  end
  local list = parse(text, "/", "", true)
  local matches, first, last, from = sequence(list), list[1], list[#list], { 1 }
  return function(path)
    if type(first) == "string" and not nodes.starts_at(path, 1, first) then return path == pattern end
    if type(last) == "string" and path:sub(-#last) ~= last then return path == pattern end
    local ends = matches(path, from)
    return ends[#ends] == #path + 1 or path == pattern
  end
end

return glob
