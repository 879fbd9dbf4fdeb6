-- Tasks and who waits for them.
local async = require "moonwire.async"
local task = require "moonwire.core.task"

local function forever() async.sleep(1e9) end

-- Returns once condition() holds.
local function reach(condition)
  repeat async.sleep(0) until condition()
end

describe("waiting for a task that is cancelled", function()
  -- Cancels through `cancel(handle)` while another task waits for the handle.
  local function check(start, cancel)
    local handle = start()
    local waits, ok, message = false, nil, nil
    local waiter = async.spawn(function() waits = true ok, message = pcall(handle.wait, handle) end)
    reach(function() return waits end)
    cancel(handle)
    waiter:wait()
    assert.equal(ok, false)
    assert.truthy(message:find("the task was cancelled", 1, true))
  end

  it("raises", function()
    check(function() return async.spawn(forever) end, function(handle) handle:cancel() end)
  end)

  it("raises when it was cancelled because of its parent", function()
    local outer
    check(function()
      local inner
      outer = async.spawn(function() inner = async.spawn(forever) forever() end)
      reach(function() return inner end)
      return inner
    end, function() outer:cancel() end)
  end)

  it("raises when it lost a race", function()
    local finish
    check(function()
      local inner
      async.spawn(function()
        async.race {
          function() inner = async.spawn(forever) forever() end,
          function() reach(function() return finish end) end,
        }
      end)
      reach(function() return inner end)
      return inner
    end, function() finish = true end)
  end)
end)

describe("several tasks that wait for one", function()
  local function start_waiters(handle, log)
    local waiters = {}
    for i = 1, 3 do
      waiters[i] = async.spawn(function()
        log[i] = "waits"
        log[i] = handle:wait()
      end)
    end
    reach(function() return log[3] == "waits" end)
    return waiters
  end

  it("all go on, and those that were cancelled do not", function()
    local go, log = false, {}
    local handle = async.spawn(function() reach(function() return go end) return "done" end)
    local waiters = start_waiters(handle, log)
    waiters[2]:cancel()
    go = true
    waiters[1]:wait()
    waiters[3]:wait()
    assert.same(log, { "done", "waits", "done" })
  end)

  it("all can be cancelled between the end and their turn", function()
    local log, waiters = {}, nil
    local handle = async.spawn(function()
      reach(function() return waiters end)
      for _, waiter in ipairs(waiters) do waiter:cancel() end
      return "done"
    end)
    waiters = start_waiters(handle, log)
    assert.equal(handle:wait(), "done")
    async.sleep(0)
    assert.same(log, { "waits", "waits", "waits" })
  end)
end)

describe("a finalizer", function()
  -- While the answer of a request is handed over, no task runs, but memory is asked for, and with it the collector.
  it("cannot cancel the task whose answer is being handed over", function()
    local http = require "moonwire.http"
    local current, refused = nil, 0
    local function leave_garbage()
      getmetatable(newproxy(true)).__gc = function()
        local ok = pcall(function() current:cancel() end)
        refused = refused + (ok and 0 or 1)
      end
    end
    local pause, rounds = collectgarbage("setpause", 1), 0
    while rounds < 300 or (refused == 0 and rounds < 20000) do -- when the collector works is not ours to say
      rounds = rounds + 1
      for _ = 1, 10 do leave_garbage() end
      current = async.spawn(function() return http.request { url = "http://127.0.0.1:1/" } end)
      pcall(current.wait, current) -- a finalizer that runs within this task may well have cancelled it
    end
    collectgarbage("setpause", pause)
    assert.truthy(refused > 0)
  end)
end)
