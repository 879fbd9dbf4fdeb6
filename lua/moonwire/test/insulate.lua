-- insulate.lua: globals and loaded modules as they were before. A spec file does not see what another one has loaded or set.

local function copy(t)
  local made = {}
  for key, value in next, t do made[key] = value end
  return made
end

-- The library is one for all: some of its modules know each other by what they are. Here is what its loaders gave, so that a
-- module which a spec has put in the place of one does not stay.
local library = {}

local function is_library(name)
  return type(name) == "string" and name:find "^moonwire%f[.%z]"
end

for name, loader in next, copy(package.preload) do
  if is_library(name) then
    package.preload[name] = function(...)
      library[name] = loader(...)
      return library[name]
    end
  end
end

local function put_back(t, before, kept)
  for key in next, copy(t) do
    if before[key] == nil then t[key] = kept[key] end
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
    put_back(_G, globals, {})
    put_back(package.loaded, loaded, library)
  end
end
