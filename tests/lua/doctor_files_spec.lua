-- The readers of files that others have made: whatever is cut off or spoilt, they say nil or something, and never raise.
local crypto = require "moonwire.crypto"
local elf = require "moonwire.doctor.elf"
local inflate = require "moonwire.doctor.inflate"
local zip = require "moonwire.doctor.zip"

local function number(value, size)
  local bytes = {}
  for i = 1, size do
    bytes[i] = string.char(value % 256)
    value = math.floor(value / 256)
  end
  return table.concat(bytes)
end

-- An archive of one file, made on Unix.
local function archive(name, mode)
  local central = "PK\1\2" .. "\20\3" .. number(20, 2) .. number(0, 2) .. number(8, 2) .. number(0, 8) .. number(5, 4) .. number(9, 4)
    .. number(#name, 2) .. number(0, 8) .. number((32768 + mode) * 65536, 4) .. number(0, 4) .. name
  return "local" .. central .. "PK\5\6" .. number(0, 4) .. number(1, 2) .. number(1, 2) .. number(#central, 4) .. number(5, 4) .. number(0, 2)
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

describe("zip", function()
  it("reads the central directory", function()
    assert.same({ { name = "bootstrap", size = 9, packed = 5, method = 8, mode = tonumber("755", 8), at = 0 } }, zip.entries(archive("bootstrap", tonumber("755", 8))))
  end)

  it("takes nothing else", function()
    for _, text in ipairs { "", "PK\5\6", ("PK\1\2"):rep(30) } do assert.is_nil(zip.entries(text)) end
  end)

  it("survives every cut and every spoilt byte", function()
    local bytes = archive("bootstrap", 0)
    for length = 0, #bytes - 1 do assert.is_nil(zip.entries(bytes:sub(1, length))) end
    for at = 1, #bytes do zip.entries(bytes:sub(1, at - 1) .. "\255" .. bytes:sub(at + 1)) end
  end)
end)

-- "1 is the square of 1;4 is the square of 2;..." up to 119, as zlib packs it; the short ones are its first 60 bytes.
local PACKED = {
  dynamic = "bZZNkhUxDIOv8o4Q/8RxyqdhMRSsKBi4P+rZvm+b7iRWLMmy18/P198fH6/P3/++/fl4/fr+ssn3RZ/7vhhj9b6a4/t9dU/AvzUJ554pKKGn7X" ..
    "31jq0FINaYw+9mYwmHmwsLlGLCeKFwE0qCaVvo6f8abzr/TDjV03ovqv9OEl5fkwn/u7rZ1E+f7VCPx+wD9XtOEV7fU/h/zcHzzxysR93F+u9c" ..
    "whtrLr1PqL+LHjTU4EUdCHXYqGWRohBhjq0PRIqosSAWxXlYR1X12CaehnhdBDxF7CIhpJAf0k0KeZPM8uE2qTJF7kXIU+w21Lzo7YvuOOOxqK" ..
    "oez0U4rhREyPcaL9qxbfzQHdslOqpqx/glHDsnEPmWfxm91a5HwHSHlB3Ujy1pJ3VwX2mekNeaOMSSsokmXpVPXGJihfyDuFs5iWyvPRmkj5J5" ..
    "JymqzmSRBqsnD6m25Goo87NmL/KFY7ONjOTI2IKc58jZkqzq5Gz0trPlhbijZl+8Q5NrYVUt+0QcV7OOkPea2vRWbXJcet32qaZ+dMxZ1MFOmT" ..
    "Qh7z0niCUtW9/Eq5avH2Ji95xL3O2reU7I75p2HPWmGUGKuj5dpMEb002qvamxQsjvHlVLO2pukpfco0lE7nN7bpNf3a/MwqllPeOLNtl6JlvS" ..
    "RdqhT0XF2Ypn7BEgHabBh49gSxPOPHCXZpxmGd6lKWdVWKHmnHUjrvskNXyNrxAXHOP0Gr4xyT1Rzg+GuSfN+cU8p0BnwZFOmc4iMdXZ18THYK" ..
    "dkZ3Ex2yncWRrGO+W7/w==",
  fixed = "M1TILFYoyUhVKC4sTSxKVchPUzC0NsEUNLK2xBAEAA==",
  stored = "ATwAw/8xIGlzIHRoZSBzcXVhcmUgb2YgMTs0IGlzIHRoZSBzcXVhcmUgb2YgMjs5IGlzIHRoZSBzcXVhcmUgb2Y=",
}

local function squares()
  local list = {}
  for i = 1, 119 do list[i] = ("%d is the square of %d;"):format(i * i, i) end
  return table.concat(list)
end

describe("inflate", function()
  local long = squares()

  it("unpacks each kind of block", function()
    assert.equal(long, (inflate(crypto.unbase64(PACKED.dynamic), #long)))
    assert.equal(long:sub(1, 60), (inflate(crypto.unbase64(PACKED.fixed), 60)))
    assert.equal(long:sub(1, 60), (inflate(crypto.unbase64(PACKED.stored), 60)))
  end)

  it("says why when the size is another one", function()
    assert.same({ nil, "it is longer than it says" }, { inflate(crypto.unbase64(PACKED.dynamic), #long - 1) })
    assert.same({ nil, "it is shorter than it says" }, { inflate(crypto.unbase64(PACKED.dynamic), #long + 1) })
    assert.same({ nil, "a block is of no kind" }, { inflate("\7", 1) })
  end)

  it("survives every cut and spoilt bytes", function()
    for _, packed in pairs(PACKED) do
      local bytes = crypto.unbase64(packed)
      local size = #bytes < 100 and 60 or #long
      for length = 0, #bytes - 1, #bytes < 100 and 1 or 13 do assert.is_nil((inflate(bytes:sub(1, length), size))) end
      math.randomseed(3)
      for _ = 1, 300 do
        local at = math.random(#bytes)
        inflate(bytes:sub(1, at - 1) .. string.char(math.random(0, 255)) .. bytes:sub(at + 1), size)
      end
    end
  end)
end)
