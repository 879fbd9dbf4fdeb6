-- placeholders.lua: what stands in a variable for something else: addresses that nobody can have, left in from a template (RFC 2606, "Reserved
-- Top Level DNS Names"), and names in ${} that nothing replaces: the Framework leaves those of CloudFormation alone.
local tree = require "moonwire.doctor.tree"

local function is_placeholder(text)
  local host = text:match "^%a+://([^/:?#]+)"
  host = host and "." .. host:lower()
  return host and (host:find "%.example$" or host:find "%.example%.com$" or host:find "%.example%.net$" or host:find "%.example%.org$") ~= nil
end

local function check(found, node)
  local environment = tree.entry(node, "environment")
  for _, entry in ipairs(environment and environment.entries or {}) do
    local text = tree.text(entry.value)
    if text and is_placeholder(text) then
      found:add("placeholder", entry.key, ("%s is %s, an address for examples that nobody has"):format(entry.key.text, text))
    elseif entry.value.kind == "string" and text:find "%${[%a][%w:.]*}" then
      found:add("not-substituted", entry.key, ("%s is %s as it stands: nothing replaces the ${}"):format(entry.key.text, text))
    end
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  check(found, (tree.entry(case.project.tree, "provider")))
  for _, fn in ipairs(case.project.functions) do
    local entry = case.functions[fn.name]
    check(found, entry and entry.value)
  end
end
