--- The report as JUnit XML, as CI systems read it: testsuites, a testsuite for each file, a testcase for each spec.
local stream = require "moonwire.test.stream"
local utf8 = require "moonwire.test.utf8"

local Junit = {}
Junit.__index = Junit

local NAMED = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

-- XML has no way to say control characters, nor bytes that are no UTF-8: they become "?".
local function escaped(text)
  local parts, at = {}, 1
  while at <= #text do
    local plain = text:match('^[\9\10\32-\126]+', at)
    if plain then
      parts[#parts + 1] = plain:gsub('[&<>"]', NAMED)
      at = at + #plain
    else
      local length = text:byte(at) >= 0x80 and utf8.length(text, at)
      parts[#parts + 1] = length and text:sub(at, at + length - 1) or "?"
      at = at + (length or 1)
    end
  end
  return table.concat(parts)
end

-- In an attribute, line ends and tabs would be read as blanks.
local function attribute(text)
  return (escaped(text):gsub("\n", "&#10;"):gsub("\t", "&#9;"))
end

local function seconds(ms)
  return ("%.3f"):format(ms / 1000)
end

local function details(outcome)
  if outcome.status == "pending" then return ('      <skipped message="%s"/>\n'):format(attribute(outcome.reason or "")) end
  local failure = outcome.failure
  if not failure then return "" end
  local kind = outcome.is_spec and "failure" or "error"
  local text = failure.message .. "\n" .. table.concat(failure.frames, "\n")
  return ('      <%s message="%s">%s</%s>\n'):format(kind, attribute(failure.message), escaped(text), kind)
end

function Junit:outcome(outcome)
  local suite = self.suite
  local failed = outcome.status == "failed"
  suite.tests, suite.ms = suite.tests + 1, suite.ms + outcome.ms
  suite.skipped = suite.skipped + (outcome.status == "pending" and 1 or 0)
  suite.failures = suite.failures + (failed and outcome.is_spec and 1 or 0)
  suite.errors = suite.errors + (failed and not outcome.is_spec and 1 or 0)
  local class = outcome.file:gsub("%.lua$", ""):gsub("^%./", ""):gsub("[/.]", "."):gsub("^%.+", "")
  local place = outcome.failure and outcome.failure.place or outcome.place
  local name = outcome.name == "" and outcome.file or outcome.name
  table.insert(suite.cases, ('    <testcase classname="%s" name="%s" file="%s" line="%s" time="%s">\n%s    </testcase>\n'):format(
    attribute(class), attribute(name), attribute(outcome.file), place:match ":(%d+)$" or "1", seconds(outcome.ms), details(outcome)))
end

local function new_suite()
  return { tests = 0, failures = 0, errors = 0, skipped = 0, ms = 0, cases = {} }
end

function Junit:file(file)
  local suite = self.suite
  suite.name = file
  table.insert(self.suites, suite)
  self.suite = new_suite()
end

local function counts(t)
  return ('tests="%d" failures="%d" errors="%d" skipped="%d" time="%s"'):format(t.tests, t.failures, t.errors, t.skipped, seconds(t.ms))
end

function Junit:finish(count)
  local all = new_suite()
  for _, suite in ipairs(self.suites) do
    for name, value in pairs(suite) do
      if type(value) == "number" then all[name] = all[name] + value end
    end
  end
  self.out:write(('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites %s>\n'):format(counts(all)))
  for _, suite in ipairs(self.suites) do
    self.out:write(('  <testsuite name="%s" %s>\n%s  </testsuite>\n'):format(attribute(suite.name), counts(suite), table.concat(suite.cases)))
  end
  self.out:write("</testsuites>\n")
  io.stderr:write(("%d passed, %d failed%s\n"):format(count.passed, count.failed, count.pending > 0 and (", %d pending"):format(count.pending) or ""))
end

--- @return moonwire.test.Reporter
return function()
  return setmetatable({ out = stream.apart(), suites = {}, suite = new_suite() }, Junit)
end
