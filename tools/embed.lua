-- embed.lua TABLE FILE...: prints a C file that holds Lua modules as bytecode, in a table of struct vm_module.
-- Run by the very LuaJIT that is linked into the programs. lua/moonwire/ws.lua becomes "moonwire.ws"; line numbers are
-- kept, and tracebacks name it moonwire/ws.lua.
local dump = dofile((arg[0]:gsub("[^/]+$", "stable-dump.lua")))
local table_name, files = arg[1], { unpack(arg, 2) }

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function bytes(code)
  local lines = {}
  for at = 1, #code, 24 do
    lines[#lines + 1] = table.concat({ code:byte(at, at + 23) }, ",")
  end
  return table.concat(lines, ",\n")
end

local entries = {}
print('#include "library.h"\n')
for i, path in ipairs(files) do
  local inside = assert(path:match("lua/(moonwire/.+%.lua)$"), "not below lua/moonwire/: " .. path)
  local code = dump(assert(loadstring(read(path), "@" .. inside)))
  local module = inside:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  print(("static const unsigned char code_%d[] = {\n%s\n};\n"):format(i, bytes(code)))
  entries[i] = ('  { "%s", code_%d, sizeof code_%d },\n'):format(module, i, i)
end
print(("const struct vm_module %s[] = {\n%s  { NULL, NULL, 0 },\n};"):format(table_name, table.concat(entries)))
