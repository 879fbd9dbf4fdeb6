-- settings.lua: what the reader of serverless.yml warns of, and names that the Framework has given up.
-- Source: osls 3, lib/plugins/aws/provider.js (PROVIDER_IAM_SETTINGS_V3), lib/plugins/package/package.js (PACKAGE_PATTERNS),
-- lib/classes/service.js; Serverless Framework v3, "Deprecations" and "Upgrading to Serverless Framework v3".
local project = require "moonwire.core.project"
local tree = require "moonwire.doctor.tree"
local variables = require "moonwire.doctor.variables"

-- Where it is, and what became of it; nil: nothing.
local OLD = {
  { { "provider", "role" }, "provider.iam.role" },
  { { "provider", "rolePermissionsBoundary" }, "provider.iam.role.permissionsBoundary" },
  { { "provider", "iamManagedPolicies" }, "provider.iam.role.managedPolicies" },
  { { "provider", "iamRoleStatements" }, "provider.iam.role.statements" },
  { { "provider", "cfnRole" }, "provider.iam.deploymentRole" },
  { { "provider", "apiKeys" }, "provider.apiGateway.apiKeys" },
  { { "provider", "resourcePolicy" }, "provider.apiGateway.resourcePolicy" },
  { { "provider", "usagePlan" }, "provider.apiGateway.usagePlan" },
  { { "provider", "lambdaHashingVersion" } },
  { { "package", "include" }, "package.patterns" },
  { { "package", "exclude" }, "package.patterns, with a ! in front of each" },
  { { "variablesResolutionMode" } },
  { { "console" } },
}

-- One for every function.
local OLD_OF_FUNCTIONS = {
  { { "awsKmsKeyArn" }, "kmsKeyArn" },
  { { "package", "include" }, "package.patterns" },
  { { "package", "exclude" }, "package.patterns, with a ! in front of each" },
}

local function look(found, node, prefix, list)
  for _, old in ipairs(list) do
    local value, key = tree.at(node, unpack(old[1]))
    if value then
      local name = prefix .. table.concat(old[1], ".")
      if old[2] then
        found:add("old-spelling", key, ("%s is an old spelling; it is %s now"):format(name, old[2]))
      else
        found:add("old-spelling", key, name .. " has no effect any more", "Take it out.")
      end
    end
  end
end

-- Names that Lambda takes (API reference, Environment: Variables).
local function check_names(found, node)
  local environment = tree.entry(node, "environment")
  for _, entry in ipairs(environment and environment.entries or {}) do
    local name = entry.key.text
    if project.is_reserved(name) then
      found:add("environment-name", entry.key, ("Lambda keeps the variable %s to itself"):format(name))
    elseif not name:find "^%a[%w_]+$" then
      found:add("environment-name", entry.key, ("Lambda takes no variable with the name %s"):format(name))
    end
  end
end

-- Of whatever kind, or an address of its own.
local function has_event(case)
  for _, entry in pairs(case.functions) do
    if #tree.items((tree.entry(entry.value, "events"))) > 0 or tree.entry(entry.value, "url") then return true end
  end
  return false
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  local plugins = tree.entry(case.project.tree, "plugins")
  local lacking = variables.check(case, found)
  for _, warning in ipairs(case.project.warnings) do
    local code = warning.code
    if code == "unknown-setting" and plugins and #tree.items(plugins) > 0 then code = "plugin-setting" end
    if code == "no-route" and not has_event(case) then code = "nothing-called" end
    if code ~= "unknown-here" or not variables.is_about(lacking, warning.message) then found:add(code, warning, warning.message) end
  end
  look(found, case.project.tree, "", OLD)
  check_names(found, (tree.entry(case.project.tree, "provider")))
  for name, entry in pairs(case.functions) do
    look(found, entry.value, ("functions.%s."):format(name), OLD_OF_FUNCTIONS)
    check_names(found, entry.value)
  end
end
