-- number.lua: numbers as DynamoDB writes them: decimal text, up to 38 digits, sizes from 1E-130 to 9.99...E+125
-- ("Supported data types", DynamoDB Developer Guide).
local json = require "moonwire.json"

local number = {}

local DIGITS, SMALLEST, LARGEST = 38, -130, 125

--- A number with exact digits; `tostring(n)` and `n.digits` are its text.
--- @class moonwire.dynamodb.Number
--- @field digits string
local Number = {}
Number.__index = Number
number.meta = Number

function Number:__tostring() return self.digits end
function Number:__eq(other) return self.digits == other.digits end

-- The digits of a number in decimal text, and the power of ten that the first of them stands for.
local function parts(text)
  local mantissa, rest = text:match "^[+-]?([%d.]+)(.*)$"
  if not mantissa then return nil end
  local whole, fraction = mantissa:match "^(%d*)%.?(%d*)$"
  local exponent = rest == "" and 0 or tonumber(rest:match "^[eE]([+-]?%d+)$")
  if not whole or not exponent or whole .. fraction == "" then return nil end
  local zeros, digits = (whole .. fraction):match "^(0*)(.-)0*$"
  return digits, #whole - #zeros - 1 + exponent
end

--- A sentence about a text that DynamoDB would not take as a number, or nothing.
--- @return string? problem
function number.problem(text)
  local digits, power = parts(text)
  if not digits then return ("%q is not a decimal number"):format(text:sub(1, 50)) end
  if #digits > DIGITS then return ("a number has at most %d digits, this one has %d"):format(DIGITS, #digits) end
  if digits ~= "" and (power < SMALLEST or power > LARGEST) then
    return text:sub(1, 50) .. " is beyond DynamoDB's numbers, 1E-130 to 9.99E+125"
  end
end

--- A number with the digits of a text that has been checked.
--- @return moonwire.dynamodb.Number
function number.exact(text)
  return setmetatable({ digits = text }, Number)
end

--- The text of a Lua number: whole numbers up to 2^53 digit by digit, others with as many digits as it takes to read the
--- same number again.
--- @param n number
--- @return string? text
--- @return string? why not
function number.text(n)
  if n - n ~= 0 then return nil, "DynamoDB has no " .. (n ~= n and "NaN" or "infinity") end
  local text = n == 0 and "0" or json.encode(n)
  local why = number.problem(text)
  if why then return nil, why end
  return text
end

--- @param value any
--- @return boolean is it one of ours
function number.is(value)
  return type(value) == "table" and getmetatable(value) == Number
end

return number
