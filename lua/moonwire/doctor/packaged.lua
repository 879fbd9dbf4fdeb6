-- packaged.lua: the zips that the Framework makes: do they have what the handlers need, and little else?
local archive = require "moonwire.doctor.archive"
local files = require "moonwire.doctor.files"
local needs = require "moonwire.doctor.needs"
local tree = require "moonwire.doctor.tree"
local zip = require "moonwire.core.zip"

-- What no function needs, by the paths of its files.
local SURPLUS = {
  { "specs", "_spec%.lua$" },
  { "types for editors (.moonwire)", "^%.moonwire/" },
  { "node_modules", "^node_modules/" },
  { "settings of this machine (.env)", "^%.env" },
  { "the archive of a layer", "moonwire%-layer[^/]*%.zip$" },
}

local function check_needs(case, found, fn, made)
  for _, needed in ipairs(needs(case, case.loaded[fn.name] or { files = {} })) do
    local is_in, pattern = made:has(needed.path)
    if not is_in then
      local what = pattern and ("the pattern %s leaves %s"):format(tree.text(pattern), needed.path) or needed.path .. " is left"
      local by = needed.by and (", which is required in %s"):format(needed.by) or ""
      found:add_for(needed.is_loaded and "package-missing" or "package-required", pattern or made.at, fn.name, ("%s out of the zip of {functions}%s"):format(what, by))
    end
  end
end

-- A zip that is ready: its names; nil when it is not there, or no whole archive.
local function names_in(case, path)
  if case.archives[path] == nil then
    local made = files.exists(path) and zip.open(path)
    local entries, is_whole
    if made then entries, is_whole = made:entries() end
    local names = is_whole and {} or false
    for _, entry in ipairs(names and entries or {}) do names[entry.name] = true end
    case.archives[path] = names
  end
  return case.archives[path] or nil
end

local READY_HINT = "Make the archive again: it is older than the file, or was made of something else."

local function check_ready(case, found, fn, path, at)
  local names = names_in(case, case.root .. path)
  for _, needed in ipairs(names and needs(case, case.loaded[fn.name] or { files = {} }) or {}) do
    if not names[needed.path] then
      found:add(needed.is_loaded and "package-missing" or "package-required", at, ("%s is not in %s, which %s gets"):format(needed.path, path, fn.name), READY_HINT)
    end
  end
end

local function check_surplus(case, found, fn, made)
  local counts, sizes = {}, {}
  for _, file in ipairs(made:files(case)) do
    for i, kind in ipairs(SURPLUS) do
      if file.path:find(kind[2]) then
        counts[i], sizes[i] = (counts[i] or 0) + 1, (sizes[i] or 0) + file.size
        break
      end
    end
  end
  for i, kind in ipairs(SURPLUS) do
    if counts[i] then
      found:add_for("package-surplus", made.at, fn.name, ("the zip of {functions} has %s, which it does not need: %d file%s, %.1f MB")
        :format(kind[1], counts[i], counts[i] == 1 and "" or "s", sizes[i] / 1e6))
    end
  end
end

-- A function that has no zip of its own has no patterns either.
local function check_ignored(case, found, fn, made)
  local entry = case.functions[fn.name]
  local patterns, at = tree.at(entry and entry.value, "package", "patterns")
  if patterns and not made.is_own then
    found:add("patterns-ignored", at, ("the patterns of %s count for nothing: it shares the zip of the service"):format(fn.name))
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, fn in ipairs(case.project.functions) do
    local made, ready, at = archive.of(case, fn.name), archive.ready(case, fn.name)
    if ready then
      check_ready(case, found, fn, ready, at)
    elseif made then
      check_needs(case, found, fn, made)
      check_surplus(case, found, fn, made)
      check_ignored(case, found, fn, made)
    end
  end
end
