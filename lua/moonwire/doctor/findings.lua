-- findings.lua: what `moonwire doctor` has found.
local catalogue = require "moonwire.doctor.catalogue"

local findings = {}

--- @class moonwire.doctor.Finding
--- @field level "error"|"warning"|"note"
--- @field code string
--- @field file string as seen from the working directory
--- @field line? integer
--- @field message string
--- @field hint string what to do

--- @class moonwire.doctor.Findings
--- @field list moonwire.doctor.Finding[]
--- @field private said table<string, true>
--- @field private shared table<string, string[]> names of functions
local Findings = {}
Findings.__index = Findings

--- @return moonwire.doctor.Findings
function findings.new()
  return setmetatable({ list = {}, said = {}, shared = {} }, Findings)
end

--- Adds one. The same words about the same line are said once.
--- @param code string of the catalogue
--- @param at { file: string, line?: integer } a place, or a node
--- @param message string
--- @param hint? string in place of the catalogue's
function Findings:add(code, at, message, hint)
  local known = assert(catalogue[code], code)
  local line = at.line ~= 0 and at.line or nil
  local key = table.concat({ code, at.file, line or 0, message }, "\0")
  if self.said[key] then return end
  self.said[key] = true
  self.list[#self.list + 1] = { level = known.level, code = code, file = at.file, line = line, message = message, hint = hint or known.hint }
end

--- Adds one that several functions may share, since a setting of the provider holds for all: it is said once, with their names.
--- @param code string
--- @param at { file: string, line?: integer }
--- @param name string of the function
--- @param message string in which {functions} stands for the names
function Findings:add_for(code, at, name, message)
  local key = table.concat({ code, at.file, at.line or 0, message }, "\0")
  local names = self.shared[key]
  if not names then
    names = {}
    self.shared[key] = names
    self:add(code, at, message)
    self.list[#self.list].names = names
  end
  names[#names + 1] = name
end

--- Ends the list: by file, then line; what is about no line comes first.
function Findings:finish()
  for i, finding in ipairs(self.list) do finding.order = i end
  table.sort(self.list, function(a, b)
    if a.file ~= b.file then return a.file < b.file end
    if a.line ~= b.line then return (a.line or 0) < (b.line or 0) end
    return a.order < b.order
  end)
  for _, finding in ipairs(self.list) do
    local names = finding.names
    if names then finding.message = finding.message:gsub("{functions}", function() return table.concat(names, ", ") end) end
    finding.order, finding.names = nil, nil
  end
end

--- How many of each level there are.
--- @return { error: integer, warning: integer, note: integer }
function Findings:counts()
  local counts = { error = 0, warning = 0, note = 0 }
  for _, finding in ipairs(self.list) do counts[finding.level] = counts[finding.level] + 1 end
  return counts
end

return findings
