-- references.lua: names that stand for resources of CloudFormation: `!Ref`, `!GetAtt`, `!Sub`, `DependsOn`, and the keys of
-- `resources.extensions`. Source: osls 3, lib/plugins/aws/lib/naming.js; CloudFormation User Guide, "Intrinsic function reference".
local tree = require "moonwire.doctor.tree"

-- In names of what the Framework makes. Which of these there are depends on settings that are not looked at here.
local MADE = { "Websockets", "HttpApi", "ApiGateway", "IamRole", "LambdaVersion", "LambdaPermission", "LambdaFunctionUrl", "LambdaEvConf", "LambdaAlias",
  "LambdaLayerPermission", "QualifiedArn", "LogGroup", "LambdaLayerHash", "LambdaLayerS3Key", "EventSourceMapping", "EventsRule", "Schedule", "EventBridge", "SNSTopic",
  "SnsSubscription", "S3Bucket", "DeploymentBucket", "CognitoUserPool", "Consumer", "Iot", "Alb", "CloudFront", "CloudWatch", "Custom", "CodeDeploy", "InvokePermission" }

-- Ends of names that begin with that of a function, or of a layer.
local OF_FUNCTIONS = { "LambdaFunction", "LambdaPermissionWebsockets" }
local OF_LAYERS = { "LambdaLayer" }

local SECTIONS = { "provider", "functions", "layers", "resources" }

--- @class moonwire.doctor.Names
--- @field own table<string, true> of the file's resources and parameters
--- @field functions table<string, true> as they begin the names of resources
--- @field layers table<string, true>

local function normal(name)
  return (name:gsub("^%l", string.upper):gsub("%-", "Dash"):gsub("_", "Underscore"))
end

local function add_keys(into, node, spell)
  for _, entry in ipairs(node and node.entries or {}) do into[spell and spell(entry.key.text) or entry.key.text] = true end
end

-- Nil when not all of them are known.
local function names_of(case)
  local root = case.project.tree
  local resources, is_whole = tree.resources(root)
  local layers, plugins = tree.entry(root, "layers"), tree.entry(root, "plugins")
  if not is_whole or layers and layers.kind == "unknown" or plugins and #tree.items(plugins) > 0 then return nil end
  local names = { own = {}, functions = {}, layers = {} }
  for _, entry in ipairs(resources) do names.own[entry.key.text] = true end
  for _, part in ipairs(tree.items((tree.entry(root, "resources")))) do
    if tree.entry(part, "Transform") then return nil end -- a macro may make more
    add_keys(names.own, (tree.entry(part, "Parameters")))
  end
  for name in pairs(case.functions) do names.functions[normal(name)] = true end
  add_keys(names.layers, layers, normal)
  return names
end

local function is_of(name, ends, owners)
  for _, one in ipairs(ends) do
    local owner = name:match("^(.+)" .. one .. "$")
    if owner then return owners[owner] == true end
  end
end

-- Is there a resource of that name, or may there be one?
local function is_known(names, name)
  if names.own[name] or name:find "^AWS::" then return true end
  local is_made = is_of(name, OF_FUNCTIONS, names.functions)
  if is_made == nil then is_made = is_of(name, OF_LAYERS, names.layers) end
  if is_made ~= nil then return is_made end
  for _, part in ipairs(MADE) do
    if name:find(part, 1, true) then return true end
  end
  return false
end

-- ${Name} and ${Name.Attribute} of a text, but for those that the Sub defines itself.
local function each_in_text(node, fn)
  local text, own = node, nil
  if node.kind == "list" then text, own = node[1], node[2] end
  for name in (tree.text(text) or ""):gmatch "%${([%w:]+)[%w.]*}" do
    if not tree.entry(own, name) then fn(name) end
  end
end

local function each_item(node, fn)
  for _, item in ipairs(tree.items(node)) do
    local text = tree.text(item)
    if text then fn(text:match "^[^.]*") end
  end
end

local function first(node, fn)
  local text = tree.text(node.kind == "list" and node[1] or node)
  if text then fn(text:match "^[^.]*") end
end

local SHORT = { ["!Ref"] = first, ["!GetAtt"] = first, ["!Sub"] = each_in_text }
local LONG = { Ref = first, ["Fn::GetAtt"] = first, ["Fn::Sub"] = each_in_text, DependsOn = each_item }

local function check_node(names, found, node)
  local function check(name)
    if is_known(names, name) then return end
    found:add("resource-unknown", node, ("there is no resource %s: neither this file nor the Framework makes one"):format(name))
  end
  if node.kind == "tagged" and SHORT[node.text] then SHORT[node.text](node[1], check) end
  for _, entry in ipairs(node.entries or {}) do
    if LONG[entry.key.text] and (#node.entries == 1 or entry.key.text == "DependsOn") then LONG[entry.key.text](entry.value, check) end
  end
end

local function check_extensions(case, names, found)
  for _, part in ipairs(tree.items((tree.entry(case.project.tree, "resources")))) do
    local extensions = tree.entry(part, "extensions")
    for _, entry in ipairs(extensions and extensions.entries or {}) do
      if not is_known(names, entry.key.text) then
        found:add("resource-unknown", entry.key, ("there is no resource %s that could be extended: neither this file nor the Framework makes one"):format(entry.key.text))
      end
    end
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  local names = names_of(case)
  if not names then return end
  for _, section in ipairs(SECTIONS) do
    tree.any(tree.entry(case.project.tree, section), function(node) check_node(names, found, node) end)
  end
  check_extensions(case, names, found)
end
