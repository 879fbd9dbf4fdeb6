-- moonwire.log and print, seen from outside: each spec runs a script in a process of its own and reads what it wrote.
local ffi = require "ffi"
local json = require "moonwire.json"

ffi.cdef "long readlink(const char *path, char *to, size_t size);"

local function program()
  local path = ffi.new("char[4096]")
  local size = tonumber(ffi.C.readlink("/proc/self/exe", path, 4096))
  return ffi.string(path, size)
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Runs code with these settings; returns what came out of `stream` (1: standard output, 2: standard error).
local function run(settings, code, stream)
  local unset = "env -u AWS_LAMBDA_LOG_FORMAT -u AWS_LAMBDA_LOG_LEVEL -u MOONWIRE_LOG_LEVEL "
  local redirect = stream == 1 and " 2>/dev/null" or " 2>&1 >/dev/null"
  local script = "local log = require 'moonwire.log' local json = require 'moonwire.json' " .. code
  local pipe = assert(io.popen(unset .. settings .. " " .. quote(program()) .. " lua -e " .. quote(script) .. redirect))
  local out = pipe:read("*a")
  pipe:close()
  return out
end

local TIME = "%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ"
local JSON = "AWS_LAMBDA_LOG_FORMAT=JSON"

-- The only record of a run, decoded.
local function record(code)
  local line = run(JSON, code, 2)
  assert.matches("^[^\n]*\n$", line)
  return assert(json.decode(line))
end

