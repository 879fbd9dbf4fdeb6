-- elf.lua: what a shared library was built for. Pure; every offset is checked against the length of the bytes.
-- Source: System V ABI, "ELF-64 Object File Format"; Linux Standard Base, "Symbol Versioning" (Elfxx_Verneed, Elfxx_Vernaux).
local elf = {}

local MACHINES = { [3] = "i386", [40] = "arm", [62] = "x86_64", [183] = "arm64", [243] = "riscv64" }
local PT_LOAD, PT_DYNAMIC = 1, 2
local DT_NEEDED, DT_STRTAB, DT_VERNEED, DT_VERNEEDNUM = 1, 5, 0x6ffffffe, 0x6fffffff

-- More is in no library that works, and time is not to depend on what a file claims.
local DYNAMIC_MAX, NEEDED_MAX, VERSIONS_MAX, TEXT_MAX = 4096, 256, 4096, 256

-- A little-endian number of so many bytes at an offset from 0; nil behind the end. Above 2^53 it is inexact, and then no offset.
local function number(bytes, at, size)
  if at < 0 or at + size > #bytes then return nil end
  local value = 0
  for i = size, 1, -1 do value = value * 256 + bytes:byte(at + i) end
  return value
end

local function text(bytes, at)
  if at < 0 or at >= #bytes then return nil end
  return bytes:sub(at + 1, at + TEXT_MAX):match "^[^%z]*"
end

-- { { type =, offset =, address =, size = } ... }
local function segments(bytes)
  local at, size, count = number(bytes, 32, 8), number(bytes, 54, 2), number(bytes, 56, 2)
  local list = {}
  for i = 0, (count or 0) - 1 do
    local base = (at or 0) + i * (size or 0)
    local kind, length = number(bytes, base, 4), number(bytes, base + 32, 8)
    if not length then break end
    list[#list + 1] = { type = kind, offset = number(bytes, base + 8, 8), address = number(bytes, base + 16, 8), size = length }
  end
  return list
end

-- The offset in the file of an address in memory.
local function offset_of(list, address)
  for _, segment in ipairs(list) do
    if segment.type == PT_LOAD and address >= segment.address and address < segment.address + segment.size then
      return address - segment.address + segment.offset
    end
  end
end

local function first(list, kind)
  for _, segment in ipairs(list) do
    if segment.type == kind then return segment end
  end
end

-- What the dynamic section says: tag -> value, and the offsets of names of needed libraries.
local function dynamic(bytes, list)
  local tags, needed = {}, {}
  local segment = first(list, PT_DYNAMIC)
  for i = 0, segment and DYNAMIC_MAX or -1 do
    local at = segment.offset + i * 16
    local tag, value = number(bytes, at, 8), number(bytes, at + 8, 8)
    if not value or tag == 0 then break end
    if tag == DT_NEEDED and #needed < NEEDED_MAX then needed[#needed + 1] = value end
    tags[tag] = value
  end
  return tags, needed
end

-- Calls fn with each version of a symbol that the library needs ("GLIBC_2.34").
local function each_version(bytes, list, tags, fn)
  local strings = offset_of(list, tags[DT_STRTAB] or -1)
  local at, left = offset_of(list, tags[DT_VERNEED] or -1), tags[DT_VERNEEDNUM] or 0
  local most = VERSIONS_MAX -- of both kinds together
  while at and strings and left > 0 and most > 0 do
    local count, aux, following = number(bytes, at + 2, 2), number(bytes, at + 8, 4), number(bytes, at + 12, 4)
    local inner = aux and at + aux
    most = most - 1
    for _ = 1, math.min(following and count or 0, most) do
      most = most - 1
      local name, next_one = number(bytes, inner + 8, 4), number(bytes, inner + 12, 4)
      if not next_one then break end
      fn(text(bytes, strings + name) or "")
      inner = inner + next_one
      if next_one == 0 then break end
    end
    at, left = following and following > 0 and at + following or nil, left - 1
  end
end

--- @class moonwire.doctor.Elf
--- @field machine string "x86_64", "arm64", or another one
--- @field glibc? { major: integer, minor: integer } the newest version of glibc's symbols that it needs
--- @field needed string[] libraries

--- @param bytes string the file
--- @return moonwire.doctor.Elf? about nil when it is no ELF file
function elf.read(bytes)
  if bytes:sub(1, 4) ~= "\127ELF" or #bytes < 20 then return nil end
  local big = bytes:byte(6) == 2
  local machine = big and bytes:byte(19) * 256 + bytes:byte(20) or number(bytes, 18, 2)
  local about = { machine = MACHINES[machine] or "machine " .. machine, needed = {} }
  if bytes:byte(5) ~= 2 or big then return about end -- 32 bits, or big-endian: no machine of Lambda's
  local list = segments(bytes)
  local tags, needed = dynamic(bytes, list)
  local strings = offset_of(list, tags[DT_STRTAB] or -1)
  for _, name in ipairs(strings and needed or {}) do about.needed[#about.needed + 1] = text(bytes, strings + name) end
  each_version(bytes, list, tags, function(version)
    local major, minor = version:match "^GLIBC_(%d+)%.(%d+)"
    major, minor = tonumber(major), tonumber(minor)
    local most = about.glibc
    if major and (not most or major > most.major or major == most.major and minor > most.minor) then
      about.glibc = { major = major, minor = minor }
    end
  end)
  return about
end

return elf
