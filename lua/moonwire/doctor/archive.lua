-- archive.lua: what the Framework puts into the zip of a function: every file of the folder, unless the last pattern that matches it begins
-- with a "!". tests/framework asks the Framework for the same.
-- Source: osls 3, lib/plugins/package/lib/package-service.js (getExcludes, getIncludes, resolveFilePathsFromPatterns).
local files = require "moonwire.doctor.files"
local glob = require "moonwire.doctor.glob"
local json = require "moonwire.json"
local search = require "moonwire.doctor.search"
local tree = require "moonwire.doctor.tree"

local archive = {}

-- Left out by default; a pattern can bring them back.
local DEFAULTS = { ".git/**", ".gitignore", ".DS_Store", "npm-debug.log", "yarn-*.log", ".serverless/**", ".serverless_plugins/**" }

local JSON_MAX = 1024 * 1024

--- @class moonwire.doctor.ArchiveRule
--- @field is_wanted boolean
--- @field matches fun(path: string): boolean
--- @field searches? moonwire.doctor.Search[] nil: nothing is searched for it
--- @field closed table<string, integer> what is known of folders by now (closed_folder)
--- @field node? moonwire.doctor.Node

--- @class moonwire.doctor.Archive
--- @field private rules moonwire.doctor.ArchiveRule[]
--- @field private left_dev boolean node_modules has nothing but what is needed for developing, which the Framework leaves out
--- @field private list? { path: string, size: integer }[]
--- @field is_own boolean no other function has it
--- @field at moonwire.doctor.Node|{ file: string } where one would change it
local Archive = {}
Archive.__index = Archive

