-- Lua values to DynamoDB's attribute values and back.
local dynamodb = require "moonwire.dynamodb"
local json = require "moonwire.json"
local marshal = require "moonwire.dynamodb.marshal"
local shapes = require "moonwire.dynamodb.shapes"

local binary, number, set = dynamodb.binary, dynamodb.number, dynamodb.set
local ITEM = shapes.request "PutItem"

-- The wire's form of one value, and a value of the wire.
local function write(value)
  local wire, why = marshal.write(ITEM, { Item = { v = value } })
  return wire and wire.Item.v, why
end

local function read(wire, numbers)
  local plain, why = marshal.read(ITEM, { Item = { v = wire } }, numbers)
  if not plain then return nil, why end
  return plain.Item.v
end

local function nested(levels)
  local value = {}
  for _ = 2, levels do value = { v = value } end
  return value
end

describe("a value and its form on the wire", function()
  local cases = {
    { "a string", "hi", '{"S":"hi"}' },
    { "an empty string", "", '{"S":""}' },
    { "a NUL", "a\0b", '{"S":"a\\u0000b"}' },
    { "true", true, '{"BOOL":true}' },
    { "false", false, '{"BOOL":false}' },
    { "null", json.null, '{"NULL":true}' },
    { "zero", 0, '{"N":"0"}' },
    { "an integer", -42, '{"N":"-42"}' },
    { "a million millions", 1e12, '{"N":"1000000000000"}' },
    { "2^53", 2 ^ 53, '{"N":"9007199254740992"}' },
    { "a tenth", 0.1, '{"N":"0.1"}' },
    { "a third", 1 / 3, '{"N":"0.3333333333333333"}' },
    { "a large number", 1e100, '{"N":"1e+100"}' },
    { "a small number", 1.5e-100, '{"N":"1.5e-100"}' },
    { "an empty table", {}, '{"M":{}}' },
    { "an empty array", json.array {}, '{"L":[]}' },
    { "a list", { 1, "a" }, '{"L":[{"N":"1"},{"S":"a"}]}' },
    { "a map", { a = { b = true } }, '{"M":{"a":{"M":{"b":{"BOOL":true}}}}}' },
    { "a map with digits as names", { ["1"] = "a" }, '{"M":{"1":{"S":"a"}}}' },
    { "binary", binary "\0\1\255", '{"B":"AAH/"}' },
    { "empty binary", binary "", '{"B":""}' },
    { "a set of strings", set { "a", "b" }, '{"SS":["a","b"]}' },
    { "a set of numbers", set { 1, 2.5 }, '{"NS":["1","2.5"]}' },
    { "a set of binary", set { binary "a" }, '{"BS":["YQ=="]}' },
    { "sets in lists", { set { "a" } }, '{"L":[{"SS":["a"]}]}' },
    { "32 levels", nested(32), ('{"M":{"v":'):rep(31) .. '{"M":{}}' .. ("}}"):rep(31) },
  }
  for _, case in ipairs(cases) do
    local name, value, text = case[1], case[2], case[3]
    it(name, function()
      assert.equal(text, json.encode(assert(write(value))))
      assert.equal(text, json.encode(assert(write(read(json.decode(text)))))) -- what was read keeps its type
      assert.same(value, read(json.decode(text)))
    end)
  end

  it("with exact digits", function()
    local value = number "12345678901234567890.5"
    assert.equal('{"N":"12345678901234567890.5"}', json.encode(write(value)))
    local back = read({ N = "12345678901234567890.5" }, "exact")
    assert.equal(value, back)
    assert.equal("12345678901234567890.5", tostring(back))
    assert.equal('{"NS":["1","2.50"]}', json.encode(write(read({ NS = { "1", "2.50" } }, "exact"))))
  end)

  it("takes exact digits only where they matter, for what is written again", function()
    assert.equal(1.5, read({ N = "1.5" }, "lossless"))
    assert.equal(number "9007199254740993", read({ N = "9007199254740993" }, "lossless"))
    assert.equal(number "1.50", read({ N = "1.50" }, "lossless"))
  end)

  it("minus zero is zero", function() assert.equal("0", write(-0).N) end)
end)

