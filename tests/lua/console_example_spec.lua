-- What the console says of an app's schemas: a message that passes, and a line that describes it.
local app = require "moonwire.app"
local example = require "moonwire.console.example"
local json = require "moonwire.json"
local probe = require "moonwire.console.probe"
local schema = require "moonwire.app.schema"

local function message_of(rules)
  local list = example.fields(rules)
  if not list then return nil end
  local parts = {}
  for i, field in ipairs(list) do parts[i] = json.encode(field[1]) .. ":" .. field[2] end
  return "{" .. table.concat(parts, ",") .. "}"
end

describe("a message for a schema", function()
  local cases = {
    { {}, "{}" },
    { { text = "string<=500", room = "string 1..40" }, '{"room":"...","text":"..."}' },
    { { x = "string<=2" }, '{"x":".."}' },
    { { x = "string>=5" }, '{"x":"....."}' },
    { { x = "string 40 .. 50" }, '{"x":"' .. ("."):rep(40) .. '"}' },
    { { x = "string<=0" }, '{"x":""}' },
    { { x = "number" }, '{"x":0}' },
    { { x = "integer 3..9" }, '{"x":3}' },
    { { x = "integer 0.5..1.5" }, '{"x":1}' },
    { { x = "number<=-1.5" }, '{"x":-1.5}' },
    { { x = "boolean" }, '{"x":false}' },
    { { x = "object" }, '{"x":{}}' },
    { { x = "list" }, '{"x":[]}' },
    { { x = "any" }, '{"x":"..."}' },
    { { x = "red|green" }, '{"x":"red"}' },
    { { x = "string?", ["y?"] = "number", ["z?"] = { a = "string" } }, "{}" },
    { { x = { "string" } }, '{"x":["..."]}' },
    { { x = { "integer", min = 2, max = 3 } }, '{"x":[0,0]}' },
    { { x = { "string", max = 0 } }, '{"x":[]}' },
    { { x = { { name = "string 1..80", count = "integer 1..99" }, min = 1 } }, '{"x":[{"count":1,"name":"..."}]}' },
    { { x = { y = { z = "a|b" } } }, '{"x":{"y":{"z":"a"}}}' },
    { { ['"quoted"\n'] = '"|</script>' }, '{"\\"quoted\\"\\n":"\\""}' },
    { { x = "string>=5000" } }, -- longer than anybody wants to see
    { { x = "number 1e3..2" } },
    { { x = { "string", min = 4000 } } },
  }
  for _, case in ipairs(cases) do
    it(json.encode(case[2] or "none"), function()
      assert.equal(case[2], message_of(case[1]))
      if case[2] then assert.is_nil(schema.compile(case[1])(json.decode(case[2]))) end
    end)
  end

  it("is none for one that is deep or shared without end", function()
    local rules = { x = "string" }
    for _ = 1, 12 do rules = { a = rules, b = rules } end
    assert.is_nil(example.fields(rules))
    assert.is_true(#example.line(rules) < 2000)
  end)
end)

describe("the line of a schema", function()
  local cases = {
    { { text = "string<=500", room = "string 1..40" }, "room: string 1..40, text: string<=500" },
    { { x = "red|green?", ["y?"] = "number", ["z?"] = "string?" }, "x: red|green?, y?: number, z: string?" },
    { { x = { "string<=20", min = 1, max = 10 }, y = { { a = "any" }, min = 2 } }, "x: list of string<=20 1..10, y: list of { a: any } >=2" },
    { {}, "" },
  }
  for _, case in ipairs(cases) do
    it(case[2], function() assert.equal(case[2], example.line(case[1])) end)
  end

  it("ends in front of a character", function()
    local rules = {}
    for i = 1, 400 do rules[("%03dä"):format(i)] = "string" end
    local line = example.line(rules)
    assert.is_true(#line <= 1003)
    assert.truthy(line:find "%.%.%.$")
    assert.truthy(json.encode(line))
  end)
end)

describe("the routes of a handler", function()
  local function fn() end

  it("are those of messages, by name", function()
    local chat = app({ ["$connect"] = fn, ["$default"] = fn, say = { schema = { text = "string" }, run = fn }, join = fn }, { action = "type" })
    local list = probe.routes(chat)
    assert.same({ "join", "say" }, { list[1].route, list[2].route })
    assert.same({ "type", "text: string" }, { list[2].action, list[2].schema })
    assert.equal('[["text","\\"...\\""]]', json.encode(list[2].fields))
    assert.equal("[]", json.encode(list[1].fields))
    assert.is_nil(list[1].schema)
    assert.truthy(list[1].source:find "console_example_spec.lua:%d+$")
  end)

  it("are none of what is no app", function()
    for _, handler in ipairs { fn, {}, { parts = "x" }, "text" } do assert.equal("[]", json.encode(probe.routes(handler))) end
  end)
end)
