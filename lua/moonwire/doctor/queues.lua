-- queues.lua: functions with `sqs` events.
-- Source: Lambda Developer Guide, "Handling errors for an SQS event source" (partial batch responses), "Creating and configuring an
-- Amazon SQS event source mapping" (the visibility timeout); API reference of SetQueueAttributes (its default).
local files = require "moonwire.doctor.files"
local tree = require "moonwire.doctor.tree"

local FILE_MAX = 1024 * 1024
local VISIBILITY_S = 30

-- Does the code name the records that failed?
local function reports(case, fn)
  local loaded = case.loaded[fn.name]
  for _, path in ipairs(loaded and loaded.files or {}) do
    local text = not path:find "^lua_modules/" and files.read(case.root .. path, FILE_MAX) or ""
    if text:find "moonwire%.batch" and text:find "%.sqs%f[%W]" then return true end
  end
end

local function check_response(case, found, fn, queue, at)
  local kind = tree.entry(queue, "functionResponseType")
  if kind and tree.text(kind) ~= nil and tree.text(kind) ~= "" or kind and kind.kind == "unknown" or not reports(case, fn) then return end
  found:add("batch-response", at, ("%s says which records of a batch failed, but Lambda is not told to listen: it counts all of them as done"):format(fn.name))
end

-- The resource of a queue of this file.
local function resource_of(case, queue)
  local name = tree.referred((tree.entry(queue, "arn")) or queue)
  for _, entry in ipairs((tree.resources(case.project.tree))) do
    if entry.key.text == name and tree.text((tree.entry(entry.value, "Type"))) == "AWS::SQS::Queue" then return entry end
  end
end

local function check_visibility(case, found, fn, queue)
  local entry = resource_of(case, queue)
  if not entry then return end
  local given, at = tree.at(entry.value, "Properties", "VisibilityTimeout")
  local seconds = given and tonumber(tree.text(given)) or not given and VISIBILITY_S
  if seconds and seconds < fn.timeout then
    found:add("queue-visibility", at or entry.key, ("the queue %s brings a job again after %d s, while %s may still be at it for %d s: AWS refuses that")
      :format(entry.key.text, seconds, fn.name, fn.timeout))
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, fn in ipairs(case.project.functions) do
    local entry = case.functions[fn.name]
    for _, event in ipairs(tree.items((tree.entry(entry and entry.value, "events")))) do
      local queue, at = tree.entry(event, "sqs")
      if queue then
        check_response(case, found, fn, queue, at)
        check_visibility(case, found, fn, queue)
      end
    end
  end
end
