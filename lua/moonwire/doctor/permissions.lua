-- permissions.lua: may the functions send to connections?
-- Source: the Framework's compiler of WebSocket events (lib/plugins/aws/package/compile/events/websockets/lib/api.js): it allows
-- execute-api:ManageConnections in its own role, unless provider.apiGateway.websocketApiId is set.
local tree = require "moonwire.doctor.tree"

local MANAGE = "execute-api:ManageConnections"

-- Does a pattern of an action ("execute-api:*") match?
local function covers(pattern, action)
  local lua = pattern:lower():gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".")
  return action:lower():find("^" .. lua .. "$") ~= nil
end

--- Do these statements, or the policies in this node, allow an action? True also when some of it is not known.
--- @param node moonwire.doctor.Node?
--- @param action string
--- @return boolean
local function allows(node, action)
  return tree.any(node, function(part)
    if part.kind == "unknown" then return true end
    local effect = tree.text((tree.entry(part, "Effect")))
    if effect ~= "Allow" then return false end
    for _, item in ipairs(tree.items((tree.entry(part, "Action")))) do
      if item.kind ~= "string" or covers(item.text, action) then return true end
    end
    return tree.entry(part, "NotAction") ~= nil
  end)
end

-- The role that the Framework makes: what it is given besides.
local function statements(case)
  local provider = tree.at(case.project.tree, "provider")
  local old, at = tree.entry(provider, "iamRoleStatements")
  if old then return old, at end
  return tree.at(provider, "iam", "role", "statements")
end

-- Policies that are not written here.
local function has_managed(case)
  local provider = tree.at(case.project.tree, "provider")
  return tree.at(provider, "iam", "role", "managedPolicies") ~= nil or tree.at(provider, "iamManagedPolicies") ~= nil
end

-- A role that is not the Framework's: what it is, and where that stands. `provider.iam.role` is a mapping of settings for the
-- Framework's own role, or the reference to another one.
local OWN = { statements = true, managedPolicies = true, name = true, path = true, permissionsBoundary = true, permissionBoundary = true, tags = true, mode = true }

local function own_role(case, name)
  local entry = case.functions[name]
  local value, at = tree.entry(entry and entry.value, "role")
  if value then return value, at end
  value, at = tree.at(case.project.tree, "provider", "role")
  if value then return value, at end
  value, at = tree.at(case.project.tree, "provider", "iam", "role")
  local first = value and value.entries and value.entries[1]
  if not value or value.kind == "null" or first and OWN[first.key.text] or value.kind == "map" and not first then return nil end
  return value, at
end

local function resource_named(case, name)
  for _, entry in ipairs((tree.resources(case.project.tree))) do
    if entry.key.text == name then return entry.value end
  end
end

local function check_role(case, found, role, at)
  local name = tree.referred(role) or tree.text(role)
  local resource = name and resource_named(case, name)
  if not resource then
    found:add("role-unseen", at, ("the role %s is none of this file: what it allows is not seen from here"):format(name or "of this setting"))
  elseif not allows(tree.entry(resource, "Properties"), MANAGE) and not tree.at(resource, "Properties", "ManagedPolicyArns") then
    found:add("manage-connections", at, ("the role %s does not allow %s, so that nothing can be sent"):format(name, MANAGE))
  end
end

local function check_framework_role(case, found)
  local id, at = tree.at(case.project.tree, "provider", "apiGateway", "websocketApiId")
  if not id or id.kind == "null" or has_managed(case) or allows(statements(case), MANAGE) then return end
  found:add("manage-connections", at, ("with websocketApiId the Framework does not allow %s by itself, so that nothing can be sent"):format(MANAGE))
end

local permissions = { allows = allows, covers = covers, statements = statements, own_role = own_role, has_managed = has_managed }

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
function permissions.check(case, found)
  local asked = {}
  for _, route in ipairs(case.project.routes) do
    local name = route["function"]
    local role, at = own_role(case, name)
    if role and not asked[at] then
      asked[at] = true
      check_role(case, found, role, at)
    elseif not role and not asked.framework then
      asked.framework = true
      check_framework_role(case, found)
    end
  end
end

return permissions
