-- Spies, stubs, mocks and matchers.

local function fails_with(pattern, fn)
  local ok, message = pcall(fn)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

local function plus(a, b)
  return a + b
end

describe("spy", function()
  it("calls the function and knows how", function()
    local s = spy.new(plus)
    assert.equal(3, s(1, 2))
    assert.equal(7, s(3, 4))
    assert.spy(s).was.called()
    assert.spy(s).was_called(2)
    assert.spy(s).was.called_with(1, 2)
    assert.spy(s).was_called_with(match._, match.is_number())
    assert.spy(s).was_not.called_with(1)
    assert.spy(s).was.returned_with(7)
    assert.spy(s).was.called_at_least(2)
    assert.spy(s).was.called_at_most(2)
    assert.spy(s).was.called_more_than(1)
    assert.spy(s).was.called_less_than(3)
    fails_with("expected a call with %(9%), got:\n  %(1, 2%)\n  %(3, 4%)", function() assert.spy(s).was.called_with(9) end)
    fails_with("exactly 3, got 2", function() assert.spy(s).was.called(3) end)
    fails_with("expected no call, got 2", function() assert.spy(s).was_not_called() end)
    s:clear()
    assert.spy(s).was.not_called()
  end)

  it("keeps tables as they were at the call", function()
    local s, t = spy.new(), { 1 }
    s(t)
    t[1] = 2
    assert.spy(s).was.called_with { 1 }
    assert.spy(s).was.called_with(t)
    assert.spy(s).was_not.called_with { 3 }
  end)

  it("tells what it cannot do", function()
    fails_with("there is no function x, but a nil", function() spy.on({}, "x") end)
    fails_with("assert.spy wants a spy or a stub, got a function", function() assert.spy(print).was.called() end)
    fails_with("wants a spy", function() assert.was.called() end)
  end)

  local target = { add = plus }

  it("stands in a table ...", function()
    local s = spy.on(target, "add")
    assert.equal(3, target.add(1, 2))
    assert.spy(target.add).was.called(1)
    s:revert()
    assert.equal(plus, target.add)
    spy.on(target, "add")
    stub(target, "add")
  end)

  it("... until the spec ends", function()
    assert.equal(plus, target.add)
  end)

  describe("in setup", function()
    setup(function() stub(target, "add", 42) end)
    it("stays ...", function() assert.equal(42, target.add(1, 1)) end)
    it("... for all specs of the block", function() assert.equal(42, target.add(1, 1)) end)
  end)

  it("... and no longer", function()
    assert.equal(plus, target.add)
    local snapshot = assert:snapshot()
    stub(target, "add")
    snapshot:revert()
    assert.equal(plus, target.add)
  end)
end)

describe("stub", function()
  it("answers as it is told", function()
    local t = { f = plus }
    local s = stub(t, "f")
    assert.is_nil(t.f(1, 2))
    s.returns(1, 2)
    assert.same({ 1, 2 }, { t.f() })
    s.on_call_with(5, match._).returns "five"
    s.on_call_with({ a = 1 }).invokes(function(x) return x.a + 1 end)
    s.by_default.invokes(function() return "other" end)
    assert.same({ "five", 2, "other" }, { t.f(5, 6), t.f { a = 1 }, (t.f(6)) })
    assert.stub(s).was.called(5)
    assert.equal("alone", stub.new(nil, nil, "alone")())
    assert.equal(4, stub.new(t, "f", function(x) return x * 2 end) and t.f(2))
  end)
end)

describe("mock", function()
  it("puts spies before everything", function()
    local t = { f = plus, inner = { g = function() return "g" end }, v = 1 }
    t.inner.outer = t
    assert.equal(t, mock(t))
    assert.same({ 3, "g" }, { t.f(1, 2), t.inner.g() })
    assert.spy(t.inner.g).was.called(1)
    mock.clear(t)
    assert.spy(t.inner.g).was_not.called()
    mock.revert(t)
    assert.equal(plus, t.f)
    mock(t, true)
    assert.is_nil(t.f(1, 2))
  end)
end)

describe("match", function()
  it("stands for values in assert.same", function()
    assert.same({ id = match.is_string(), at = match.is_near(10, 1), list = match._, n = match.is_not_nil() },
      { id = "x", at = 10.5, list = {}, n = 0 })
    fails_with("%.id: expected match.is_string, got 1", function() assert.same({ id = match.is_string() }, { id = 1 }) end)
    assert.same({ match.matches "^a", match.is_same { 1 } }, { "ab", { 1 } })
    fails_with("match has no \"is_fly\"", function() return match.is_fly end)
  end)

  it("is what specs for busted require", function()
    assert.equal(match, require "luassert.match")
    assert.equal(spy, require "luassert.spy")
    assert.equal(assert, require "luassert")
  end)
end)