describe("a value that cannot be written", function()
  local loop = {}
  loop.loop = loop
  local cases = {
    { "NaN", 0 / 0, "Item.v: DynamoDB has no NaN" },
    { "infinity", { a = { 1, -1 / 0 } }, "Item.v.a[2]: DynamoDB has no infinity" },
    { "too large", 1e126, "Item.v: 1e+126 is beyond DynamoDB's numbers, 1E-130 to 9.99E+125" },
    { "too small", 1e-131, "Item.v: 1e-131 is beyond DynamoDB's numbers" },
    { "a function", print, "Item.v: DynamoDB cannot keep a function" },
    { "a 64-bit integer", 1LL, "Item.v: DynamoDB cannot keep a cdata" },
    { "a list with a hole", { 1, nil, 3 }, "Item.v[2]: a list must have the keys 1..n without holes, and no others" },
    { "a list with a name", { 1, a = 2 }, "Item.v[2]: a list must have the keys" },
    { "a map with a number", { [5] = 2 }, "Item.v[5]: the names in a map must be strings, got number" },
    { "an odd name", { ["a b"] = print }, 'Item.v["a b"]: DynamoDB cannot keep a function' },
    { "33 levels", nested(33), ("Item.v" .. (".v"):rep(32) .. ": more than 32 levels of lists and maps") },
    { "a cycle", loop, ": more than 32 levels of lists and maps" },
    { "a set that was emptied", setmetatable({}, getmetatable(set { 1 })), "Item.v: DynamoDB has no empty set" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local wire, why = write(case[2])
      assert.is_nil(wire)
      assert.truthy(why:find(case[3], 1, true), why)
    end)
  end

  it("an item that is none", function()
    local _, why = marshal.write(ITEM, { Item = "x" })
    assert.equal("Item: must be a table of attributes, got a string", why)
  end)
end)

describe("an attribute value that is none", function()
  local cases = {
    { "a string", "x", "an attribute value that is none" }, { "nothing", {}, "an attribute value that is none" },
    { "two", { S = "a", N = "1" }, "an attribute value that is none" },
    { "an unknown type", { X = "a" }, "an attribute value that is none" },
    { "a string that is none", { S = 1 }, "S holds a number instead of a string" },
    { "a number as such", { N = 1 }, "N holds a number instead of a string" },
    { "a number that is none", { N = "0x10" }, 'N: "0x10" is not a decimal number' },
    { "no base64", { B = "?" }, "B: " }, { "a list that is none", { L = "x" }, "L holds a string instead of a list" },
    { "an object as a list", { L = { x = { S = "a" } } }, "L holds an object instead of a list" },
    { "a list as a map", { M = json.array {} }, "M holds a list instead of an object" },
    { "a map as a set", { SS = { a = "b" } }, "SS holds an object instead of a list" },
    { "null as a string", { S = json.null }, "S holds null instead of a string" },
    { "an empty set", { SS = json.array {} }, "DynamoDB has no empty set" }, { "a truth that is none", { BOOL = "x" }, "BOOL holds" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local plain, why = read(case[2])
      assert.is_nil(plain)
      assert.truthy(why:find(case[3], 1, true), why)
    end)
  end
end)

describe("an answer of the wrong shape", function()
  local cases = {
    { "GetItem", "[]", "the answer: must be a table with names as keys, got a list" },
    { "GetItem", '{"Item":[{"S":"a"}]}', "Item: must be a table of attributes, got a list" },
    { "GetItem", '{"Item":null}', "Item: must be a table of attributes, got null" },
    { "GetItem", '{"Item":{"a":{"L":{"x":{"S":"a"}}}}}', "Item.a: L holds an object instead of a list" },
    { "GetItem", '{"Item":{"a":{"L":[{"M":[]}]}}}', "Item.a: M holds a list instead of an object" },
    { "Query", '{"Items":{"a":{}}}', "Items: must be a list, got an object" },
    { "Query", '{"Items":[{},7]}', "Items[2]: must be a table of attributes, got a number" },
    { "BatchGetItem", '{"Responses":{"users":{"a":{}}}}', "Responses.users: must be a list, got an object" },
  }
  for _, case in ipairs(cases) do
    it(case[2], function()
      assert.same({ nil, case[3] }, { marshal.read(shapes.answer(case[1]), json.decode(case[2])) })
    end)
  end
end)

describe("dynamodb.number", function()
  for _, text in ipairs { "0", "-0", "1", "+1.5", ".5", "5.", "1e5", "1E-130", "9.9E+125", "0.000e500", ("9"):rep(38),
    ("0"):rep(50) .. "1", "1" .. ("0"):rep(125), "0." .. ("0"):rep(129) .. "1" } do
    it("takes " .. text:sub(1, 20), function() assert.equal(text, number(text).digits) end)
  end
  local refused = {
    { "", "is not a decimal number" }, { ".", "is not a decimal number" }, { "1e", "is not a decimal number" },
    { "1.2.3", "is not a decimal number" }, { "0x1", "is not a decimal number" }, { " 1", "is not a decimal number" },
    { "nan", "is not a decimal number" }, { "1e5x", "is not a decimal number" }, { ("9"):rep(39), "at most 38 digits" },
    { "1e126", "is beyond" }, { "1e-131", "is beyond" }, { 0 / 0, "no NaN" }, { true, "must be a string or a number" },
  }
  for _, case in ipairs(refused) do
    it("refuses " .. tostring(case[1]):sub(1, 20), function()
      local ok, why = pcall(function() return number(case[1]), 1 end)
      assert.equal(false, ok)
      assert.matches("dynamodb_spec.lua:%d+: dynamodb.number: ", why)
      assert.truthy(why:find(case[2], 1, true), why)
    end)
  end
  it("takes a Lua number", function() assert.equal("0.1", tostring(number(0.1))) end)
end)

describe("dynamodb.set", function()
  it("is a list that knows its elements", function()
    local tags = set { "a", "b", "a" }
    assert.equal(2, #tags)
    assert.equal(true, tags:has "b")
    assert.equal(false, tags:has "c")
    assert.equal(false, tags:has(1))
    assert.equal(true, set { 1, 2 }:has(2))
    assert.equal(true, set { number "2", 1 }:has(2))
    assert.equal(true, set { binary "x" }:has(binary "x"))
  end)
  local refused = {
    { {}, "DynamoDB has no empty set: leave the attribute out" }, { { 1, "a" }, "must have one type" },
    { { true }, "element 1 of a set must be a string, a number or binary, got boolean" },
    { { 1, 0 / 0 }, "element 2 of a set must be" }, { "a", "elements must be a list (keys 1..n), got string" },
    { { "a", nil, "b" }, "elements must be a list (keys 1..n), got a table with nothing at 2" },
    { { a = true }, 'elements must be a list (keys 1..n), got a table with the key "a"' },
  }
  for _, case in ipairs(refused) do
    it("refuses: " .. case[2], function()
      local ok, why = pcall(function() return set(case[1]), 1 end)
      assert.equal(false, ok)
      assert.matches("dynamodb_spec.lua:%d+: dynamodb.set: ", why)
      assert.truthy(why:find(case[2], 1, true), why)
    end)
  end
end)
