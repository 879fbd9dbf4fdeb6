local show = require "moonwire.cli.ctl_show"

describe("ctl_show", function()
  it("tells times in the unit that fits", function()
    for _, case in ipairs {
      { 0, "0 ms" }, { -5, "0 ms" }, { 999, "999 ms" }, { 1000, "1 s" }, { 59999, "59 s" }, { 60000, "1 min" }, { 3599999, "59 min" },
      { 3600000, "1 h 0 min" }, { 6000000, "1 h 40 min" },
    } do
      assert.equal(case[2], show.time(case[1]))
    end
  end)

  it("lists connections in columns, without control characters", function()
    local lines = show.connections {
      connections = {
        { connectionId = "BFaT_fALIAMCKug=", ageMs = 5000, idleMs = 10, state = "open", waitingBytes = 0, lastRoute = "a\27[2J", lastAction = "b" },
        { connectionId = "AAAAAAAAAAAAAAA=", ageMs = 700000, idleMs = 700000, state = "closing", waitingBytes = 12 },
      },
    }
    assert.same({
      "ID                AGE     IDLE    STATE                   LAST ROUTE",
      "BFaT_fALIAMCKug=  5 s     10 ms   open                    a?[2J b",
      "AAAAAAAAAAAAAAA=  11 min  11 min  closing, 12 bytes wait  -",
    }, lines)
    assert.same({ "no connections" }, show.connections { connections = {} })
  end)

  it("says what one and what many mean", function()
    assert.equal("the next post gets 410", show.posts(1, 410))
    assert.equal("the next 2 posts to x get 429", show.posts(2, 429, "x"))
    assert.equal("no post gets 410 any more", show.posts(0, 410))
    assert.equal("the next connection ends without $disconnect", show.ends(1))
    assert.equal("$disconnect runs again", show.ends(0))
    assert.same({ "calls of @connections are carried out 5 to 7 ms later" }, show.latency(false, 5, 2))
  end)
end)
