-- embed-roots.lua DIRECTORY: writes the C source of runtime/net/amazon_roots.h from the certificates in DIRECTORY, which are
-- those of the package ca-certificates: PEM files, one certificate each.
local directory = arg[1]
local names = {
  "Amazon_Root_CA_1", "Amazon_Root_CA_2", "Amazon_Root_CA_3", "Amazon_Root_CA_4",
  "Starfield_Services_Root_Certificate_Authority_-_G2",
}

local digits = {}
for i = 0, 63 do
  digits[("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(i + 1)] = i
end

local function fail(...)
  io.stderr:write("embed-roots: ", ..., "\n")
  os.exit(1)
end

local function read(path)
  local file = io.open(path) or fail(path, " cannot be read: is the package ca-certificates installed?")
  local text = file:read("*a")
  file:close()
  return text
end

-- The bytes of base64 (RFC 4648), as numbers.
local function decode(text)
  local bytes, bits, held = {}, 0, 0
  for i = 1, #text do
    bits, held = bits * 64 + (digits[text:byte(i)] or fail("a certificate has a character that is not base64")), held + 6
    if held >= 8 then
      held = held - 8
      bytes[#bytes + 1] = math.floor(bits / 2 ^ held)
      bits = bits % 2 ^ held
    end
  end
  return bytes
end

print('#include "amazon_roots.h"\n')
for index, name in ipairs(names) do
  local pem = read(directory .. "/" .. name .. ".crt")
  local body = pem:match "^%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-\n(.-)=*\n%-%-%-%-%-END CERTIFICATE%-%-%-%-%-\n$"
    or fail(name, " is not one certificate in PEM")
  print(("static const unsigned char root_%d[] = { /* %s */"):format(index, name))
  print("  " .. table.concat(decode((body:gsub("%s", ""))), ", ") .. "\n};\n") --- @diagnostic disable-line: undefined-field
end
print "const struct amazon_root amazon_roots[AMAZON_ROOTS] = {"
for index in ipairs(names) do print(("  { root_%d, sizeof root_%d },"):format(index, index)) end
print "};"
