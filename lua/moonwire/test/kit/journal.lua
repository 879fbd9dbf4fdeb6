-- journal.lua: what has happened to a service in a spec: records of its log, and messages that it has sent.
local json = require "moonwire.json"

--- A message that the service has sent, or tried to.
--- @class moonwire.test.Send
--- @field id string
--- @field data string
--- @field code? string why it failed, as ws.send says it

--- A record of the log.
--- @class moonwire.test.Record
--- @field level string "INFO"
--- @field message string
--- @field fields table
--- @field name? string whose function wrote it

--- @class moonwire.test.Journal
--- @field private list moonwire.test.Record[]
--- @field private posts moonwire.test.Send[]
local Journal = {}
Journal.__index = Journal

local journal = {}

--- @return moonwire.test.Journal
function journal.new()
  return setmetatable({ list = {}, posts = {} }, Journal)
end

--- @param level string
--- @param message string
--- @param fields? table
--- @param name? string of a function
function Journal:record(level, message, fields, name)
  self.list[#self.list + 1] = { level = level, message = message, fields = fields or {}, name = name }
end

--- @param send moonwire.test.Send
function Journal:post(send)
  self.posts[#self.posts + 1] = send
end

--- @param id? string only those to this connection
--- @return moonwire.test.Send[]
function Journal:sent(id)
  local list = {}
  for _, send in ipairs(self.posts) do
    if not id or send.id == id then list[#list + 1] = send end
  end
  return list
end

--- @param level? string only those of this level
--- @return moonwire.test.Record[]
function Journal:records(level)
  local list = {}
  for _, record in ipairs(self.list) do
    if not level or record.level == level then list[#list + 1] = record end
  end
  return list
end

--- The first record that matches.
--- @param level string
--- @param pattern string
--- @return moonwire.test.Record?
--- @return string? problem
function Journal:find(level, pattern)
  local messages = {}
  for _, record in ipairs(self:records(level)) do
    if record.message:find(pattern) then return record end
    messages[#messages + 1] = record.message
  end
  local got = #messages > 0 and "got " .. table.concat(messages, "; ") or "there is none of that level"
  return nil, ("expected a record %s that matches %q, %s"):format(level, pattern, got)
end

--- Takes in what an invocation says of itself.
--- @param name string of the function
--- @param outcome moonwire.test.Outcome
function Journal:outcome(name, outcome)
  if outcome.report then
    local report = json.decode(outcome.report)
    self:record("ERROR", report.errorMessage, report, name)
  end
  if outcome.advice then self:record("WARN", outcome.advice, nil, name) end
  if (outcome.left or 0) > 0 then
    self:record("WARN", ("the handler returned while %d of its tasks still ran; cancelled"):format(outcome.left), nil, name)
  end
end

return journal
