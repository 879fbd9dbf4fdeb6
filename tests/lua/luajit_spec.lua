-- The build changes one thing in LuaJIT (tools/build-libraries, count_hook_checks): without it these loops never end.
describe("a compiled loop over pairs", function()
  local function sum(t)
    local count, total = 0, 0
    for _, value in pairs(t) do count, total = count + 1, total + value end
    return count, total
  end

  it("sees every key once, whatever the size and shape of the table", function()
    for _ = 1, 300 do
      for size = 0, 12 do
        local t, want = {}, 0
        for i = 1, size do
          t[i % 3 == 0 and i or "k" .. i] = i
          want = want + i
        end
        local count, total = sum(t)
        assert.equal(size, count)
        assert.equal(want, total)
      end
    end
  end)

  it("can be left early", function()
    for _ = 1, 300 do
      local found
      for key in pairs { a = 1, b = 2, c = 3 } do
        if key == "b" then
          found = key
          break
        end
      end
      assert.equal("b", found)
    end
  end)

  it("is stopped by a count hook", function()
    local t = {}
    for i = 1, 1000 do t["k" .. i] = i end
    local hits = 0
    debug.sethook(function()
      hits = hits + 1
      if hits > 100 then error("stopped", 0) end
    end, "", 1000)
    local ok, message = pcall(function()
      while true do sum(t) end
    end)
    debug.sethook()
    assert.equal(false, ok)
    assert.equal("stopped", message)
  end)
end)
