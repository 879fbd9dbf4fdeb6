-- case.lua: a service as the rules see it: its settings, its files, and what came of loading its handlers.
local files = require "moonwire.doctor.files"
local tree = require "moonwire.doctor.tree"

local case = {}

--- @class moonwire.doctor.Case
--- @field project table what moonwire.core.project read
--- @field root string the folder of the service, with a slash, or ""
--- @field place { file: string } serverless.yml as a whole
--- @field functions table<string, { key: moonwire.doctor.Node, value: moonwire.doctor.Node }>
--- @field loaded table<string, moonwire.doctor.Loaded> by function; empty with --no-load
--- @field archives table those that are known by now (archive.lua)
local Case = {}
Case.__index = Case

--- @param project table
--- @param file string
--- @return moonwire.doctor.Case
function case.new(project, file)
  return setmetatable({
    project = project, root = file:match "^(.*/)" or "", place = { file = file }, functions = tree.functions(project.tree), loaded = {},
    archives = {},
  }, Case)
end

--- A setting of a function: its own, or the provider's.
--- @param name string of the function
--- @param key string
--- @return moonwire.doctor.Node? value
--- @return moonwire.doctor.Node? key where it stands
function Case:setting(name, key)
  local entry = self.functions[name]
  local value, at = tree.entry(entry and entry.value, key)
  if value then return value, at end
  return tree.at(self.project.tree, "provider", key)
end

--- Where a function's own setting stands; else the function.
--- @param name string of the function
--- @param key string
--- @return moonwire.doctor.Node|{ file: string }
function Case:place_of(name, key)
  local entry = self.functions[name]
  local _, at = tree.entry(entry and entry.value, key)
  return at or entry and entry.key or self.place
end

--- x86_64 or arm64, as it is written; the default is x86_64.
--- @param name string of the function
--- @return string
function Case:architecture(name)
  return tree.text((self:setting(name, "architecture"))) or "x86_64"
end

--- All files of the service (files.all).
--- @return { path: string, size: integer }[]
function Case:files()
  self.all = self.all or files.all(self.root)
  return self.all
end

--- What the Framework would look at, hidden files and node_modules, too (files.everything).
--- @return { path: string, size: integer }[]
function Case:everything()
  self.rest = self.rest or files.everything(self.root)
  return self.rest
end

return case
