-- runtime.lua: what Lambda runs the functions with.
-- Source: Lambda Developer Guide, "Lambda runtimes", "Selecting and configuring an instruction set architecture".
local tree = require "moonwire.doctor.tree"

local ARCHITECTURES = { x86_64 = true, arm64 = true }

local function check_missing(case, found, name)
  if case:setting(name, "runtime") then return end
  local _, provider = tree.entry(case.project.tree, "provider")
  found:add_for("runtime", provider or case.place, name, "no runtime is set for {functions}: the Framework takes one of Node.js")
end

local function check_architecture(case, found, name)
  local value, at = case:setting(name, "architecture")
  local text = tree.text(value)
  if text and not ARCHITECTURES[text] then
    found:add("architecture", at, ("the architecture %s is none of Lambda's"):format(text))
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, fn in ipairs(case.project.functions) do
    check_missing(case, found, fn.name)
    check_architecture(case, found, fn.name)
  end
end
