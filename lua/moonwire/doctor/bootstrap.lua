-- bootstrap.lua: where bootstrap comes from on AWS: a layer, or the package. Layers that have an ARN only, or are made by another stack,
-- are not seen from here.
local archive = require "moonwire.doctor.archive"
local elf = require "moonwire.doctor.elf"
local files = require "moonwire.doctor.files"
local process = require "moonwire.core.process"
local tree = require "moonwire.doctor.tree"
local zip = require "moonwire.core.zip"

local FILE_MAX = 64 * 1024 * 1024
local EXECUTABLE = 0x49 -- 0111
local VERSION = "moonwire/(%d+%.%d+%.%d+)" -- what it calls itself in requests

--- What is known of a bootstrap.
--- @class moonwire.doctor.Bootstrap
--- @field path string of its file, or of the archive
--- @field is_missing? boolean there is no such file
--- @field is_damaged? boolean the archive, or bootstrap in it, cannot be read
--- @field is_absent? boolean the archive has none
--- @field mode? integer in an archive made on Unix
--- @field machine? string
--- @field version? string

local function of_program(path, program)
  local about = elf.read(program)
  return { path = path, machine = about and about.machine, version = program:match(VERSION) }
end

local function of_archive(path)
  if not files.exists(path) then return { path = path, is_missing = true } end
  local archive = zip.open(path)
  if not archive then return { path = path, is_damaged = true } end
  local entries, is_whole = archive:entries()
  for _, entry in ipairs(entries) do
    if entry.name == "bootstrap" then
      local program = archive:read("bootstrap", FILE_MAX)
      local known = of_program(path, program or "")
      known.mode, known.is_damaged = entry.mode, not program and entry.size <= FILE_MAX
      return known
    end
  end
  return { path = path, is_absent = is_whole, is_damaged = not is_whole }
end

local function of_file(path)
  local program = files.read(path, FILE_MAX)
  return program and of_program(path, program) or { path = path, is_absent = true }
end

-- The one of a section with `package.artifact`, or with a folder.
local function find(case, node, folder)
  local artifact = tree.text((tree.at(node, "package", "artifact")))
  local path = artifact and case.root .. artifact or folder and case.root .. folder .. "bootstrap"
  if not path then return nil end
  case.bootstraps = case.bootstraps or {} -- an archive is unpacked once
  case.bootstraps[path] = case.bootstraps[path] or (artifact and of_archive or of_file)(path)
  return case.bootstraps[path]
end

local function is_newer(version, than)
  local a1, a2, a3 = version:match "(%d+)%.(%d+)%.(%d+)"
  local b1, b2, b3 = than:match "(%d+)%.(%d+)%.(%d+)"
  local a, b = { tonumber(a1), tonumber(a2), tonumber(a3) }, { tonumber(b1), tonumber(b2), tonumber(b3) }
  for i = 1, 3 do
    if a[i] ~= b[i] then return a[i] > b[i] end
  end
  return false
end

local LAYER_HINT = "Copy %s there: it is in lib/moonwire of the archive that the tool comes in; `make package` in its sources writes it to dist/."

local function add_missing(found, path, at)
  local name = path:match "moonwire%-layer%-[%w_]+%.zip$"
  found:add("layer-missing", at, ("there is no file %s yet"):format(path), name and LAYER_HINT:format(name))
end

-- What is wrong with it. Returns whether the function gets it.
local function check(case, found, fn, known, at)
  local wanted = case:architecture(fn.name)
  if known.is_missing then add_missing(found, known.path, at) end
  if known.is_damaged then found:add("archive-damaged", at, ("%s is no whole zip archive"):format(known.path)) end
  if known.mode and bit.band(known.mode, EXECUTABLE) == 0 then
    found:add("bootstrap-mode", at, ("bootstrap in %s is not executable (mode %03o)"):format(known.path, known.mode))
  end
  if known.machine and known.machine ~= wanted then
    found:add_for("bootstrap-architecture", at, fn.name, ("%s is for %s, but %s is the architecture of {functions}"):format(known.path, known.machine, wanted))
  end
  if known.version and is_newer(process.version, known.version) then
    found:add("layer-age", at, ("%s is of moonwire %s, and this is %s"):format(known.path, known.version, process.version))
  end
  return not known.is_absent
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
  if not fits(layer, wanted) then
    found:add_for("bootstrap-architecture", at, fn.name, ("the layer %s is not for %s, the architecture of {functions}"):format(layer.key.text, wanted))
  end
  local folder = tree.text((tree.entry(layer.value, "path")))
  local known = find(case, layer.value, folder and folder:gsub("/*$", "/"))
  return not known or check(case, found, fn, known, layer.key)
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
  local known, at = find(case, entry and entry.value), case:place_of(fn.name, "package")
  if not known then
    local made = archive.of(case, fn.name)
    if made and not made:has "bootstrap" then return false end
    known = find(case, case.project.tree, "")
    local _, key = tree.at(case.project.tree, "package", "artifact")
    at = key or { file = known.path }
  end
  return check(case, found, fn, known, at)
end

-- Where layers would be written: beside the runtime.
local function place_of(case, name)
  local layers, at = case:setting(name, "layers")
  if layers then return at end
  local _, runtime = case:setting(name, "runtime")
  local _, provider = tree.entry(case.project.tree, "provider")
  return runtime or provider or case.place
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, fn in ipairs(case.project.functions) do
    local packed = check_package(case, found, fn)
    if not check_layers(case, found, fn) and not packed then
      found:add_for("bootstrap-missing", place_of(case, fn.name), fn.name, "neither a layer nor the package brings bootstrap for {functions}: nothing would run the handlers")
    end
  end
end
