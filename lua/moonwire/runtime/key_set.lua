-- key_set.lua: the key sets that issuers publish. One for each URL in the process, whoever asks for it: read when it is
-- first needed, kept as long as somebody holds it, and read again when it is old or when a token names a key that is not in it.
local core = require "moonwire.core.jwt"
local http = require "moonwire.http"
local task = require "moonwire.core.task"

local key_set = {}

-- Seconds. A key that its issuer has withdrawn is refused after FRESH at the latest. While the issuer cannot be reached the
-- old set serves up to USABLE: tokens live about an hour, so that what was signed before is over by then, and nobody can
-- expect new ones. A token with an unknown key costs one request a minute (UNKNOWN), whoever sends how many of them.
local FRESH, USABLE, UNKNOWN, RETRY = 600, 3600, 60, 5

-- So that a function with Lambda's default timeout, 3 seconds, still learns that its issuer does not answer.
local TIMEOUT_MS, CONNECT_TIMEOUT_MS = 2500, 2000

--- @class moonwire.KeySet
--- @field url string
--- @field keys? userdata the set that was read last
--- @field read_at? number when that was
--- @field tried_at? number when the last attempt ended
--- @field message? string why the last attempt failed, and ...
--- @field code? string ... its code
--- @field fetcher? userdata the task that reads it now, unless it has ended
--- @field waiters table<userdata, boolean> tasks that wait for that one

-- Holds nothing: verifiers do, and what nobody verifies with goes.
--- @type table<string, moonwire.KeySet>
local sets = setmetatable({}, { __mode = "v" })

--- The key set of a URL, the same for all who ask while one of them holds it.
--- @return moonwire.KeySet
function key_set.of(url)
  local set = sets[url] or { url = url, waiters = {} }
  sets[url] = set
  return set
end

--- How many sets there are now.
--- @return integer
function key_set.count()
  local count = 0
  for _ in pairs(sets) do count = count + 1 end
  return count
end

-- Seconds since then; for ever, when it never was or the clock has been set back.
local function age(moment)
  local seconds = moment and os.time() - moment or -1
  return seconds >= 0 and seconds or math.huge
end

local function is_being_read(set)
  return set.fetcher and task.alive(set.fetcher)
end

-- Returns when no other living task reads the set. A task that is cancelled in the middle wakes those that wait for it, too:
-- then the first of them reads.
local function wait_for_other_task(set)
  local me = task.current()
  while is_being_read(set) and set.fetcher ~= me do
    set.waiters[me] = true
    task.park(set.fetcher)
  end
end

local function wake_waiters(set)
  local waiters = set.waiters
  set.waiters = {}
  for waiter in pairs(waiters) do task.wake(waiter) end
end

-- The codes of http.request that tell a caller something; whatever else is wrong is the issuer's fault.
local CODES = { network = "network", timeout = "timeout", bad_request = "bad_request" }

-- keys | nil, message, code
local function fetch(set)
  local response, message, code = http.request {
    url = set.url, headers = { Accept = "application/json" }, max_body = core.key_set_bytes, timeout_ms = TIMEOUT_MS,
    connect_timeout_ms = CONNECT_TIMEOUT_MS,
  }
  local keys
  if not response then
    message = message:gsub("^http%.request: ", "")
  elseif response.status ~= 200 then
    message = "HTTP " .. response.status
  else
    keys, message = core.keys(response.body)
  end
  if keys then return keys end
  return nil, ("the key set %s cannot be read: %s"):format(set.url:match("^[^?]*"), message), CODES[code] or "server"
end

-- Reads the set, unless somebody did or tried to within the last `pause` seconds.
local function renew(set, pause)
  wait_for_other_task(set)
  if age(set.tried_at) < pause then return end
  set.fetcher = task.current()
  local ok, keys, message, code = pcall(fetch, set)
  set.fetcher = nil
  if ok then
    set.tried_at, set.message, set.code = os.time(), message, code
    if keys then set.keys, set.read_at, set.message = keys, set.tried_at, nil end
  end
  wake_waiters(set)
  if not ok then error(keys, 0) end
end

--- The keys, read when they are missing or old. While one task reads them anew, others go on with the old ones.
--- @param set moonwire.KeySet
--- @return userdata? keys
--- @return string? message
--- @return string? code
function key_set.get(set)
  local old = age(set.read_at)
  if old >= FRESH and not (old < USABLE and is_being_read(set)) then renew(set, RETRY) end
  if age(set.read_at) < USABLE then return set.keys end
  return nil, set.message, set.code
end

--- For a token whose key is not in `keys`: other keys, if the issuer has published some since.
--- @param set moonwire.KeySet
--- @param keys userdata
--- @return userdata? keys nil when there are no others
--- @return string? message why they could not be read
function key_set.newer(set, keys)
  if set.keys == keys then renew(set, UNKNOWN) end
  if set.keys ~= keys then return set.keys end
  return nil, set.message
end

return key_set
