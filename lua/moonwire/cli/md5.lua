-- md5.lua: MD5 (RFC 1321), for a member of SQS's events. Not for anything that has to be safe.
local bit = require "bit"

local band, bor, bxor, bnot, rol, tobit = bit.band, bit.bor, bit.bxor, bit.bnot, bit.rol, bit.tobit

-- Section 3.4: 2^32 * |sin(i)|, and how far each round rotates.
local SINES = {}
for i = 1, 64 do SINES[i] = tobit(math.floor(math.abs(math.sin(i)) * 2 ^ 32)) end
local TURNS = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } }

-- Each round: its function of b, c, d, and which word of the block step i takes.
local ROUNDS = {
  { function(b, c, d) return bor(band(b, c), band(bnot(b), d)) end, function(i) return i end },
  { function(b, c, d) return bor(band(b, d), band(c, bnot(d))) end, function(i) return (5 * i + 1) % 16 end },
  { bxor, function(i) return (3 * i + 5) % 16 end },
  { function(b, c, d) return bxor(c, bor(b, bnot(d))) end, function(i) return 7 * i % 16 end },
}

-- Four bytes, the lowest first.
local function bytes_of(word)
  return string.char(band(word, 255), band(bit.rshift(word, 8), 255), band(bit.rshift(word, 16), 255), bit.rshift(word, 24))
end

local function word_at(text, at)
  local a, b, c, d = text:byte(at, at + 3)
  return bor(a, bit.lshift(b, 8), bit.lshift(c, 16), bit.lshift(d, 24))
end

local function add_block(state, text, at)
  local a, b, c, d = state[1], state[2], state[3], state[4]
  for i = 0, 63 do
    local number = math.floor(i / 16) + 1
    local round, turn = ROUNDS[number], TURNS[number][i % 4 + 1]
    local sum = tobit(a + round[1](b, c, d) + SINES[i + 1] + word_at(text, at + 4 * round[2](i)))
    a, d, c, b = d, c, b, tobit(b + rol(sum, turn))
  end
  state[1], state[2], state[3], state[4] = tobit(state[1] + a), tobit(state[2] + b), tobit(state[3] + c), tobit(state[4] + d)
end

--- The hash, as 32 hexadecimal digits.
--- @param text string
--- @return string
return function(text)
  local state = { tobit(0x67452301), tobit(0xefcdab89), tobit(0x98badcfe), tobit(0x10325476) }
  local bits = 8 * #text
  local padded = text .. "\128" .. ("\0"):rep((55 - #text) % 64) .. bytes_of(tobit(bits % 2 ^ 32)) .. bytes_of(tobit(math.floor(bits / 2 ^ 32)))
  for at = 1, #padded, 64 do add_block(state, padded, at) end
  local bytes = {}
  for i = 1, 4 do bytes[i] = bytes_of(state[i]) end
  return (table.concat(bytes):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end
