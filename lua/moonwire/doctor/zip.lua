-- zip.lua: what an archive holds, by its central directory. Pure; every offset is checked.
-- Source: PKWARE, .ZIP File Format Specification (APPNOTE), 4.3.7, 4.3.12, 4.3.16, and 4.4.
local inflate = require "moonwire.doctor.inflate"

local zip = {}

local END, CENTRAL, LOCAL = "PK\5\6", "PK\1\2", "PK\3\4"
local END_LEN, CENTRAL_LEN, LOCAL_LEN, COMMENT_MAX = 22, 46, 30, 65535
local STORED, DEFLATED = 0, 8
local UNIX = 3

local function number(bytes, at, size)
  local value = 0
  for i = size, 1, -1 do value = value * 256 + (bytes:byte(at + i) or 0) end
  return value
end

-- The offset of the record at the end of the archive.
local function find_end(bytes)
  for at = #bytes - END_LEN, math.max(0, #bytes - END_LEN - COMMENT_MAX), -1 do
    if bytes:sub(at + 1, at + 4) == END then return at end
  end
end

--- @class moonwire.doctor.ZipEntry
--- @field name string
--- @field size integer bytes, unpacked
--- @field packed integer bytes
--- @field method integer 0: stored, 8: deflated
--- @field mode? integer permissions, when it was made on Unix
--- @field at integer offset of its local header

--- @param bytes string the archive
--- @return moonwire.doctor.ZipEntry[]? entries nil when it is no archive
function zip.entries(bytes)
  local stop = find_end(bytes)
  if not stop then return nil end
  local count, at, list = number(bytes, stop + 10, 2), number(bytes, stop + 16, 4), {}
  for _ = 1, count do
    if bytes:sub(at + 1, at + 4) ~= CENTRAL or at + CENTRAL_LEN > #bytes then return nil end
    local name, extra, comment = number(bytes, at + 28, 2), number(bytes, at + 30, 2), number(bytes, at + 32, 2)
    local is_unix = number(bytes, at + 5, 1) == UNIX
    list[#list + 1] = {
      name = bytes:sub(at + CENTRAL_LEN + 1, at + CENTRAL_LEN + name), size = number(bytes, at + 24, 4), packed = number(bytes, at + 20, 4),
      method = number(bytes, at + 10, 2), mode = is_unix and number(bytes, at + 40, 2) % 512 or nil, at = number(bytes, at + 42, 4),
    }
    at = at + CENTRAL_LEN + name + extra + comment
  end
  return list
end

--- The content of an entry.
--- @param bytes string the archive
--- @param entry moonwire.doctor.ZipEntry
--- @param most integer bytes
--- @return string? content nil when it is larger, spoilt, or packed in another way
function zip.extract(bytes, entry, most)
  if entry.size > most or bytes:sub(entry.at + 1, entry.at + 4) ~= LOCAL then return nil end
  local from = entry.at + LOCAL_LEN + number(bytes, entry.at + 26, 2) + number(bytes, entry.at + 28, 2)
  local packed = bytes:sub(from + 1, from + entry.packed)
  if entry.method == STORED then return #packed == entry.size and packed or nil end
  return entry.method == DEFLATED and inflate(packed, entry.size) or nil
end

return zip
