-- packaged.lua: the zips that the Framework makes: do they have what the handlers need, and little else?
local archive = require "moonwire.doctor.archive"
local needs = require "moonwire.doctor.needs"
local tree = require "moonwire.doctor.tree"

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
      found:add_for("package-missing", pattern or made.at, fn.name, ("%s out of the zip of {functions}%s"):format(what, by))
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
    local made = archive.of(case, fn.name)
    if made then
      check_needs(case, found, fn, made)
      check_surplus(case, found, fn, made)
      check_ignored(case, found, fn, made)
    end
  end
end
