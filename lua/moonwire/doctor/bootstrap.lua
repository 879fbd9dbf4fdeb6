-- bootstrap.lua: where bootstrap comes from on AWS: a layer, or the package. Layers that have an ARN only, or are made by another stack,
-- are not seen from here.
local elf = require "moonwire.doctor.elf"
local files = require "moonwire.doctor.files"
local tree = require "moonwire.doctor.tree"
local zip = require "moonwire.doctor.zip"

local FILE_MAX = 64 * 1024 * 1024
local EXECUTABLE = 0x49 -- 0111

-- The parts of a path that a layer or a service is packed of.
local function archive(case, node)
  local path = tree.text((tree.at(node, "package", "artifact")))
  return path and case.root .. path
end

local function check_mode(found, at, path, entry)
  if entry.mode and bit.band(entry.mode, EXECUTABLE) == 0 then
    found:add("bootstrap-mode", at, ("bootstrap in %s is not executable (mode %03o)"):format(path, entry.mode))
  end
end

-- Does the archive bring bootstrap? True also when it cannot be read.
local function look_into(found, at, path)
  local bytes = files.read(path, FILE_MAX)
  if not bytes then
    found:add("layer-missing", at, ("there is no file %s yet"):format(path))
    return true
  end
  for _, entry in ipairs(zip.entries(bytes) or {}) do
    if entry.name == "bootstrap" then
      check_mode(found, at, path, entry)
      return true
    end
  end
  return false
end

local function check_machine(case, found, fn, at, path)
  local bytes = files.read(path, FILE_MAX)
  local about = bytes and elf.read(bytes)
  local wanted = case:architecture(fn.name)
  if about and about.machine ~= wanted then
    found:add_for("bootstrap-architecture", at, fn.name, ("%s is for %s, but %s is the architecture of {functions}"):format(path, about.machine, wanted))
  end
end

-- A layer that this file makes: "!Ref MoonwireLambdaLayer" is the layer `moonwire` of the section `layers`.
local function own_layer(case, node)
  local name = tree.referred(node)
  name = name and name:match "^(.*)LambdaLayer$"
  local section = tree.entry(case.project.tree, "layers")
  for _, entry in ipairs(name and section and section.entries or {}) do
    if entry.key.text:gsub("^%l", string.upper) == name then return entry end
  end
end

local function fits(layer, architecture)
  local list = tree.entry(layer.value, "compatibleArchitectures")
  for _, item in ipairs(tree.items(list)) do
    if tree.text(item) == architecture or not tree.text(item) then return true end
  end
  return not list
end

local function check_layer(case, found, fn, layer, at)
  local wanted = case:architecture(fn.name)
  local path, folder = archive(case, layer.value), tree.text((tree.entry(layer.value, "path")))
  local other = path and path:match "x86_64" or path and path:match "arm64"
  if not fits(layer, wanted) or other and other ~= wanted then
    found:add_for("bootstrap-architecture", at, fn.name, ("the layer %s is not for %s, the architecture of {functions}"):format(layer.key.text, wanted))
  end
  if path then return look_into(found, layer.key, path) end
  if not folder then return true end
  local file = case.root .. folder .. "/bootstrap"
  if not files.exists(file) then return false end
  check_machine(case, found, fn, layer.key, file)
  return true
end

-- Is there a layer that may bring it?
local function check_layers(case, found, fn)
  local layers, at = case:setting(fn.name, "layers")
  local has = layers ~= nil and layers.kind == "unknown"
  for _, item in ipairs(tree.items(layers)) do
    local layer = own_layer(case, item)
    if not layer or check_layer(case, found, fn, layer, at) then has = true end
  end
  return has
end

-- bootstrap in the package of the function, or of the service.
local function check_package(case, found, fn)
  local entry = case.functions[fn.name]
  local path = archive(case, entry and entry.value) or archive(case, case.project.tree)
  if path then return look_into(found, case:place_of(fn.name, "package"), path) end
  local file = case.root .. "bootstrap"
  if not files.exists(file) then return false end
  check_machine(case, found, fn, { file = file }, file)
  return true
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, fn in ipairs(case.project.functions) do
    local packed = check_package(case, found, fn)
    if not check_layers(case, found, fn) and not packed then
      found:add_for("bootstrap-missing", case.place, fn.name, "neither a layer nor the package brings bootstrap for {functions}")
    end
  end
end
