-- The assertions of specs: what holds, what does not, and what a failure says.
local json = require "moonwire.json"

-- The message of an assertion that must fail, without its place.
local function message_of(fn)
  local ok, message = pcall(fn)
  if ok then error("it holds", 2) end
  return (message:gsub("^[^\n:]+:%d+: ", ""))
end

-- name, arguments that hold, arguments that do not
local CASES = {
  { "equal", { 1, 1 }, { 1, 2 } }, { "equals", { "a", "a" }, { "a", "b" } }, { "are_equal", { 1, 1 }, { 1, "1" } },
  { "same", { { 1, { a = 2 } }, { 1, { a = 2 } } }, { { 1 }, { 1, 2 } } }, { "are_same", { {}, {} }, { {}, { false } } },
  { "is_true", { true }, { 1 } }, { "is_false", { false }, { nil } }, { "is_nil", { nil }, { false } }, { "truthy", { 0 }, { false } },
  { "falsy", { nil }, { "" } }, { "is_string", { "" }, { 1 } }, { "is_number", { 1 }, { "1" } }, { "is_boolean", { false }, { 0 } },
  { "is_table", { {} }, { "x" } }, { "is_function", { print }, { {} } }, { "is_thread", { coroutine.create(print) }, { print } },
  { "is_userdata", { json.null }, { {} } }, { "near", { 1, 1.05, 0.1 }, { 1, 2, 0.1 } }, { "matches", { "^a%d$", "a1" }, { "^b", "ab" } },
  { "match", { "1", 314 }, { "a", nil } }, { "unique", { { 1, 2 } }, { { 1, 1 } } }, { "has_error", { error }, { function() end } },
  { "error_matches", { function() error "a1" end, "a%d" }, { function() error "a" end, "a%d" } },
  { "matches", { ".", "a.b", 1, true }, { ".", "ab", 1, true } },
}

describe("assert", function()
  for _, case in ipairs(CASES) do
    local name, right, wrong = unpack(case)
    it(name .. ", and not", function()
      assert[name](unpack(right, 1, 4))
      message_of(function() assert[name](unpack(wrong, 1, 4)) end)
      assert["not_" .. name:gsub("^%a+_(%a+)$", name:find "^error" and "error_%1" or "%1")](unpack(wrong, 1, 4))
      message_of(function() assert.is_not[name](unpack(right, 1, 4)) end)
    end)
  end

  it("has chains", function()
    assert.is.equal(1, 1)
    assert.are.same({}, {})
    assert.are_not.equal({}, {})
    assert.is_not_nil(1)
    assert.is.Not.Nil(1)
    assert.is_not.is_nil(1)
    assert.True(true)
    assert.has.no.errors(function() end)
    assert.has_no_error(function() end)
    assert.does_not.match("a", "b")
    assert.error.matches(function() error "abc" end, "b")
    assert.message("m").is_true(true)
    assert.is.array({ 1, 2 }).has.no.holes()
    assert.array({ 1, nil, 3 }).has.holes(3)
    assert.equal('assert has no "eqaul"', message_of(function() assert.is_eqaul(1, 1) end))
  end)

  it("wants a function to call", function()
    assert.matches("a function is wanted, to be called; got nil", message_of(function() assert.has_error(nil) end))
    assert.matches("a function is wanted", message_of(function() assert.has_no.errors(5) end))
    assert.has_error(setmetatable({}, { __call = function() error "x" end }), "x")
  end)

  it("is callable", function()
    assert.same({ n = 2, 1, "m" }, (function(...) return { n = select("#", ...), ... } end)(assert(1, "m")))
    assert.equal("told", message_of(function() assert(false, "told") end))
  end)

  it("says what it wanted", function()
    assert.equal("expected 1, got 2", message_of(function() assert.equal(1, 2) end))
    assert.equal("why: expected 1, got nil", message_of(function() assert.equal(1, nil, "why") end))
    assert.equal("text: expected true, got 1", message_of(function() assert.message("text").is_true(1) end))
    assert.equal('expected a text that matches "^b", got "a\\n"', message_of(function() assert.matches("^b", "a\n") end))
    assert.equal('expected an error with "x", got { code = 1 }', message_of(function() assert.has_error(function() error { code = 1 } end, "x") end))
    assert.equal("expected anything but { 1 }", message_of(function() assert.are_not.same({ 1 }, { 1 }) end))
    assert.matches("with the same content", message_of(function() assert.equal({}, {}) end))
    assert.equal('expected "\\255", got json.null', message_of(function() assert.equal("\255", json.null) end))
  end)

  it("says where tables differ", function()
    local message = message_of(function()
      assert.same({ a = { 1, 2 }, b = 1, ["x y"] = 0 / 0 }, { a = { 1, 3, 4 }, ["x y"] = 0 / 0, c = true })
    end)
    assert.equal(table.concat({
      "the tables differ in 4 places", "  .a[2]: expected 2, got 3", "  .a[3]: expected nothing, got 4", "  .b: expected 1, got nothing",
      "  .c: expected nothing, got true",
    }, "\n"), message)
    local long = {}
    for i = 1, 30 do long[i] = i end
    assert.matches("differ in 30 places.*and 20 more$", message_of(function() assert.same(long, {}) end))
  end)

  it("compares tables that hold themselves", function()
    local a, b, c = { 1 }, { 1 }, { 2 }
    a.me, b.me, c.me = a, b, c
    assert.same(a, b)
    assert.are_not.same(a, c)
  end)

  it("gives back the error, else its arguments", function()
    local err = { type = "T" }
    assert.equal(err, assert.has_error(function() error(err) end, { type = "T" }))
    assert.equal(7, (assert.is_number(7)))
  end)

  it("names the place of the spec", function()
    local _, message = pcall(function() assert.equal(1, 2) end)
    assert.matches("^[^\n]*test_assert_spec%.lua:%d+: expected", message)
  end)

  it("can be extended", function()
    assert:register("assertion", "multiple_of", function(_, args) return args[1] % args[2] == 0 end, "%s is no multiple of %s", "%s is a multiple of %s")
    assert.is_multiple_of(6, 3)
    assert.is_not.multiple_of(7, 3)
    assert.equal("7 is no multiple of 3", message_of(function() assert.multiple_of(7, 3) end))
    assert.equal("6 is a multiple of 3", message_of(function() assert.is_not.multiple_of(6, 3) end))
  end)
end)
