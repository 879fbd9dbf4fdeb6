-- variables.lua: variables of the Framework without a value and without a default. It refuses the file before it does anything, wherever they
-- stand. Source: Serverless Framework v3, "Variables"; osls 3, lib/configuration/variables/eventually-report-resolution-errors.js.
local tree = require "moonwire.doctor.tree"

local variables = {}

-- What stands in the file is missing for everybody, the others where it is not said.
local CODES = { self = "variable-missing", env = "variable-unset", opt = "variable-unset", param = "variable-unset" }

local SECTIONS = { "service", "provider", "functions", "custom", "layers", "package", "resources" }

--- Adds them, each once. Returns them.
--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
--- @return moonwire.doctor.Node[]
function variables.check(case, found)
  local lacking = {}
  for _, section in ipairs(SECTIONS) do
    tree.any(tree.entry(case.project.tree, section), function(node)
      local code = node.kind == "unknown" and CODES[node.lacking]
      if not code then return end
      local why = node.why:gsub("^moonwire dev was not told (.*)$", "%1 was not given")
      found:add(code, node, ("%s has no value, and no default: %s. The Framework refuses that"):format(node.text, why))
      lacking[#lacking + 1] = node
    end)
  end
  return lacking
end

--- Is this what the reader says of one of them?
--- @param lacking moonwire.doctor.Node[]
--- @param message string
--- @return boolean
function variables.is_about(lacking, message)
  for _, node in ipairs(lacking) do
    if message:find(node.text .. " is not known here: " .. node.why, 1, true) then return true end
  end
  return false
end

return variables