describe("as text", function()
  local cases = {
    { "log.info('hello')", "\t-\tINFO\thello" },
    { "log.warn('hello')", "\t-\tWARN\thello" },
    { "log.error('hello')", "\t-\tERROR\thello" },
    { "log.fatal('hello')", "\t-\tFATAL\thello" },
    { "log.info('')", "\t-\tINFO\t" },
    { "log.info('a\\nb')", "\t-\tINFO\ta\nb" },
    { "log.info('\\27[31mred\\0')", "\t-\tINFO\t\\u001b[31mred\\u0000" },
    { "log.info('a\\255b')", "\t-\tINFO\ta\239\191\189b" },
    { "log.info(42)", "\t-\tINFO\t42" },
    { "log.info(nil)", "\t-\tINFO\tnil" },
    { "log.info('x', { a = 1 })", "\t-\tINFO\tx {\"a\":1}" },
    { "log.info('x', { a = 'b\\nc' })", "\t-\tINFO\tx {\"a\":\"b\\nc\"}" },
    { "log.info('x', {})", "\t-\tINFO\tx" },
    { "log.info(setmetatable({}, { __tostring = function() return 'me' end }))", "\t-\tINFO\tme" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local line = run("", case[1], 2)
      assert.matches("^" .. TIME, line)
      assert.equal(case[2] .. "\n", line:sub(25))
    end)
  end

  it("debug and trace say nothing unless asked", function()
    assert.equal("", run("", "log.debug('x') log.trace('x')", 2))
  end)
end)

describe("as JSON", function()
  it("has time, level, message and the fields", function()
    local line = record "log.warn('hello', { room = 'lobby', list = json.array{}, deep = { a = { true, json.null } } })"
    assert.matches("^" .. TIME .. "$", line.timestamp)
    line.timestamp = nil
    assert.same({ level = "WARN", message = "hello", room = "lobby", list = {}, deep = { a = { true, json.null } } }, line)
  end)

  it("keeps line ends and control characters of a message", function()
    assert.equal("a\nb\tc\0d\27", record("log.info('a\\nb\\tc\\0d\\27')").message)
  end)

  it("is valid UTF-8 whatever the strings hold", function()
    local line = record "log.info('a\\255b', { x = 'c\\192\\175d' })"
    assert.equal("a\239\191\189b", line.message)
    assert.equal("c\239\191\189\239\191\189d", line.x)
  end)

  for _, value in ipairs { "print", "0/0", "io.stdout" } do
    it("says which field cannot be encoded: " .. value, function()
      local line = record("log.info('x', { a = " .. value .. ", b = 1 })")
      assert.equal("x", line.message)
      assert.equal(1, line.fields.b)
      assert.matches("cannot encode", line.fields.a)
    end)
  end

  it("says so for a cycle too", function()
    assert.matches("cycle", record("local t = {} t.t = t log.info('x', t)").fields.t)
  end)

  it("puts a list, and names that every record has, under fields", function()
    assert.same({ 1, 2 }, record("log.info('x', { 1, 2 })").fields)
    local line = record "log.info('x', { level = 'FATAL', requestId = 'forged', a = 1 })"
    assert.same({ level = "FATAL", requestId = "forged", a = 1 }, line.fields)
    assert.equal("INFO", line.level)
    assert.equal(nil, line.a)
    for _, name in ipairs { "connectionId", "routeKey", "apiRequestId" } do
      assert.same({ [name] = "forged" }, record("log.info('x', { " .. name .. " = 'forged' })").fields)
    end
  end)
end)

describe("levels", function()
  local code = "log.trace 't' log.debug 'd' log.info 'i' log.warn 'w' log.error 'e' log.fatal 'f'"
  local cases = {
    { "", "iwef" },
    { "AWS_LAMBDA_LOG_LEVEL=TRACE", "tdiwef" },
    { "AWS_LAMBDA_LOG_LEVEL=debug", "diwef" },
    { "AWS_LAMBDA_LOG_LEVEL=Warn", "wef" },
    { "AWS_LAMBDA_LOG_LEVEL=ERROR", "ef" },
    { "AWS_LAMBDA_LOG_LEVEL=FATAL", "f" },
    { "MOONWIRE_LOG_LEVEL=ERROR", "ef" },
    { "MOONWIRE_LOG_LEVEL=ERROR AWS_LAMBDA_LOG_LEVEL=WARN", "wef" },
    { "MOONWIRE_LOG_LEVEL=ERROR AWS_LAMBDA_LOG_LEVEL=", "ef" },
  }
  for _, case in ipairs(cases) do
    it(case[1] == "" and "by default" or case[1], function()
      assert.equal(case[2], (run(case[1], code, 2):gsub("[^\n]*\t([^\n]*)\n", "%1")))
    end)
  end

  it("that are none are warned about", function()
    local out = run("AWS_LAMBDA_LOG_LEVEL=LOUD", code, 2)
    assert.truthy(out:find('\tWARN\tAWS_LAMBDA_LOG_LEVEL is "LOUD" and counts as not set', 1, true))
    assert.matches("\ti\n.*\tw\n.*\te\n.*\tf\n$", out)
  end)

  it("formats that are none are warned about", function()
    local out = run("AWS_LAMBDA_LOG_FORMAT=XML", "log.info('x')", 2)
    assert.truthy(out:find('\tWARN\tAWS_LAMBDA_LOG_FORMAT is "XML" and counts as Text', 1, true))
    assert.matches("\tINFO\tx\n$", out)
  end)
end)

describe("print", function()
  local cases = {
    { "print()", "\n" },
    { "print(nil)", "nil\n" },
    { "print(1, 'a', true, nil)", "1\ta\ttrue\tnil\n" },
    { "print('a\\nb\\0c')", "a\nb\0c\n" },
    { "print(setmetatable({}, { __tostring = function() return 'me' end }))", "me\n" },
    { "io.write('a\\n') print('b') io.write('c\\n')", "a\nb\nc\n" },
  }
  for _, case in ipairs(cases) do
    it("writes to standard output at once: " .. case[1], function()
      assert.equal(case[2], run("", case[1], 1))
    end)
  end

  it("is an INFO record when the format is JSON", function()
    local line = record "print('a', nil, 2)"
    assert.equal("a\tnil\t2", line.message)
    assert.equal("INFO", line.level)
    assert.equal("", run(JSON, "print('a')", 1))
  end)

  it("raises what tostring raises", function()
    assert.has_error(function() print(setmetatable({}, { __tostring = function() error("boom", 0) end })) end, "boom")
  end)
end)

describe("wrong arguments", function()
  for _, name in ipairs { "trace", "debug", "info", "warn", "error", "fatal" } do
    it("of log." .. name .. " raise at the caller", function()
      local code = ("print(pcall(function() log.%s('x', 'y') end))"):format(name)
      assert.matches("^false\t[^\t]*:1: log." .. name .. ": fields must be a table, got string\n$",
        run("AWS_LAMBDA_LOG_LEVEL=TRACE", code, 1))
    end)
  end
end)
