--- The report for people: what failed and why, then a summary. On terminals also a line for each file.
local stream = require "moonwire.test.stream"

local Plain = {}
Plain.__index = Plain

local SLOW_MS, SLOW_MAX = 500, 5

local CODES = { red = "31", green = "32", yellow = "33", dim = "2" }

local function paint(plain, color, text)
  return plain.colours and ("\27[%sm%s\27[0m"):format(CODES[color], text) or text
end

-- Of "expected A, got B" the one is green, the other red.
local function paint_line(plain, line)
  local before, expected, actual = line:match "^(.*expected )(.*)(, got .*)$"
  if not before then return line end
  return before .. paint(plain, "green", expected) .. ", got " .. paint(plain, "red", actual:sub(7))
end

local function write(plain, ...)
  plain.out:write(table.concat { ... })
end

-- The one frame that the message has named says nothing more.
local function frames_to_show(failure)
  local frames = failure.frames
  local alone = #frames == 1 and failure.message:sub(1, #(failure.place or " ")) == failure.place
  return alone and {} or frames
end

-- On one line, and without what a terminal would take for a command.
local function title(outcome)
  local name = outcome.name == "" and outcome.file or outcome.file .. " " .. outcome.name
  return (name:gsub("%c", "?"))
end

local function failed(plain, outcome)
  local failure = outcome.failure
  local message = failure.message
  if not message:find "^[^\n:]+:%d+: " then message = failure.place .. ": " .. message end
  write(plain, paint(plain, "red", "FAILED"), "  ", title(outcome), "\n")
  message = message:gsub("[%z\1-\8\11-\31\127]", "?")
  for line in (message .. "\n"):gmatch "(.-)\n" do write(plain, "  ", paint_line(plain, line), "\n") end
  for _, frame in ipairs(frames_to_show(failure)) do write(plain, paint(plain, "dim", "    " .. frame), "\n") end
  write(plain, "\n")
end

function Plain:outcome(outcome)
  local count = self.counts
  count[outcome.status] = count[outcome.status] + 1
  count.ms = count.ms + outcome.ms
  if outcome.status == "failed" then
    failed(self, outcome)
  elseif outcome.status == "pending" then
    local reason = outcome.reason ~= "" and ": " .. outcome.reason or ""
    write(self, paint(self, "yellow", "PENDING"), "  ", title(outcome), reason, "\n")
  end
  if outcome.ms >= SLOW_MS then table.insert(self.slow, outcome) end
end

function Plain:file(file)
  local count = self.counts
  local specs = count.passed + count.failed + count.pending
  self.counts = { passed = 0, failed = 0, pending = 0, ms = 0 }
  if not self.is_terminal or specs == 0 then return end
  local mark = count.failed > 0 and paint(self, "red", "failed") or paint(self, "green", "ok")
  write(self, ("%s  %s  "):format(mark, file), paint(self, "dim", ("%d spec%s, %.0f ms"):format(specs, specs == 1 and "" or "s", count.ms)), "\n")
end

local function show_slow(plain)
  table.sort(plain.slow, function(a, b) return a.ms > b.ms end)
  for i = 1, math.min(#plain.slow, SLOW_MAX) do
    local outcome = plain.slow[i]
    write(plain, paint(plain, "dim", ("slow  %.1f s  %s  %s"):format(outcome.ms / 1000, outcome.place, outcome.name)), "\n")
  end
end

function Plain:finish(count)
  show_slow(self)
  local text = ("%d passed, %d failed"):format(count.passed, count.failed)
  if count.pending > 0 then text = ("%s, %d pending"):format(text, count.pending) end
  write(self, paint(self, count.failed > 0 and "red" or "green", text), "\n")
end

--- @return moonwire.test.Reporter
return function()
  local is_terminal, colours = stream.terminal()
  local counts = { passed = 0, failed = 0, pending = 0, ms = 0 }
  return setmetatable({ out = io.stdout, is_terminal = is_terminal, colours = colours, counts = counts, slow = {} }, Plain)
end
