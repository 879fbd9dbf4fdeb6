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

  -- A header, one segment with all of the file, and its dynamic section at 4096.
  local function claim(size, tags)
    local function segment(kind, at) return number(kind, 4) .. number(4, 4) .. number(at, 8) .. number(at, 8) .. number(at, 8) .. number(size, 8):rep(2) .. number(8, 8) end
    local head = "\127ELF\2\1\1" .. ("\0"):rep(9) .. number(3, 2) .. number(62, 2) .. number(1, 4) .. number(0, 8) .. number(64, 8) .. number(0, 12) ..
      number(64, 2) .. number(56, 2) .. number(2, 2) .. number(0, 6) .. segment(1, 0) .. segment(2, 4096)
    local list = {}
    for i, tag in ipairs(tags) do list[i] = number(tag[1], 8) .. number(tag[2], 8) end
    return head .. ("A"):rep(4096 - #head) .. table.concat(list) .. number(0, 16)
  end

  it("looks at so many names only, and so much of each", function()
    local size, tags = 4 * 2 ^ 20, { { 5, 70000 } }
    for i = 1, 2000 do tags[#tags + 1] = { 1, i } end
    local bytes = claim(size, tags)
    local about = elf.read(bytes .. ("A"):rep(size - #bytes))
    assert.equal(256, #about.needed)
    for _, name in ipairs(about.needed) do assert.equal(256, #name) end
  end)

  it("comes to an end with versions that share their names", function()
    local size = 2 * 2 ^ 20
    local head = claim(size, { { 5, 0 }, { 0x6ffffffe, 8192 }, { 0x6fffffff, 4096 } })
    local parts = { head, ("\0"):rep(8192 - #head) }
    for i = 0, 4095 do parts[#parts + 1] = number(1, 2) .. number(65535, 2) .. number(0, 4) .. number(4096 * 16 - i * 16, 4) .. number(16, 4) end
    local aux = number(0, 8) .. number(1, 4) .. number(16, 4)
    parts[#parts + 1] = aux:rep(65535)
    local bytes = table.concat(parts)
    assert.same({ machine = "x86_64", needed = {} }, elf.read(bytes .. ("\0"):rep(size - #bytes)))
  end)
end)
