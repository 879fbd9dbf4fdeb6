-- require of the runtime (prelude.lua): modules may wait while they load.
local async = require "moonwire.async"

local folder, names

-- Writes a module into the folder of this spec.
local function module(name, text)
  local file = assert(io.open(folder .. "/" .. name .. ".lua", "w"))
  file:write(text)
  file:close()
  names[#names + 1] = name
end

local saved_path = package.path

before_each(function()
  folder, names = os.tmpname(), {}
  os.remove(folder)
  assert(os.execute("mkdir " .. folder) == 0)
  package.path = folder .. "/?.lua;" .. saved_path
  loads = {} -- a global, for the modules: who was loaded, in order
end)

after_each(function()
  for _, name in ipairs(names) do
    os.remove(folder .. "/" .. name .. ".lua")
    package.loaded[name] = nil
  end
  os.remove(folder)
  package.path, loads = saved_path, nil
end)

local note = "loads[#loads + 1] = ... "
local wait = "require('moonwire.async').sleep(3) "

describe("require", function()
  local results = {
    { "a table", "return { a = 1 }", { a = 1 } },
    { "a string", "return 'x'", "x" },
    { "nothing", "", true },
    { "nil", "return nil", true },
    { "false", "return false", false },
    { "what it put into package.loaded", "package.loaded[...] = 'mine'", "mine" },
    { "its result rather than what it put there", "package.loaded[...] = 'mine' return 'other'", "other" },
  }
  for _, case in ipairs(results) do
    it("gives " .. case[1] .. ", and loads once", function()
      module("spec_one", note .. case[2])
      assert.same(case[3], require "spec_one")
      assert.equal(require "spec_one", require "spec_one")
      assert.same({ "spec_one" }, loads)
    end)
  end

  it("passes the name", function()
    module("spec_name", "return { n = select('#', ...), ... }")
    assert.same({ n = 1, "spec_name" }, require "spec_name")
  end)

  it("loads a module that waits", function()
    module("spec_waits", note .. wait .. "return 'done'")
    assert.equal("done", require "spec_waits")
  end)

  it("loads modules that wait in modules that wait", function()
    module("spec_top", wait .. "local v = require 'spec_mid' " .. wait .. "return v .. 1")
    module("spec_mid", wait .. "return require('spec_low') .. 2")
    module("spec_low", wait .. "return 3")
    assert.equal("321", require "spec_top")
  end)

  it("loads a module once when several tasks want it at once", function()
    module("spec_shared", note .. wait .. "return {}")
    local function want() return require "spec_shared" end
    local found = async.all { want, want, want }
    assert.same({ "spec_shared" }, loads)
    assert.truthy(found[1] == found[2] and found[2] == found[3])
  end)

  it("loads a module inside a generator", function()
    module("spec_inside", wait .. "return 'x'")
    assert.equal("x", coroutine.wrap(function() coroutine.yield(require "spec_inside") end)())
  end)

  it("says why a module cannot wait where it is required", function()
    module("spec_sorted", wait .. "return 'x'")
    assert.has_error(function()
      table.sort({ 2, 1 }, function() require "spec_sorted" end)
    end, "async.sleep: cannot wait inside a callback of a C function")
    assert.equal("x", require "spec_sorted")
  end)

  it("loads a module again when the task that loaded it was cancelled", function()
    module("spec_left", note .. "require('moonwire.async').sleep(300) return 'x'")
    local first = async.spawn(function() require "spec_left" end)
    async.sleep(0)
    local second = async.spawn(function() return require "spec_left" end)
    async.sleep(0)
    first:cancel()
    assert.equal("x", second:wait())
    assert.same({ "spec_left", "spec_left" }, loads)
  end)
end)

describe("a loop of modules", function()
  it("is an error that names one of them", function()
    module("spec_a", "return require 'spec_b'")
    module("spec_b", "local a = require 'spec_a' return a")
    assert.has_error(function() require "spec_a" end,
      "spec_b.lua:1: module 'spec_a' is required by a module that it requires itself (a loop)")
  end)

  it("of one", function()
    module("spec_self", "return require 'spec_self'")
    assert.has_error(function() require "spec_self" end, "module 'spec_self' is required by a module that it requires")
  end)

  it("is found when two tasks enter it from both ends", function()
    module("spec_left", wait .. "return require 'spec_right'")
    module("spec_right", wait .. "return require 'spec_left'")
    local function enter(name)
      return function()
        local ok, message = pcall(require, name)
        return { ok, message }
      end
    end
    local outcomes = async.all { enter "spec_left", enter "spec_right" }
    for _, outcome in ipairs(outcomes) do
      assert.equal(false, outcome[1])
      assert.matches("%(a loop%)$", outcome[2])
    end
  end)

  it("is found through a task that the module waits for", function()
    module("spec_parent", "return require('moonwire.async').all { function() return require 'spec_child' end }")
    module("spec_child", "return require 'spec_parent'")
    assert.has_error(function() require "spec_parent" end, "module 'spec_parent' is required by a module that it requires")
  end)

  it("is none when the module is in package.loaded already", function()
    module("spec_c", "local M = {} package.loaded[...] = M M.d = require 'spec_d' return M")
    module("spec_d", "return { c = require 'spec_c' }")
    local c = require "spec_c"
    assert.equal(c, c.d.c)
  end)
end)

describe("a module that fails", function()
  it("raises its error, and can be required again", function()
    module("spec_fails", note .. wait .. "if #loads < 3 then error('not yet') end return 'x'")
    for _ = 1, 2 do
      assert.matches("spec_fails.lua:1: not yet$", assert.has_error(function() require "spec_fails" end))
    end
    assert.equal("x", require "spec_fails")
  end)

  it("raises values that are no strings", function()
    module("spec_table", "error({ type = 'Custom' })")
    assert.has_error(function() require "spec_table" end, { type = "Custom" })
  end)

  it("fails for each task that waited for it, after a try of its own", function()
    module("spec_both", note .. wait .. "error('no', 0)")
    local function try() return { pcall(require, "spec_both") } end
    assert.same({ { false, "no" }, { false, "no" } }, async.all { try, try })
    assert.same({ "spec_both", "spec_both" }, loads)
  end)

  it("with a syntax error names file and line", function()
    module("spec_syntax", "local x = 1\nlocal = 2")
    local message = assert.has_error(function() require "spec_syntax" end, "module 'spec_syntax' cannot be loaded from " .. folder)
    assert.matches("spec_syntax.lua:2:", message)
  end)
end)

describe("a module that is not there", function()
  it("lists what was looked for, at the caller's line", function()
    local message = assert.has_error(function() require "spec_none.deep" end)
    assert.matches("^tests/lua/require_spec.lua:%d+: module 'spec_none.deep' not found:", message)
    local places = {
      "no field package.preload['spec_none.deep']",
      "no file '" .. folder .. "/spec_none/deep.lua'",
      "no file 'spec_none/deep.lua'",
      "no file 'spec_none/deep/init.lua'",
      "no file 'lua/spec_none/deep.lua'",
      "no file 'lua_modules/share/lua/5.1/spec_none/deep.lua'",
      "no file 'lua_modules/lib/lua/5.1/spec_none/deep.so'",
      "no file '/opt/lua/spec_none/deep.lua'",
    }
    for _, place in ipairs(places) do assert.truthy(message:find(place, 1, true), place .. " is missing in " .. message) end
  end)

  it("can be required once it is there", function()
    assert.has_error(function() require "spec_late" end, "not found")
    module("spec_late", "return 'x'")
    assert.equal("x", require "spec_late")
  end)

  for _, name in ipairs { 1, false, {} } do
    it("is refused unless its name is a string: " .. type(name), function()
      assert.has_error(function() require(name) end, "bad argument #1 to 'require' (string expected, got " .. type(name) .. ")")
    end)
  end
end)
