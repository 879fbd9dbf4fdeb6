-- The reader of libraries that others have made: whatever is cut off or spoilt, it says nil or something, and never raises.
local elf = require "moonwire.doctor.elf"

local function number(value, size)
  local bytes = {}
  for i = 1, size do
    bytes[i] = string.char(value % 256)
    value = math.floor(value / 256)
  end
  return table.concat(bytes)
end

local function program()
  local file = assert(io.open("/proc/self/exe", "rb"))
  local bytes = file:read "*a"
  file:close()
  return bytes
end

describe("elf", function()
  it("knows this very program", function()
    local about = elf.read(program())
    assert.equal(jit.arch == "x64" and "x86_64" or jit.arch, about.machine)
    assert.equal(2, about.glibc.major)
    assert.is_true(about.glibc.minor <= 40)
    assert.truthy(table.concat(about.needed, " "):find "libc%.so")
  end)

  it("takes nothing else", function()
    for _, text in ipairs { "", "\127EL", "MZ", "\127ELF", ("x"):rep(100) } do assert.is_nil(elf.read(text)) end
  end)

  it("names machines of 32 bits and of the other byte order", function()
    assert.equal("i386", elf.read("\127ELF\1\1\1" .. ("\0"):rep(9) .. number(3, 2) .. number(3, 2)).machine)
    assert.equal("arm64", elf.read("\127ELF\2\2\1" .. ("\0"):rep(9) .. "\0\3\0\183").machine)
  end)

  it("survives every cut", function()
    local bytes = program()
    for length = 20, 600, 7 do assert.is_table(elf.read(bytes:sub(1, length))) end
    assert.is_table(elf.read(bytes:sub(1, #bytes / 2)))
  end)

  it("survives spoilt headers and sections", function()
    local bytes = program():sub(1, 64 * 1024)
    math.randomseed(7)
    for _ = 1, 300 do
      local at = math.random(17, 900)
      assert.is_table(elf.read(bytes:sub(1, at - 1) .. number(math.random(0, 2 ^ 31), 4) .. bytes:sub(at + 4)))
    end
  end)
end)
