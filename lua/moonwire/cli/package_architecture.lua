-- package_architecture.lua: which architecture the functions of the service in this folder have, for `moonwire package`.
local case = require "moonwire.doctor.case"
local files = require "moonwire.doctor.files"
local project = require "moonwire.core.project"

local FILE, DEFAULT = "serverless.yml", "x86_64"

-- A sentence when it is none that counts for all of them.
local function check(patient, fn, first, first_name)
  local value, at = patient:setting(fn.name, "architecture")
  if value and value.kind == "unknown" then
    return ("%s:%d: the architecture of %s is %s, which is not known here; --arch says which one is meant"):format(at.file, at.line, fn.name, value.text)
  end
  local own = patient:architecture(fn.name)
  if own == first then return nil end
  return ("%s is for %s and %s for %s: one archive cannot serve both; --arch says for which one it is made"):format(first_name, first, fn.name, own)
end

--- x86_64 where there is no serverless.yml, or nothing in it says another one, as on AWS.
--- @return string? architecture as it is written
--- @return string? message a sentence
return function()
  if not files.exists(FILE) then return DEFAULT end
  local service, message = project.read(FILE, {})
  if not service then return nil, message .. "; --arch says for which architecture the archive is made, without a look at it" end
  local patient = case.new(service, FILE)
  local first = service.functions[1]
  local architecture = first and patient:architecture(first.name) or DEFAULT
  for _, fn in ipairs(service.functions) do
    local why = check(patient, fn, architecture, first.name)
    if why then return nil, why end
  end
  return architecture
end
