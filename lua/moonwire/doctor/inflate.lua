-- inflate.lua: unpacks what zips hold. Pure; what is cut off, spoilt or longer than it should be is nil and a reason.
-- Source: RFC 1951.
local bit, ffi = require "bit", require "ffi"

local band, rshift, lshift = bit.band, bit.rshift, bit.lshift

local BITS_MAX = 15
local LENGTH_BASE = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 }
local LENGTH_BITS = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 }
local DISTANCE_BASE = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577 }
local DISTANCE_BITS = { 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 }
local ORDER = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 }

-- Everything here raises a text that inflate() below catches.
local function fail(why) error(why, 0) end

-- The bytes that are read, and those that are written.
local function open(bytes, size)
  return { bytes = bytes, at = 1, held = 0, count = 0, out = ffi.new("uint8_t[?]", math.max(size, 1)), size = size, len = 0 }
end

-- `count` bits, at most 16.
local function take(s, count)
  while s.count < count do
    local byte = s.bytes:byte(s.at)
    if not byte then fail "it is cut off" end
    s.held = band(s.held + lshift(byte, s.count), 0x7fffffff)
    s.at, s.count = s.at + 1, s.count + 8
  end
  local value = band(s.held, lshift(1, count) - 1)
  s.held, s.count = rshift(s.held, count), s.count - count
  return value
end

-- A code by the lengths of its symbols (0..last): how many there are of each length, and the symbols in their order.
local function code_of(lengths, last)
  local counts, starts, symbols = {}, {}, {}
  for n = 0, BITS_MAX do counts[n] = 0 end
  for symbol = 0, last do counts[lengths[symbol]] = counts[lengths[symbol]] + 1 end
  local sum = 0
  for n = 1, BITS_MAX do
    starts[n] = sum
    sum = sum + counts[n]
  end
  for symbol = 0, last do
    local n = lengths[symbol]
    if n > 0 then
      symbols[starts[n]] = symbol
      starts[n] = starts[n] + 1
    end
  end
  return { counts = counts, symbols = symbols }
end

local function decode(s, code)
  local value, first, index = 0, 0, 0
  for n = 1, BITS_MAX do
    value = value + take(s, 1)
    local count = code.counts[n]
    if value - first < count then return code.symbols[index + value - first] end
    index, first, value = index + count, (first + count) * 2, value * 2
  end
  fail "a code is none"
end

local function put(s, byte)
  if s.len >= s.size then fail "it is longer than it says" end
  s.out[s.len] = byte
  s.len = s.len + 1
end

local function copy(s, length, distance)
  if distance > s.len then fail "it refers to what is before its beginning" end
  if s.len + length > s.size then fail "it is longer than it says" end
  for i = s.len, s.len + length - 1 do s.out[i] = s.out[i - distance] end
  s.len = s.len + length
end

local function stored(s)
  s.held, s.count = 0, 0 -- to the next byte; no whole byte is ever held
  local low, high = s.bytes:byte(s.at, s.at + 1)
  local length = high and low + high * 256 or fail "it is cut off"
  s.at = s.at + 4
  if s.at + length - 1 > #s.bytes then fail "it is cut off" end
  for i = s.at, s.at + length - 1 do put(s, s.bytes:byte(i)) end
  s.at = s.at + length
end

local function compressed(s, literals, distances)
  while true do
    local symbol = decode(s, literals)
    if symbol < 256 then
      put(s, symbol)
    elseif symbol == 256 then
      return
    else
      local at = symbol - 256
      if not LENGTH_BASE[at] then fail "a length is none" end
      local length = LENGTH_BASE[at] + take(s, LENGTH_BITS[at])
      local which = decode(s, distances) + 1
      if not DISTANCE_BASE[which] then fail "a distance is none" end
      copy(s, length, DISTANCE_BASE[which] + take(s, DISTANCE_BITS[which]))
    end
  end
end

local function fixed()
  local lengths, far = {}, {}
  for symbol = 0, 287 do lengths[symbol] = symbol < 144 and 8 or symbol < 256 and 9 or symbol < 280 and 7 or 8 end
  for symbol = 0, 29 do far[symbol] = 5 end
  return code_of(lengths, 287), code_of(far, 29)
end

-- The lengths of both codes, which are a code themselves.
local function dynamic(s)
  local literals, distances, count = take(s, 5) + 257, take(s, 5) + 1, take(s, 4) + 4
  local lengths = {}
  for i = 0, 18 do lengths[i] = 0 end
  for i = 1, count do lengths[ORDER[i]] = take(s, 3) end
  local code, all, at = code_of(lengths, 18), {}, 0
  while at < literals + distances do
    local symbol = decode(s, code)
    local value, times = symbol, 1
    if symbol == 16 then value, times = all[at - 1] or fail "nothing is there to repeat", 3 + take(s, 2) end
    if symbol == 17 then value, times = 0, 3 + take(s, 3) end
    if symbol == 18 then value, times = 0, 11 + take(s, 7) end
    for _ = 1, times do
      all[at] = value
      at = at + 1
    end
  end
  if at > literals + distances then fail "there are too many lengths" end
  local far = {}
  for symbol = 0, distances - 1 do far[symbol] = all[literals + symbol] end
  return code_of(all, literals - 1), code_of(far, distances - 1)
end

local function blocks(s)
  repeat
    local is_last, kind = take(s, 1) == 1, take(s, 2)
    if kind == 0 then stored(s) end
    if kind == 1 then compressed(s, fixed()) end
    if kind == 2 then compressed(s, dynamic(s)) end
    if kind == 3 then fail "a block is of no kind" end
  until is_last
end

--- @param bytes string
--- @param size integer how many bytes it has unpacked
--- @return string? unpacked
--- @return string? why not
return function(bytes, size)
  local s = open(bytes, size)
  local ok, why = pcall(blocks, s)
  if not ok then return nil, tostring(why) end
  if s.len ~= size then return nil, "it is shorter than it says" end
  return ffi.string(s.out, size)
end
