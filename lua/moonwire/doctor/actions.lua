-- actions.lua: actions of execute-api in policies: what is misspelt allows nothing, without a word.
-- Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon API Gateway".
local permissions = require "moonwire.doctor.permissions"
local project = require "moonwire.core.project"
local tree = require "moonwire.doctor.tree"

local ACTIONS = { "execute-api:ManageConnections", "execute-api:Invoke", "execute-api:InvalidateCache" }
local SETTINGS = { "Action", "NotAction" }

local function is_known(text)
  for _, action in ipairs(ACTIONS) do
    if permissions.covers(text, action) then return true end
  end
  return false
end

local function check(found, item)
  local text = tree.text(item)
  if not text or not text:lower():find "^execute%-api:" or is_known(text) then return end
  local meant = project.nearest(text, ACTIONS)
  found:add("misspelt-action", item, ("there is no action %s%s"):format(text, meant and ("; did you mean %s?"):format(meant) or ""))
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, section in ipairs { "provider", "functions", "resources" } do
    tree.any(tree.entry(case.project.tree, section), function(node)
      for _, setting in ipairs(SETTINGS) do
        for _, item in ipairs(tree.items((tree.entry(node, setting)))) do check(found, item) end
      end
    end)
  end
end
