-- nodes.lua: what the parts of a pattern of paths match (glob.lua reads patterns, and says whose they are).
--
-- A node is a text, or a function(s, starts): where it can end in s when it begins at one of `starts`. Places are lists of numbers,
-- ascending, each once, so that nothing is tried twice: no pattern takes exponential time.
local nodes = {}

local NOWHERE = {}

-- Places of lists that may overlap.
local function sorted(places)
  table.sort(places)
  local kept = {}
  for _, at in ipairs(places) do
    if at ~= kept[#kept] then kept[#kept + 1] = at end
  end
  return kept
end

local function starts_at(s, i, text) return s:sub(i, i + #text - 1) == text end

-- One after the other.
local function sequence(list)
  return function(s, places)
    for _, node in ipairs(list) do
      if type(node) == "string" then
        local ends = {}
        for _, i in ipairs(places) do
          if starts_at(s, i, node) then ends[#ends + 1] = i + #node end
        end
        places = ends
      else
        places = node(s, places)
      end
      if #places == 0 then return NOWHERE end
    end
    return places
  end
end

nodes.CHARACTER = "^[^\128-\191][\128-\191]*" -- in UTF-8

-- One character of a segment that `accepts`.
local function one(accepts)
  return function(s, starts)
    local ends = {}
    for _, i in ipairs(starts) do
      local c = s:match(nodes.CHARACTER, i)
      if c and c ~= "/" and accepts(c) then ends[#ends + 1] = i + #c end
    end
    return ends
  end
end

-- As much of a segment as it takes; `least` characters.
local function star(least)
  return function(s, starts)
    local ends, last = {}, 0
    for _, i in ipairs(starts) do
      local stop = s:find("/", i, true) or #s + 1
      for at = math.max(i + least, last + 1), stop do ends[#ends + 1] = at end
      last = math.max(last, ends[#ends] or 0)
    end
    return ends
  end
end

-- **/ : any folders, or none.
local function folders(s, starts)
  local ends, slash = {}, s:find("/", starts[1], true)
  for _, i in ipairs(starts) do ends[#ends + 1] = i end
  while slash do
    ends[#ends + 1] = slash + 1
    slash = s:find("/", slash + 1, true)
  end
  return sorted(ends)
end

-- /**/ : a slash, and any folders behind it; or the end, for what may be nothing.
local function between(s, starts)
  local ends, slash = {}, nil
  for _, i in ipairs(starts) do
    if i > #s then ends[#ends + 1] = i end
    slash = slash or s:sub(i, i) == "/" and i
  end
  while slash do
    ends[#ends + 1] = slash + 1
    slash = s:find("/", slash + 1, true)
  end
  return sorted(ends)
end

-- /** at the end: what is below a folder, and a file of that name.
local function below(s, starts)
  for _, i in ipairs(starts) do
    if i > #s or s:sub(i, i) == "/" then return { #s + 1 } end
  end
  return NOWHERE
end

local function everything(s) return { #s + 1 } end

local function any_of(branches)
  if #branches == 1 then return branches[1] end
  return function(s, starts)
    local ends = {}
    for _, branch in ipairs(branches) do
      for _, at in ipairs(branch(s, starts)) do ends[#ends + 1] = at end
    end
    return sorted(ends)
  end
end

local function optional(branches)
  return any_of { any_of(branches), function(_, starts) return starts end }
end

local function repeated(branches)
  local once = any_of(branches)
  return function(s, starts)
    local ends, seen, new = {}, {}, once(s, starts)
    while #new > 0 do
      local next_ones = {}
      for _, at in ipairs(new) do
        if not seen[at] then
          seen[at], ends[#ends + 1], next_ones[#next_ones + 1] = true, at, at
        end
      end
      new = #next_ones > 0 and once(s, next_ones) or NOWHERE
    end
    return sorted(ends)
  end
end

-- !(a): a segment that does not begin with one of these; at the end of a pattern, that is none of them. (With a star in it, in front of
-- a suffix: that is none of them with that suffix.)
local function none_of(branches, inner, rest)
  local once, more, ends = any_of(branches), inner:find("/", 1, true) and everything or star(0), function() return true end
  if rest == "" then
    ends = function(s, i) return i > #s end
  elseif inner:find("*", 1, true) and rest:find "^%.[^\\/.]+$" then
    ends = function(s, i) return starts_at(s, i, rest) end
  end
  local function is_one(s, i)
    for _, at in ipairs(once(s, { i })) do
      if ends(s, at) then return true end
    end
  end
  return function(s, starts)
    local kept = {}
    for _, i in ipairs(starts) do
      if not is_one(s, i) then kept[#kept + 1] = i end
    end
    return #kept > 0 and more(s, kept) or NOWHERE
  end
end

-- By the character in front of the bracket; each takes branches, the text in the brackets and what follows them.
nodes.GROUPS = {
  ["@"] = any_of, ["!"] = none_of, ["+"] = repeated, ["?"] = optional,
  ["*"] = function(branches) return optional { repeated(branches) } end,
}

nodes.starts_at, nodes.sequence, nodes.one, nodes.star, nodes.folders, nodes.between, nodes.below, nodes.everything, nodes.any_of =
  starts_at, sequence, one, star, folders, between, below, everything, any_of

return nodes
