-- doctor.lua: `moonwire doctor`: what is wrong with the wiring of a service. Each subject is a file of moonwire.doctor that looks at the
-- case and adds to the findings; what the reader of serverless.yml has noticed itself comes first.
local actions = require "moonwire.doctor.actions"
local apps = require "moonwire.doctor.apps"
local bootstrap = require "moonwire.doctor.bootstrap"
local case = require "moonwire.doctor.case"
local findings = require "moonwire.doctor.findings"
local handlers = require "moonwire.doctor.handlers"
local json = require "moonwire.json"
local libraries = require "moonwire.doctor.libraries"
local names = require "moonwire.doctor.names"
local options = require "moonwire.cli.options"
local packaged = require "moonwire.doctor.packaged"
local permissions = require "moonwire.doctor.permissions"
local placeholders = require "moonwire.doctor.placeholders"
local project = require "moonwire.core.project"
local queues = require "moonwire.doctor.queues"
local references = require "moonwire.doctor.references"
local report = require "moonwire.doctor.report"
local routes = require "moonwire.doctor.routes"
local runtime = require "moonwire.doctor.runtime"
local settings = require "moonwire.doctor.settings"
local sizes = require "moonwire.doctor.sizes"
local store = require "moonwire.doctor.store"
local stream = require "moonwire.test.stream"
local timeouts = require "moonwire.doctor.timeouts"

local doctor = {}

local USAGE = [[
Usage: moonwire doctor [OPTION ...]

Looks for faults in the wiring of the service that serverless.yml describes, and
says where each one is and what to do: errors (it will not work on AWS),
warnings (surely not what was meant) and notes. The exit status is 1 when there
are errors or warnings. docs/doctor.md lists the codes.

The handlers' modules are loaded, each in a process of its own with the
function's environment: code outside of functions runs.

  --config FILE          the service (serverless.yml)
  --stage NAME           its stage (provider.stage of the file, else dev)
  --opt NAME=VALUE       what ${opt:NAME} stands for; may be said several times
  --param NAME=VALUE     what ${param:NAME} stands for; may be said several
                         times
  --load-timeout S       seconds that loading one may take (10, as on AWS)
  --no-load              no code of the service runs: files are only looked for,
                         and compiled
  --json                 one JSON object: service, stage, findings (level, code,
                         file, line, message, hint), counts
  -h, --help             this text
]]

local SPEC = {
  command = "doctor", usage = USAGE,
  options = { config = "text", stage = "text", opt = "list", param = "list", ["load-timeout"] = "count", ["no-load"] = "flag", json = "flag" },
}

local RULES = { settings, names, placeholders, references, routes, apps, timeouts, queues, permissions.check, actions, store, runtime, bootstrap, libraries, packaged, sizes }

-- A file that cannot be read: "serverless.yml:7: what is wrong", or "...:7:3: ..." of the YAML.
local function unreadable(found, file, message)
  local path, line, rest = message:match "^(.-):(%d+):%s*(.*)$"
  rest = rest and rest:gsub("^%d+: ", "")
  if not path then path, rest = file, message:gsub("^" .. file:gsub("%p", "%%%0") .. ": ", "") end
  found:add("settings", { file = path, line = tonumber(line) }, rest)
end

local function examine(found, read, file, parsed)
  local patient = case.new(read, file)
  local ok, why = handlers.check(patient, found, parsed)
  if not ok then return nil, why end
  for _, rule in ipairs(RULES) do rule(patient, found) end
  return true
end

local function print_json(found, read)
  local list = {}
  for i, one in ipairs(found.list) do list[i] = one end
  io.stdout:write(json.encode {
    service = read and read.service or json.null, stage = read and read.stage or json.null,
    findings = json.array(list), counts = found:counts(),
  }, "\n")
end

local function print_text(found, read)
  local _, colours = stream.terminal()
  local count = read and #read.functions or 0
  io.stdout:write(report.text(found, read and ("%d function%s"):format(count, count == 1 and "" or "s") or "nothing was looked at", colours))
end

--- @param args string[]
--- @return integer status
function doctor.run(args)
  local parsed, status = options.parse(SPEC, args)
  if not parsed then return status end
  local file, found = parsed.config or "serverless.yml", findings.new()
  local read, message = project.read(file, parsed)
  if not read and message:find "^%-%-" then
    return options.wrong("doctor", message)
  elseif not read then
    unreadable(found, file, message)
  else
    local ok, why = examine(found, read, file, parsed)
    if not ok then return options.failed("doctor", why) end
  end
  found:finish()
  if parsed.json then print_json(found, read) else print_text(found, read) end
  local counts = found:counts()
  return counts.error + counts.warning > 0 and 1 or 0
end

return doctor
