-- sizes.lua: limits of Lambda and of the Framework's schema on sizes and lengths.
-- Source: Lambda Developer Guide, "Lambda quotas", API reference of CreateFunction; osls 3, lib/plugins/aws/provider.js.
local archive = require "moonwire.doctor.archive"
local files = require "moonwire.doctor.files"
local tree = require "moonwire.doctor.tree"
local zip = require "moonwire.core.zip"

local UNZIPPED_MAX = 250 * 1024 * 1024
local NAME_MAX, DESCRIPTION_MAX, LAYERS_MAX = 64, 256, 5

local function in_mb(bytes)
  return math.ceil(bytes / 1024 / 1024)
end

local function check_function(case, found, fn)
  local entry = case.functions[fn.name]
  local given, at = tree.entry(entry and entry.value, "name")
  local name = tree.text(given) or ("%s-%s-%s"):format(case.project.service, case.project.stage, fn.name)
  if #name > NAME_MAX then
    found:add("name-length", at or entry and entry.key or case.place,
      ("the name %s of the function has %d characters; Lambda takes %d"):format(name, #name, NAME_MAX))
  end
  local description, where = tree.entry(entry and entry.value, "description")
  if #(tree.text(description) or "") > DESCRIPTION_MAX then
    found:add("description-length", where, ("the description of %s has %d characters; Lambda takes %d"):format(fn.name, #description.text, DESCRIPTION_MAX))
  end
  local layers, layers_at = case:setting(fn.name, "layers")
  if layers and layers.kind == "list" and #layers > LAYERS_MAX then
    found:add_for("layer-count", layers_at, fn.name, ("{functions}: %d layers; Lambda takes %d"):format(#layers, LAYERS_MAX))
  end
end

local function too_large(found, at, what, bytes)
  if bytes > UNZIPPED_MAX then
    found:add("package-size", at, ("%s has %d MB unpacked; Lambda takes %d"):format(what, in_mb(bytes), in_mb(UNZIPPED_MAX)))
  end
end

-- An archive that is ready.
local function check_artifact(case, found, node, at)
  local path = tree.text(node)
  if not path then return end
  local archive, sum = files.exists(case.root .. path) and zip.open(case.root .. path), 0
  for _, entry in ipairs(archive and archive:entries() or {}) do sum = sum + entry.size end
  too_large(found, at, path, sum)
end

-- A zip that the Framework makes.
local function check_archive(case, found, fn)
  local made, sum = archive.of(case, fn.name), 0
  for _, file in ipairs(made and made:files(case) or {}) do sum = sum + file.size end
  if made then too_large(found, made.at, "what goes into the zip", sum) end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, fn in ipairs(case.project.functions) do
    check_function(case, found, fn)
    check_archive(case, found, fn)
  end
  local artifact, at = tree.at(case.project.tree, "package", "artifact")
  if artifact then check_artifact(case, found, artifact, at) end
end
