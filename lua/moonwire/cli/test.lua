-- test.lua: `moonwire test`: runs spec files.
local files = require "moonwire.test.files"
local options = require "moonwire.cli.options"
local runner = require "moonwire.test.runner"

local test = {}

local USAGE = [[
Usage: moonwire test [FILE ...] [OPTION ...]

Runs specs in busted's dialect (describe, it, before_each, assert.same, spy,
stub ...) in the runtime's own Lua: the library is there, and specs may call
functions that wait. FILE is a spec file, or a folder: then all *_spec.lua below
it, without those in node_modules, lua_modules and hidden folders. Without FILE
it is this folder. The exit status is 1 when a spec failed, or when there is
none. docs/lua/test.md has the dialect.

  --filter TEXT      only specs whose name (blocks and spec, with blanks between
                     them) has TEXT in it, or matches it as a Lua pattern; may
                     be said several times, then one of them suffices
  --format NAME      plain; tap: Test Anything Protocol, version 13; junit: XML
                     for CI systems. With tap and junit only the report is on
                     standard output; what specs print goes to standard error
  --timeout SECONDS  how long a spec, or a hook, may take (10); 0: as long as it
                     wants
  --fail-fast        ends after the first spec that failed
  --list             runs nothing: a line for each spec, its place and its name
  -h, --help         this text
]]

local SPEC = {
  command = "test", usage = USAGE, arguments = { "[FILE...]" },
  options = { filter = "list", format = "text", timeout = "count", ["fail-fast"] = "flag", list = "flag" },
}

local LIMIT_MAX_MS = 1e12

local FORMATS = { plain = "moonwire.test.plain", tap = "moonwire.test.tap", junit = "moonwire.test.junit" }

local function is_wanted(filters)
  return function(name)
    for _, filter in ipairs(filters) do
      if name:find(filter, 1, true) then return true end
      local ok, found = pcall(string.find, name, filter)
      if ok and found then return true end
    end
    return filters[1] == nil
  end
end

local function list(found, wanted)
  local count = runner.run(found, {
    reporter = require(FORMATS.plain)(), limit_ms = 0, wanted = wanted,
    list = function(place, name) io.stdout:write(place, "  ", name, "\n") end,
  })
  return count
end

local function why_nothing(parsed)
  return parsed.filter and "no spec has a name that --filter wants" or "there is no spec in these files"
end

--- @param args string[]
--- @return integer status
function test.run(args)
  local parsed, status = options.parse(SPEC, args)
  if not parsed then return status end
  local format = parsed.format or "plain"
  if not FORMATS[format] then return options.wrong("test", ("--format takes plain, tap or junit, not %q"):format(format)) end
  files.add_service()
  local found, message = files.find(parsed)
  if not found then return options.failed("test", message) end
  local wanted = is_wanted(parsed.filter or {})
  local count
  if parsed.list then
    count = list(found, wanted)
  else
    count = runner.run(found, {
      reporter = require(FORMATS[format])(), limit_ms = math.min((parsed.timeout or 10) * 1000, LIMIT_MAX_MS), wanted = wanted, fail_fast = parsed["fail-fast"],
    })
  end
  if count.failed > 0 then return 1 end
  if count.passed + count.pending + (count.listed or 0) == 0 then return options.failed("test", why_nothing(parsed)) end
  return 0
end

return test
