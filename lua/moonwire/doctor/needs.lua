-- needs.lua: the files that a handler needs: those that were loaded, and those that their code names in a `require`, which may run later.
local files = require "moonwire.doctor.files"

local FILE_MAX = 1024 * 1024

-- Where `require` looks in the service (runtime/prelude.lua).
local PLACES = {
  "?.lua", "?/init.lua", "lua/?.lua", "lua/?/init.lua", "lua_modules/share/lua/5.1/?.lua", "lua_modules/share/lua/5.1/?/init.lua",
  "lua_modules/lib/lua/5.1/?.so",
}

local function find(case, name)
  if name == "moonwire" or name:find "^moonwire%." then return nil end
  for _, place in ipairs(PLACES) do
    local path = place:gsub("?", (name:gsub("%.", "/"):gsub("%%", "%%%%")))
    if files.exists(case.root .. path) then return path end
  end
end

-- A string: where its content begins and ends, and where it ends itself. What is not closed goes on to the end.
local function read_long(text, i)
  local equals, first = text:match("^%[(=*)%[()", i)
  if not equals then return nil end
  local last, stop = text:find("]" .. equals .. "]", first, true)
  return first, (last or #text + 1) - 1, stop or #text
end

local function read_quoted(text, i)
  local quote, at = text:sub(i, i), i + 1
  while true do
    local stop = text:find("[\\\n" .. quote .. "]", at) or #text + 1
    if text:sub(stop, stop) ~= "\\" then return i + 1, stop - 1, stop end
    at = stop + 2
  end
end

local function read_comment(text, i)
  local _, _, stop = read_long(text, i + 2)
  return stop or (text:find("\n", i, true) or #text + 1) - 1
end

-- Calls fn with each string of the code of a text, that is, not of its comments: its content, some of the code in front of it, and
-- where it begins and ends.
local AROUND = 64

local function each_string(text, fn)
  local i, code_from = 1, 1
  while true do
    i = text:find("[%-%[\"']", i)
    if not i then return end
    local first, last, stop
    if text:find("^%-%-", i) then
      stop = read_comment(text, i)
      code_from = stop + 1
    else
      first, last, stop = read_long(text, i)
      if not first and text:find("^[\"']", i) then first, last, stop = read_quoted(text, i) end
    end
    if first then
      fn(text:sub(first, last), text:sub(math.max(code_from, i - AROUND), i - 1), i, stop)
      code_from = stop + 1
    end
    i = (stop or i) + 1
  end
end

-- The modules that a text requires by a name that can be read, with their lines.
local function each_require(text, fn)
  local line, counted = 1, 1
  each_string(text, function(name, before, at, stop)
    local word, is_open = before:match "%f[%w_.:]require%s*()%(?()%s*$"
    if not word or not name:find "^[%w_.%-]+$" or text:find("^%s*%.%.", stop + 1) then return end
    if is_open > word and not text:find("^%s*%)", stop + 1) then return end
    line, counted = line + select(2, text:sub(counted, at - 1):gsub("\n", "")), at
    fn(name, line)
  end)
end

--- @param case moonwire.doctor.Case
--- @param loaded moonwire.doctor.Loaded
--- @return { path: string, is_loaded: boolean, by?: string }[] as seen from the folder of the service, sorted; by: the file and line of a
---   `require` that names it. What is not loaded is known by its name alone: the line may never be reached.
return function(case, loaded)
  local found, seen = {}, {}
  local function take(path, is_loaded, by)
    local one = seen[path] or { path = path, is_loaded = is_loaded }
    if not seen[path] then seen[path], found[#found + 1] = one, one end
    one.by = one.by or by
  end
  for _, path in ipairs(loaded.files) do take(path, true) end
  local at = 1
  while found[at] do
    local path = found[at].path
    local text = path:find "%.lua$" and files.read(case.root .. path, FILE_MAX)
    each_require(text or "", function(name, line)
      local needed = find(case, name)
      if needed then take(needed, false, ("%s%s:%d"):format(case.root, path, line)) end
    end)
    at = at + 1
  end
  table.sort(found, function(a, b) return a.path < b.path end)
  return found
end
