-- backlog.lua: a queue of jobs that is worked off in parts; what a part leaves undone comes again after a pause.
local random = require "moonwire.runtime.random"
local task = require "moonwire.core.task"

local backlog = {}

--- @class moonwire.dynamodb.Job
--- @field table string
--- @field wire table a request to write, or a key
--- @field options? table of its table

local PAUSE_MS, PAUSE_MAX_MS = 50, 20000
local TRIES = 10 -- in a row that get nothing done
local MARGIN_MS = 300 -- before the end of the invocation: time for one more call, and to tell what is left

--- The jobs of lists by table.
--- @param lists table<string, table[]>
--- @param options? table<string, table> by table
--- @return moonwire.dynamodb.Job[]
function backlog.jobs(lists, options)
  local jobs = {}
  for name, list in pairs(lists) do
    for _, wire in ipairs(list) do
      jobs[#jobs + 1] = { table = name, wire = wire, options = options and options[name] }
    end
  end
  return jobs
end

-- Waits; false when there is no time for it.
local function pause(tries)
  local ms = random() * math.min(PAUSE_MS * 2 ^ (tries - 1), PAUSE_MAX_MS)
  if task.left_ms() - ms < MARGIN_MS then return false end
  task.sleep(ms)
  return true
end

-- The jobs from `first` to `last`, or to the end.
local function slice(jobs, first, last)
  local part = {}
  for i = first, math.min(last or #jobs, #jobs) do part[#part + 1] = jobs[i] end
  return part
end

local function add_all(jobs, more)
  for _, job in ipairs(more) do jobs[#jobs + 1] = job end
  return jobs
end

-- How often in a row nothing went on, or 1 when something was left undone.
local function tries_after(tries, undone, part)
  if #undone == 0 then return 0 end
  return #undone < #part and 1 or tries + 1
end

--- Gives parts of at most `most` jobs to send(part), which returns the jobs that are undone, or nil, message, code.
--- @param jobs moonwire.dynamodb.Job[]
--- @param most integer
--- @param what string "dynamodb:batch_get"
--- @param send fun(part: moonwire.dynamodb.Job[]): moonwire.dynamodb.Job[]?, string?, string?
--- @return moonwire.dynamodb.Job[]? rest nil when all is done
--- @return string? message
--- @return string? code
function backlog.work(jobs, most, what, send)
  local at, tries = 1, 0
  jobs = add_all({}, jobs)
  while at <= #jobs do
    local part = slice(jobs, at, at + most - 1)
    local undone, message, code = send(part)
    if not undone then return slice(jobs, at), message, code end
    at = at + #part
    add_all(jobs, undone)
    tries = tries_after(tries, undone, part)
    if tries > 0 and (tries >= TRIES or not pause(tries)) then
      local rest = slice(jobs, at)
      local why = tries >= TRIES and ("tried %d times"):format(TRIES) or "too little time before the deadline"
      return rest, ("%s: %d requests are left undone: %s"):format(what, #rest, why), "throttled"
    end
  end
  return nil
end

return backlog
