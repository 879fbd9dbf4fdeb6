-- embed-files.lua FILE...: writes the C source of runtime/gateway/console/console_file.h: each file under its name without folders.
local function read(path)
  local file = io.open(path, "rb")
  if not file then
    io.stderr:write("embed-files: ", path, " cannot be read\n")
    os.exit(1)
  end
  local text = file:read("*a")
  file:close()
  return text
end

print('#include "console_file.h"\n')
for index, path in ipairs(arg) do
  local text, lines = read(path), {}
  for at = 1, #text, 4096 do lines[#lines + 1] = table.concat({ text:byte(at, at + 4095) }, ",") .. "," end
  print(("static const unsigned char file_%d[] = { /* %s */\n%s\n0 };\n"):format(index, path, table.concat(lines, "\n")))
end
print "const struct console_file console_files[] = {"
for index, path in ipairs(arg) do print(('  { "%s", file_%d, sizeof file_%d - 1 },'):format(path:match "[^/]+$", index, index)) end
print "};"
print "const size_t console_file_count = sizeof console_files / sizeof *console_files;"
