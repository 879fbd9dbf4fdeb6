-- names.lua: the names of the service and of its region.
-- Source: osls 3, lib/config-schema.js; AWS General Reference, "Regional endpoints".
local tree = require "moonwire.doctor.tree"

-- New regions of AWS have had these parts for years; a name is not looked up, so that one that is new is no fault.
local AREAS = { af = true, ap = true, ca = true, cn = true, eu = true, il = true, me = true, mx = true, sa = true, us = true, eusc = true }
local DIRECTIONS = { north = true, south = true, east = true, west = true, central = true, northeast = true, northwest = true, southeast = true, southwest = true }

local function is_region(name)
  local area, direction = name:match "^(%l+)%-(%l+)%-%d$"
  if not area then area, direction = name:match "^(%l+)%-%l+%-(%l+)%-%d$" end -- us-gov-west-1
  return area ~= nil and AREAS[area] == true and DIRECTIONS[direction] == true
end

local function check_service(case, found)
  local value, at = tree.entry(case.project.tree, "service")
  if value and value.kind == "map" then value, at = tree.entry(value, "name") end
  local name = value and tree.text(value)
  if name and not name:find "^%a[%w-]+$" then
    found:add("service-name", at, ("the Framework takes no service with the name %s"):format(name))
  end
end

local function check_region(case, found)
  local value, at = tree.at(case.project.tree, "provider", "region")
  local name = tree.text(value)
  if name and not is_region(name) then found:add("region", at, ("%s does not look like a region of AWS"):format(name)) end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  check_service(case, found)
  check_region(case, found)
end
