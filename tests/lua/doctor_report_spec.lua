-- What `moonwire doctor` has found, for people.
local findings = require "moonwire.doctor.findings"
local report = require "moonwire.doctor.report"

describe("findings", function()
  local found

  before_each(function()
    found = findings.new()
    found:add("no-default", { file = "b.yml", line = 9 }, "nine")
    found:add("runtime", { file = "b.yml", line = 3 }, "three", "Do this.")
    found:add("uncalled", { file = "b.yml", line = 0 }, "the whole")
    found:add("handler-syntax", { file = "a.lua", line = 1 }, "tab\tand \27[31mred")
    found:add("runtime", { file = "b.yml", line = 3 }, "three")
  end)

  it("are said once, by file and line", function()
    found:finish()
    local lines = {}
    for i, one in ipairs(found.list) do lines[i] = ("%s:%s %s"):format(one.file, one.line, one.code) end
    assert.same({ "a.lua:1 handler-syntax", "b.yml:nil uncalled", "b.yml:3 runtime", "b.yml:9 no-default" }, lines)
    assert.same({ error = 2, warning = 1, note = 1 }, found:counts())
  end)

  it("name all functions that share one", function()
    for _, name in ipairs { "x", "y%1" } do found:add_for("layer-age", { file = "c", line = 1 }, name, "for {functions}") end
    found:finish()
    assert.equal("for x, y%1", found.list[#found.list].message)
  end)

  it("are shown in groups, with what to do", function()
    found:finish()
    assert.equal([[
a.lua:1: error: tab	and \x1b[31mred [handler-syntax]
  Correct the Lua code.

b.yml: note: the whole [uncalled]
  Give it an event, unless something outside of this service calls it.
b.yml:3: error: three [runtime]
  Do this.
b.yml:9: warning: nine [no-default]
  Add the event `websocket: $default` to the function that shall answer the rest.

2 functions: 2 errors, 1 warning, 1 note
]], report.text(found, "2 functions", false))
  end)

  it("have colours on a terminal", function()
    found:finish()
    local text = report.text(found, "2 functions", true)
    assert.truthy(text:find("b.yml:9: \27[33mwarning\27[0m: nine [no-default]\n  \27[2mAdd", 1, true))
    assert.truthy(text:find("\27[31merror\27[0m", 1, true))
  end)

  it("need a code that is known", function()
    assert.has_error(function() found:add("other", { file = "x" }, "y") end)
  end)
end)

describe("nothing", function()
  it("is one line", function() assert.equal("1 function: 0 errors, 0 warnings, 0 notes\n", report.text(findings.new(), "1 function", false)) end)
end)
