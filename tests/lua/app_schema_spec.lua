-- Schemas of app routes: what they say about messages, and about themselves when they are wrong.
local json = require "moonwire.json"
local schema = require "moonwire.app.schema"

local PERSON = { name = "string 1..5", ["home?"] = { street = "string" }, tags = { "red|green", max = 2 }, age = "integer>=0?" }

describe("a schema", function()
  -- rule of the field `x` (or of all fields), the message, and the sentence; nil: it is as it must be
  local cases = {
    { "string", '{"x":""}' },
    { "string", '{"x":5}', "x must be a string, got a number" },
    { "string", '{"x":null}', "x must be a string, got null" },
    { "string", '{}', "x is missing" },
    { "string", '[1]', "the message must be an object, got a list" },
    { "string", '"text"', "the message must be an object, got a string" },
    { "string?", '{}' },
    { "string?", '{"x":null}' },
    { "string?", '{"x":true}', "x must be a string, got a boolean" },
    { "string<=5", '{"x":"häuse"}' },
    { "string<=5", '{"x":"häuser"}', "x must have at most 5 characters" },
    { "string", '{"x":"\\ud800"}', "x must be text, it has half of a character" },
    { "string>=1", '{"x":""}', "x must have at least 1 characters" },
    { "string 2..3?", '{"x":"a"}', "x must have 2 to 3 characters" },
    { "number", '{"x":1.5}' },
    { "number", '{"x":"1"}', "x must be a number, got a string" },
    { "number -1..1.5", '{"x":1.5}' },
    { "number -1..1.5", '{"x":-1.01}', "x must be -1 to 1.5" },
    { "number >= 0", '{"x":-0.1}', "x must be at least 0" },
    { "integer", '{"x":7}' },
    { "integer", '{"x":7.5}', "x must be a whole number, got 7.5" },
    { "integer 1..10", '{"x":11}', "x must be 1 to 10" },
    { "boolean", '{"x":false}' },
    { "boolean", '{"x":0}', "x must be a boolean, got a number" },
    { "object", '{"x":{}}' },
    { "object", '{"x":[]}', "x must be an object, got a list" },
    { "list", '{"x":[]}' },
    { "list", '{"x":{}}', "x must be a list, got an object" },
    { "any", '{"x":[]}' },
    { "any", '{}', "x is missing" },
    { "red|green", '{"x":"green"}' },
    { "red|green?", '{}' },
    { "red|green", '{"x":"blue"}', "x must be one of red, green" },
    { "red|green", '{"x":1}', "x must be one of red, green" },
    { { "string<=2" }, '{"x":[]}' },
    { { "string<=2" }, '{"x":["a","bcd"]}', "x[2] must have at most 2 characters" },
    { { "string", min = 1, max = 2 }, '{"x":[]}', "x must have 1 to 2 elements" },
    { { "string", max = 2 }, '{"x":["a","b","c"]}', "x must have at most 2 elements" },
    { { { y = "number" } }, '{"x":[{"y":1},{}]}', "x[2].y is missing" },
    { { { "number" } }, '{"x":[[1],[1,"2"]]}', "x[2][2] must be a number, got a string" },
    { { y = { z = "boolean" } }, '{"x":{"y":{"z":1}}}', "x.y.z must be a boolean, got a number" },
  }
  for _, case in ipairs(cases) do
    it(("%s of %s"):format(type(case[1]) == "string" and case[1] or "a table", case[2]), function()
      local check = assert(schema.compile { x = case[1] })
      assert.equal(case[3], check((json.decode(case[2]))))
    end)
  end

  it("looks at fields in the order of their names, and leaves others alone", function()
    local check = assert(schema.compile(PERSON))
    assert.equal(nil, check { name = "ann", tags = json.array {}, more = 5 })
    assert.equal("age must be a whole number, got a string", check { age = "x", tags = 5 })
    assert.equal("home.street is missing", check { name = "ann", tags = json.array {}, home = {} })
  end)

  it("takes null out of optional fields", function()
    local message = json.decode '{"name":"ann","home":null,"tags":["red"],"age":null}'
    assert.equal(nil, assert(schema.compile(PERSON))(message))
    assert.equal(nil, message.home)
    assert.equal(nil, message.age)
  end)

  it("of nothing takes any object", function()
    local check = assert(schema.compile {})
    assert.equal(nil, check { x = 1 })
    assert.equal("the message must be an object, got a string", check "x")
  end)
end)

describe("schema.compile refuses", function()
  local cases = {
    { { x = "strng" }, 'schema.x: unknown type "strng"' },
    { { x = "" }, 'schema.x: unknown type ""' },
    { { x = "string<500" }, "schema.x: \"string<500\" has bounds that are none: <=N, >=N or A..B" },
    { { x = "string5" }, "has bounds that are none" },
    { { x = "boolean<=1" }, "only string, number and integer have bounds" },
    { { x = "number 5..1" }, "allows nothing: 5 is above 1" },
    { { x = "a||b" }, "has an empty text" },
    { { x = { y = { "strng" } } }, "schema.x.y[]: unknown type" },
    { { x = { "string?" } }, "schema.x[]: elements of a list cannot be optional" },
    { { x = { "string", "number" } }, "schema.x: a list has one rule for its elements, min and max; got 2" },
    { { x = { "string", max = -1 } }, "schema.x: max must be a whole number from 0" },
    { { x = 5 }, "schema.x: a rule is a text such as \"string<=500\" or a table, got number" },
    { { x = "string", ["x?"] = "string" }, "schema: it has x twice" },
    { { [true] = "string" }, "schema: names of fields are texts, got true" },
    { { "string" }, "schema must be a table of fields" },
  }
  for _, case in ipairs(cases) do
    it(case[2], function()
      local check, why = schema.compile(case[1])
      assert.equal(nil, check)
      assert.truthy(why:find(case[2], 1, true), why)
    end)
  end
end)
