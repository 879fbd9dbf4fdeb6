local json = require "moonwire.json"

--- The message of a call that must raise, without its position.
local function message_of(fn, ...)
  local ok, message = pcall(fn, ...)
  assert.equal(false, ok)
  return (message:gsub("^.-:%d+: ", ""))
end

describe("json.decode", function()
  it("keeps null, lists and objects apart", function()
    local v = json.decode '{"none":null,"list":[],"object":{},"deep":[[null]]}'
    assert.equal(json.null, v.none)
    assert.equal(json.null, v.deep[1][1])
    assert.equal('[]', json.encode(v.list))
    assert.equal('{}', json.encode(v.object))
  end)

  it("returns nil and a message that names the place", function()
    local value, message = json.decode '{"a":}'
    assert.equal(nil, value)
    assert.equal("line 1, column 6 (byte 5): expected a value, found '}'", message)
  end)

  it("is a value to itself: false and null are no failures", function()
    assert.equal(false, (json.decode "false"))
    assert.equal(json.null, (json.decode "null"))
  end)

  it("lets the last of two equal names win, and tells letter cases apart", function()
    assert.same({ a = 3, A = 2 }, json.decode '{"a":1,"A":2,"a":3}')
  end)

  it("takes an escape of a client whole that is half a character", function()
    local text = [[{"text":"\ud83d"}]]
    assert.equal("\237\160\189", json.decode(text).text)
    assert.equal(text, json.encode(json.decode(text)))
  end)

  it("raises when it is not given a string", function()
    assert.equal("json.decode: s must be a string, got nil", message_of(json.decode, nil))
    assert.equal("json.decode: s must be a string, got number", message_of(json.decode, 12))
    assert.equal("json.decode: s must be a string, got no value", message_of(json.decode))
  end)
end)

describe("json.encode", function()
  it("writes what decode reads", function()
    for _, text in ipairs {
      'null', 'true', '-0', '0.1', '9007199254740992', '"\\u0000"', '[]', '{}', '[[],{}]', '{"a":[1,"2",{"b":null}]}',
    } do
      assert.equal(text, json.encode(json.decode(text)))
    end
  end)

  it("keeps every byte of a string", function()
    local bytes = {}
    for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
    for i = 255, 0, -1 do bytes[#bytes + 1] = string.char(i) end
    local all = table.concat(bytes)
    assert.equal(all, json.decode(json.encode(all)))
    assert.equal(all, next(json.decode(json.encode { [all] = true })))
  end)

  it("keeps strings of 128 KB and of 6 MB", function()
    for _, size in ipairs { 128 * 1024, 6 * 1024 * 1024 } do
      local text = ("x"):rep(size - 1) .. "\0"
      assert.equal(text, json.decode(json.encode { body = text }).body)
    end
  end)

  it("writes lists as arrays, tables with names as objects, nil as null", function()
    assert.equal('[1,2,[3]]', json.encode { 1, 2, { 3 } })
    assert.equal('{"1":1}', json.encode { ["1"] = 1 })
    assert.equal('null', json.encode(nil))
  end)

  it("runs no metamethod", function()
    local v = setmetatable({ a = 1 }, { __index = function() error "called" end, __pairs = error, __len = error })
    assert.equal('{"a":1}', json.encode(v))
  end)

  it("raises at the caller, with the place in the value", function()
    local cycle = { inner = {} }
    cycle.inner.up = cycle
    for wanted, value in pairs {
      ["json.encode: $: cannot encode a function"] = print,
      ["json.encode: $.players[2].score: cannot encode a function"] = { players = { {}, { score = print } } },
      ["json.encode: $[1]: cannot encode NaN"] = { 0 / 0 },
      ["json.encode: $.x: cannot encode infinity"] = { x = -1 / 0 },
      ["json.encode: $.inner.up: cannot encode a cycle: this is $ again"] = cycle,
      ['json.encode: $: cannot encode a list with the key "x"'] = { 1, x = 2 },
    } do
      assert.equal(wanted, message_of(json.encode, value))
    end
    local _, message = pcall(function() local text = json.encode(print) return text end)
    assert.truthy(message:find "json_spec.lua:%d+: json.encode: ")
    assert.equal("json.encode: a value is missing", message_of(json.encode))
  end)

  it("goes on after an error", function()
    pcall(json.encode, { "some text", print })
    assert.equal('[1]', json.encode { 1 })
  end)
end)

describe("json.array", function()
  it("makes an empty list an array, now and later", function()
    local list = json.array {}
    assert.equal('[]', json.encode(list))
    list[1] = "a"
    assert.equal('["a"]', json.encode(list))
    list[1] = nil
    assert.equal('[]', json.encode(list))
  end)

  it("returns the table it was given, or a new one", function()
    local list = { 1 }
    assert.equal(list, json.array(list))
    assert.equal(list, json.array(list))
    assert.equal('[]', json.encode(json.array()))
  end)

  it("refuses what it cannot mark", function()
    assert.equal("json.array: t must be a table, got string", message_of(json.array, "x"))
    assert.equal("json.array: t must be a table, got nil", message_of(json.array, nil))
    assert.equal("json.array: t must be a table without a metatable", message_of(json.array, setmetatable({}, {})))
  end)
end)