local function add_default(rules, pattern)
  rules[#rules + 1] = { is_wanted = false, matches = glob.compile(pattern) }
end

-- The deepest folder of a path that a pattern closes, as the place of the slash behind it; 0: none.
local function closed_folder(rule, path)
  local folder = path:match "^(.*)/"
  if not folder then return 0 end
  local known = rule.closed[folder]
  if known then return known end
  local deepest = closed_folder(rule, folder)
  for _, one in ipairs(rule.searches) do
    if one.closes and one.matches(folder) then deepest = #folder + 1 end
  end
  rule.closed[folder] = deepest
  return deepest
end

-- Adds a list of settings; `is_wanted`: what they mean without a "!". One that is said again counts where it was said first. Returns
-- false when not all of it is known.
local function add(rules, said, node, is_wanted)
  if node and node.kind == "unknown" then return false end
  for _, item in ipairs(tree.items(node)) do
    local text = tree.text(item)
    if not text then return false end
    local inner = text:match "^!(.*)$"
    local pattern = inner or text
    if not search.is_known(pattern) then return false end
    if not said[text] then
      local rule = { is_wanted = (inner == nil) == is_wanted, matches = glob.compile(pattern), node = item, closed = {} }
      if is_wanted and text ~= "**" then -- the Framework searches for ** first, and once
        rule.searches = search.of(pattern)
        if not rule.searches then return false end
      end
      rules[#rules + 1] = rule
    end
    said[text] = true
  end
  return true
end

local function add_defaults(case, rules)
  for _, pattern in ipairs(DEFAULTS) do add_default(rules, pattern) end
  add_default(rules, case.place.file:match "[^/]+$")
  if tree.text((tree.entry(case.project.tree, "useDotenv"))) == "true" then add_default(rules, ".env*") end
  local layers = tree.entry(case.project.tree, "layers")
  for _, entry in ipairs(layers and layers.entries or {}) do
    local path = tree.text((tree.entry(entry.value, "path")))
    if path then add_default(rules, path:gsub("/*$", "") .. "/**") end
  end
end

-- Does package.json name nothing that is needed when the service runs? Without one there is nothing to go by.
local function has_dev_only(case)
  if tree.text((tree.at(case.project.tree, "package", "excludeDevDependencies"))) == "false" then return false end
  local text = files.read(case.root .. "package.json", JSON_MAX)
  local about = text and json.decode(text)
  return type(about) == "table" and next(type(about.dependencies) == "table" and about.dependencies or {}) == nil
end

local function is_true(node) return tree.text(node) == "true" end

-- What makes the zip of a function: the service's `package`, and the function's own when it gets a zip of its own.
local function sections(case, name)
  local entry = case.functions[name]
  local own, own_key = tree.entry(entry and entry.value, "package")
  local all, all_key = tree.entry(case.project.tree, "package")
  local is_alone = is_true((tree.entry(own, "individually"))) or is_true((tree.entry(all, "individually")))
  return all, is_alone and own or nil, is_alone and own_key or all_key
end

local function make(case, all, own, key)
  local rules, left_out, taken = {}, {}, {}
  add_defaults(case, rules)
  local is_known = add(rules, left_out, (tree.entry(all, "exclude")), false) and add(rules, left_out, (tree.entry(own, "exclude")), false)
  for _, section in ipairs { all or false, own or false } do
    for _, setting in ipairs { "include", "patterns" } do
      is_known = is_known and add(rules, taken, (tree.entry(section or nil, setting)), true)
    end
  end
  if not is_known or all and all.kind == "unknown" or own and own.kind == "unknown" then return nil end
  local _, patterns = tree.entry(own or all, "patterns")
  return setmetatable({ rules = rules, left_dev = has_dev_only(case), is_own = own ~= nil, at = patterns or key or case.place }, Archive)
end

--- A zip that somebody else has made for a function.
--- @param case moonwire.doctor.Case
--- @param name string
--- @return string? path as seen from the folder of the service
--- @return moonwire.doctor.Node? key where that stands
function archive.ready(case, name)
  local entry = case.functions[name]
  local path, key = tree.at(entry and entry.value, "package", "artifact")
  if not path and not is_true((tree.at(entry and entry.value, "package", "individually"))) then
    path, key = tree.at(case.project.tree, "package", "artifact")
  end
  return tree.text(path), key
end

--- The zip of a function; nil when it is none that the Framework makes of these files, or when that cannot be seen.
--- @param case moonwire.doctor.Case
--- @param name string
--- @return moonwire.doctor.Archive?
function archive.of(case, name)
  local entry = case.functions[name]
  local of_function = tree.entry(entry and entry.value, "package")
  if tree.entry(entry and entry.value, "image") or tree.entry(of_function, "artifact") or tree.entry(of_function, "disable") then return nil end
  local all, own, key = sections(case, name)
  if tree.entry(all, "artifact") and not is_true((tree.entry(own, "individually"))) then return nil end
  local shared = own or case -- functions without one of their own have the same zip
  case.archives[shared] = case.archives[shared] or make(case, all, own, key) or false
  return case.archives[shared] or nil
end

-- The last rule that matches a path.
local function rule_of(rules, path)
  for i = #rules, 1, -1 do
    if rules[i].matches(path) then return rules[i] end
  end
end

local function finds(rule, path, closed)
  for _, one in ipairs(rule.searches) do
    if one.matches(path) and (not rule.is_wanted or one.is_plain or closed <= #one.base) then return true end
  end
  return false
end

-- Does a search find a path? That for a pattern leaves out what a later "!" matches, and does not enter folders below its own that one
-- closes. The first search is for everything.
local function is_found(rules, path)
  local closed, closed_by = 0, nil
  for i = #rules, 1, -1 do
    local rule = rules[i]
    if rule.searches and finds(rule, path, closed) then return rule.is_wanted, closed_by or rule.node end
    local folder = rule.searches and not rule.is_wanted and closed_folder(rule, path) or 0
    if folder > closed then closed, closed_by = folder, rule.node end
  end
  return closed == 0, closed_by
end

--- Is a file in it? A pattern has to find it, and the last one that matches it decides.
--- @param path string as seen from the folder of the service
--- @return boolean
--- @return moonwire.doctor.Node? pattern that decides; nil: none of the file's
function Archive:has(path)
  if self.left_dev and path:find "^node_modules/" then return false end
  local rule = rule_of(self.rules, path)
  if rule and not rule.is_wanted then return false, rule.node end
  return is_found(self.rules, path)
end

--- Its files.
--- @param case moonwire.doctor.Case
--- @return { path: string, size: integer }[]
function Archive:files(case)
  if self.list then return self.list end
  self.list = {}
  for _, file in ipairs(case:everything()) do
    if self:has(file.path) then self.list[#self.list + 1] = file end
  end
  return self.list
end

return archive
