-- texts.lua ROOT FILE...: prints a Lua module that holds texts: a table from the path below ROOT to what the file has. The build
-- embeds such modules as those of the library (embed.lua), so that the tool can write the files where somebody wants them.
local root, files = arg[1] .. "/", { unpack(arg, 2) }

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

print "return {"
for _, path in ipairs(files) do
  assert(path:sub(1, #root) == root, "not below " .. root .. ": " .. path)
  print(("  [%q] = %q,"):format(path:sub(#root + 1), read(path)))
end
print "}"
