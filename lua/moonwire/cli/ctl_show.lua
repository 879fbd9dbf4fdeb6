-- ctl_show.lua: what `moonwire ctl` says to people: lists of lines, from the answers of the control port.
local json = require "moonwire.json"

local show = {}

--- A time: "850 ms", "12 s", "3 min", "1 h 40 min".
--- @param ms number
--- @return string
function show.time(ms)
  local seconds = math.floor(ms / 1000)
  local minutes = math.floor(seconds / 60)
  if ms < 1000 then return ("%d ms"):format(math.max(ms, 0)) end
  if seconds < 60 then return ("%d s"):format(seconds) end
  if minutes < 60 then return ("%d min"):format(minutes) end
  return ("%d h %d min"):format(math.floor(minutes / 60), minutes % 60)
end

-- Columns as wide as what is in them, two blanks between.
local function columns(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, #cell) end
  end
  for i, row in ipairs(rows) do
    local cells = {}
    for k, cell in ipairs(row) do cells[k] = cell .. (" "):rep(widths[k] - #cell) end
    lines[i] = (table.concat(cells, "  "):gsub("%s+$", ""))
  end
  return lines
end

-- A route's key is a developer's text: no control characters reach the terminal.
local function plain(text)
  return (text:gsub("%c", "?"))
end

--- @param answer table that of GET /_control/connections
--- @return string[]
function show.connections(answer)
  local rows = { { "ID", "AGE", "IDLE", "STATE", "LAST ROUTE" } }
  for _, c in ipairs(answer.connections) do
    local state = c.state .. (c.waitingBytes > 0 and (", %d bytes wait"):format(c.waitingBytes) or "")
    table.insert(rows, { c.connectionId, show.time(c.ageMs), show.time(c.idleMs), state, plain(c.lastAction and c.lastRoute .. " " .. c.lastAction or c.lastRoute or "-") })
  end
  if not rows[2] then return { "no connections" } end
  return columns(rows)
end

--- What is said of delays; false for a hop that is not meant.
--- @param invoke number|false milliseconds
--- @param send number|false
--- @param jitter number
--- @return string[]
function show.latency(invoke, send, jitter)
  local lines = {}
  local function add(ms, format)
    local time = jitter > 0 and ("%d to %d"):format(ms, ms + jitter) or ("%d"):format(ms)
    table.insert(lines, format:format(time))
  end
  if invoke then add(invoke, "invocations begin %s ms later") end
  if send then add(send, "calls of @connections are carried out %s ms later") end
  return lines
end

--- What is said of the next posts.
--- @param count integer 0: the fault is off
--- @param status integer
--- @param id? string of the connection that is meant
--- @return string
function show.posts(count, status, id)
  local whom = id and " to " .. id or ""
  if count == 0 then return ("no post%s gets %d any more"):format(whom, status) end
  if count == 1 then return ("the next post%s gets %d"):format(whom, status) end
  return ("the next %d posts%s get %d"):format(count, whom, status)
end

--- What is said of the next connections that end.
--- @param count integer 0: the fault is off
--- @return string
function show.ends(count)
  if count == 0 then return "$disconnect runs again" end
  if count == 1 then return "the next connection ends without $disconnect" end
  return ("the next %d connections end without $disconnect"):format(count)
end

local function add_posts(lines, of, id)
  if of.throttle > 0 then table.insert(lines, show.posts(of.throttle, 429, id)) end
  if of.gone > 0 then table.insert(lines, show.posts(of.gone, 410, id)) end
end

--- @param answer table that of GET /_control/faults
--- @return string[]
function show.faults(answer)
  local lines = {}
  add_posts(lines, answer)
  if answer.noDisconnect > 0 then table.insert(lines, show.ends(answer.noDisconnect)) end
  for _, hop in ipairs { "invoke", "send" } do
    local delay = answer.latency[hop]
    local on = delay.ms + delay.jitterMs > 0 and delay.ms
    for _, line in ipairs(show.latency(hop == "invoke" and on, hop == "send" and on, delay.jitterMs)) do table.insert(lines, line) end
  end
  for _, c in ipairs(answer.connections) do
    add_posts(lines, c, c.connectionId)
    if c.bytesPerSecond ~= json.null then table.insert(lines, ("%s reads %d bytes a second"):format(c.connectionId, c.bytesPerSecond)) end
  end
  if not lines[1] then return { "no faults are set" } end
  return lines
end

return show
