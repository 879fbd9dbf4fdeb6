-- report.lua: findings for people: grouped by file, each with what to do below it, and the counts at the end.
local plain = require "moonwire.core.plain"

local report = {}

local COLOURS = { error = "\27[31m", warning = "\27[33m", note = "\27[36m" }
local DIM, RESET = "\27[2m", "\27[0m"

local function counted(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

local function add(lines, finding, colours)
  local place = finding.line and ("%s:%d"):format(finding.file, finding.line) or finding.file
  local before, after = colours and COLOURS[finding.level] or "", colours and RESET or ""
  lines[#lines + 1] = ("%s: %s%s%s: %s [%s]"):format(plain(place), before, finding.level, after, plain(finding.message), finding.code)
  lines[#lines + 1] = ("  %s%s%s"):format(colours and DIM or "", plain(finding.hint), after)
end

--- @param found moonwire.doctor.Findings
--- @param checked string what was looked at: "4 functions"
--- @param colours boolean
--- @return string
function report.text(found, checked, colours)
  local lines, counts, file = {}, found:counts(), nil
  for _, finding in ipairs(found.list) do
    if file and file ~= finding.file then lines[#lines + 1] = "" end
    file = finding.file
    add(lines, finding, colours)
  end
  if file then lines[#lines + 1] = "" end
  lines[#lines + 1] = ("%s: %s, %s, %s"):format(checked, counted(counts.error, "error"), counted(counts.warning, "warning"), counted(counts.note, "note"))
  return table.concat(lines, "\n") .. "\n"
end

return report
