--- The report in version 13 of the Test Anything Protocol (testanything.org).
local stream = require "moonwire.test.stream"
local utf8 = require "moonwire.test.utf8"

local Tap = {}
Tap.__index = Tap

-- A description ends at "#"; and it is one line.
local function described(text)
  return (text:gsub("\\", "\\\\"):gsub("#", "\\#"):gsub("%c", " "))
end

-- A text in YAML, on one line. Bytes that are no UTF-8 are told by their numbers.
local function quoted(text)
  if not utf8.is_valid(text) then text = text:gsub("[\128-\255]", function(char) return ("\\%d"):format(char:byte()) end) end
  return '"' .. text:gsub('[%z\1-\31\127"\\]', function(char)
    if char == '"' or char == "\\" then return "\\" .. char end
    return char == "\n" and "\\n" or ("\\x%02x"):format(char:byte())
  end) .. '"'
end

local function details(tap, outcome)
  local failure = outcome.failure
  tap.out:write("  ---\n")
  tap.out:write(("  message: %s\n  at: %s\n"):format(quoted(failure.message), quoted(failure.place)))
  if failure.frames[1] then
    tap.out:write("  stack:\n")
    for _, frame in ipairs(failure.frames) do tap.out:write("    - " .. quoted(frame) .. "\n") end
  end
  tap.out:write(("  duration_ms: %.3f\n  ...\n"):format(outcome.ms))
end

function Tap:outcome(outcome)
  self.number = self.number + 1
  local ok = outcome.status == "failed" and "not ok" or "ok"
  local skipped = ""
  if outcome.status == "pending" then skipped = " # SKIP " .. (outcome.reason ~= "" and described(outcome.reason) or "pending") end
  local name = outcome.name == "" and outcome.file or outcome.file .. ": " .. outcome.name
  self.out:write(("%s %d - %s%s\n"):format(ok, self.number, described(name), skipped))
  if outcome.failure then details(self, outcome) end
end

function Tap:finish(count)
  self.out:write(("1..%d\n# %d passed, %d failed"):format(self.number, count.passed, count.failed))
  self.out:write((count.pending > 0 and (", %d pending"):format(count.pending) or "") .. "\n")
end

--- @return moonwire.test.Reporter
return function()
  local tap = setmetatable({ out = stream.apart(), number = 0 }, Tap)
  tap.out:write("TAP version 13\n")
  return tap
end
