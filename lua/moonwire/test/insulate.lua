-- insulate.lua: globals and loaded modules as they were before. A spec file does not see what another one has loaded or set.

local function copy(t)
  local made = {}
  for key, value in next, t do made[key] = value end
  return made
end

-- The library is one for all: it has state of its own, which no spec sets.
local function stays(name)
  return type(name) == "string" and name:find "^moonwire%f[.%z]"
end

local function put_back(t, before, keep)
  for key in next, copy(t) do
    if before[key] == nil and not (keep and keep(key)) then t[key] = nil end
  end
  for key, value in next, before do
    if t[key] ~= value then t[key] = value end
  end
end

--- Notes how things are.
--- @return fun() restore
return function()
  local globals, loaded = copy(_G), copy(package.loaded)
  return function()
    put_back(_G, globals)
    put_back(package.loaded, loaded, stays)
  end
end
