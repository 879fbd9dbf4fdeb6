-- tree.lua: ways through the tree of a serverless.yml (runtime/cli/bind_project.h has its nodes). What is not there, or stands behind a
-- variable that is not known, is nil.
local tree = {}

--- @class moonwire.doctor.Node
--- @field kind "map"|"list"|"string"|"number"|"boolean"|"null"|"tagged"|"unknown"
--- @field file string
--- @field line integer
--- @field text string
--- @field why? string of an unknown one
--- @field lacking? string of an unknown one that the Framework refuses: "env", "self", "opt", "param", the source that has nothing
--- @field entries? { key: moonwire.doctor.Node, value: moonwire.doctor.Node }[]
--- @field [integer] moonwire.doctor.Node

--- The value of a key, and the key, whose line is that of the setting.
--- @param node moonwire.doctor.Node?
--- @param key string
--- @return moonwire.doctor.Node? value
--- @return moonwire.doctor.Node? key
function tree.entry(node, key)
  for _, entry in ipairs(node and node.entries or {}) do
    if entry.key.text == key then return entry.value, entry.key end
  end
end

--- Goes down several keys: tree.at(root, "provider", "iam", "role").
--- @return moonwire.doctor.Node? value
--- @return moonwire.doctor.Node? key the last one
function tree.at(node, ...)
  local key
  for i = 1, select("#", ...) do
    node, key = tree.entry(node, (select(i, ...)))
    if not node then return nil end
  end
  return node, key
end

--- The text of a scalar.
--- @param node moonwire.doctor.Node?
--- @return string?
function tree.text(node)
  local kind = node and node.kind
  if kind == "string" or kind == "number" or kind == "boolean" then return node.text end
  return nil -- not nothing: calls around it, such as tonumber, count their arguments
end

--- The items of a list; a single value counts as a list of it.
--- @param node moonwire.doctor.Node?
--- @return moonwire.doctor.Node[]
function tree.items(node)
  if not node or node.kind == "null" then return {} end
  return node.kind == "list" and node or { node }
end

--- The functions of the section `functions`, which is a mapping or a list of them.
--- @param root moonwire.doctor.Node
--- @return table<string, { key: moonwire.doctor.Node, value: moonwire.doctor.Node }>
function tree.functions(root)
  local found = {}
  for _, part in ipairs(tree.items((tree.entry(root, "functions")))) do
    for _, entry in ipairs(part.entries or {}) do found[entry.key.text] = entry end
  end
  return found
end

--- The mappings of `resources.Resources`; `resources` may be a list of parts. The second value says whether all of them are known.
--- @param root moonwire.doctor.Node
--- @return { key: moonwire.doctor.Node, value: moonwire.doctor.Node }[]
--- @return boolean
function tree.resources(root)
  local found, is_whole = {}, true
  for _, part in ipairs(tree.items((tree.entry(root, "resources")))) do
    if part.kind ~= "map" then is_whole = false end
    local inner = tree.entry(part, "Resources")
    if inner and inner.kind ~= "map" and inner.kind ~= "null" then is_whole = false end
    for _, entry in ipairs(inner and inner.entries or {}) do found[#found + 1] = entry end
  end
  return found, is_whole
end

local visit

local function visit_children(node, fn, seen)
  for _, entry in ipairs(node.entries or {}) do
    if visit(entry.value, fn, seen) then return true end
  end
  for _, item in ipairs(node) do
    if visit(item, fn, seen) then return true end
  end
end

function visit(node, fn, seen)
  if seen[node] then return false end
  seen[node] = true
  return fn(node) or visit_children(node, fn, seen) or false
end

--- Does fn hold for a node, or for one inside of it? Each is asked once.
--- @param node moonwire.doctor.Node?
--- @param fn fun(node: moonwire.doctor.Node): any
--- @return boolean
function tree.any(node, fn)
  return node ~= nil and visit(node, fn, {})
end

--- The name of a resource that a value stands for: `!Ref Name`, `Ref: Name`, `!GetAtt Name.Arn`, `Fn::GetAtt: [ Name, Arn ]`.
--- @param node moonwire.doctor.Node?
--- @return string?
function tree.referred(node)
  if not node then return nil end
  local inner = tree.entry(node, "Ref") or tree.entry(node, "Fn::GetAtt")
  if node.kind == "tagged" then inner = node[1] end
  if inner and inner.kind == "list" then inner = inner[1] end
  local text = tree.text(inner)
  return text and text:match "^[%w:]+"
end

return tree
