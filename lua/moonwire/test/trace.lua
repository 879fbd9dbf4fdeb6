-- trace.lua: what a spec raised, and where, without the frames of the runner.
local describe = require "moonwire.runtime.describe"

local trace = {}

--- @class moonwire.test.Failure
--- @field message string "a_spec.lua:12: expected 1, got 2", or without its place
--- @field frames string[] "a_spec.lua:12: in function 'f'", innermost first
--- @field place? string "a_spec.lua:12"
--- @field raised any

local function is_ours(frame)
  return frame:find "^moonwire/test/" or frame:find "^moonwire/runtime/prelude.lua" or frame:find "^moonwire/cli/test.lua" or frame:find "^%[C%]: in function '[xp]*call'"
    or frame:find "^%[C%]: in function 'error'" or frame:find "^%[C%]: in function 'assert'"
end

-- `spec_body` is what the runner calls the function of a spec.
local function add(frames, frame)
  if not is_ours(frame) then frames[#frames + 1] = (frame:gsub("in function 'spec_body'$", "in the spec")) end
end

-- The first place that is not in the library.
local function place_of(frames)
  for _, frame in ipairs(frames) do
    local place = frame:match "^(.-:%d+):"
    if place and not frame:find "^moonwire/" then return place end
  end
end

--- @param message string
--- @param frames string[]
--- @return moonwire.test.Failure
function trace.failure(message, frames)
  local place = message:match "^([^\n:]+:%d+): "
  if place and place:find "^moonwire/" then place = nil end
  return { message = message, frames = frames, place = place or place_of(frames) }
end

--- For xpcall: where the error was raised.
--- @param err any
--- @return moonwire.test.Failure
function trace.of(err)
  local frames = {}
  for line in debug.traceback("", 2):gmatch "\n\t([^\n]+)" do
    add(frames, line)
  end
  while frames[1] and frames[#frames]:find "^%[C%]" do table.remove(frames) end
  local failure = trace.failure(describe(err), frames)
  failure.raised = err
  return failure
end

--- Of the frames of moonwire.core.limited.
--- @param message string
--- @param where { path: string, line: integer, label: string }[]
--- @return moonwire.test.Failure
function trace.of_frames(message, where)
  local frames = {}
  for _, frame in ipairs(where) do
    add(frames, frame.line < 0 and frame.label or ("%s:%d: %s"):format(frame.path, frame.line, frame.label))
  end
  return trace.failure(message, frames)
end

return trace
