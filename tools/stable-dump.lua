-- stable-dump.lua: string.dump that gives the same bytes each time. LuaJIT writes the constants of a table in the order in which they lie in
-- its hash, which a random number of each process decides. Here they are put in order; sizes stay. The format is that of LuaJIT's
-- lj_bcdump.h, version 2, of a dump that has its debug information.
local STRING = 5 -- types from here on are strings, with their length added
local CHILD, TABLE, COMPLEX = 0, 1, 4
local INTEGER, NUMBER = 3, 4 -- in a table

local function uleb(code, at)
  local value, factor = 0, 1
  repeat
    local byte = code:byte(at)
    value, factor, at = value + byte % 128 * factor, factor * 128, at + 1
  until byte < 128
  return value, at
end

local function skip_ulebs(code, at, count)
  for _ = 1, count do at = select(2, uleb(code, at)) end
  return at
end

-- Behind a key or a value of a table.
local function skip_item(code, at)
  local kind
  kind, at = uleb(code, at)
  if kind >= STRING then return at + kind - STRING end
  return skip_ulebs(code, at, kind == NUMBER and 2 or kind == INTEGER and 1 or 0)
end

-- Appends the table at `at` to `out`, in order; returns the place behind it.
local function put_table(code, at, out)
  local start, array, hash = at, nil, nil
  array, at = uleb(code, at)
  hash, at = uleb(code, at)
  for _ = 1, array do at = skip_item(code, at) end
  out[#out + 1] = code:sub(start, at - 1)
  local entries = {}
  for i = 1, hash do
    local behind = skip_item(code, skip_item(code, at))
    entries[i], at = code:sub(at, behind - 1), behind
  end
  table.sort(entries)
  out[#out + 1] = table.concat(entries)
  return at
end

local function put_constant(code, at, out)
  local start, kind = at, nil
  kind, at = uleb(code, at)
  if kind == TABLE then
    out[#out + 1] = code:sub(start, at - 1)
    return put_table(code, at, out)
  end
  if kind >= STRING then
    at = at + kind - STRING
  elseif kind ~= CHILD then
    at = skip_ulebs(code, at, kind == COMPLEX and 4 or 2)
  end
  out[#out + 1] = code:sub(start, at - 1)
  return at
end

-- Appends the function at `at`, whose length stands in front of it; returns the place behind it.
local function put_function(code, at, out)
  local start, length, debug, constants, instructions = at, nil, nil, nil, nil
  length, at = uleb(code, at)
  local behind, upvalues = at + length, code:byte(at + 3)
  constants, at = uleb(code, at + 4)
  at = skip_ulebs(code, at, 1) -- numbers
  instructions, at = uleb(code, at)
  debug, at = uleb(code, at)
  if debug > 0 then at = skip_ulebs(code, at, 2) end
  at = at + 4 * instructions + 2 * upvalues
  out[#out + 1] = code:sub(start, at - 1)
  for _ = 1, constants do at = put_constant(code, at, out) end
  out[#out + 1] = code:sub(at, behind - 1)
  return behind
end

--- @param fn function
--- @return string
return function(fn)
  local code = string.dump(fn)
  assert(code:find "^\27LJ\2" and code:byte(5) % 4 < 2, "a dump of another format; see lj_bcdump.h")
  local length, at = uleb(code, 6)
  at = at + length
  local out = { code:sub(1, at - 1) }
  while code:byte(at) ~= 0 do at = put_function(code, at, out) end
  out[#out + 1] = code:sub(at)
  local stable = table.concat(out)
  assert(#stable == #code and loadstring(stable))
  return stable
end
