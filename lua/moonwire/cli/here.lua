-- here.lua: whether a running `moonwire dev` is that of the service in this folder.
local control = require "moonwire.cli.control"
local ffi = require "ffi"

ffi.cdef "char *realpath(const char *path, char *resolved);"

local here = {}

local FILE = "serverless.yml"

-- The absolute path of a file, as `moonwire dev` says it: links in the path of its directory are resolved.
local function absolute(file)
  local directory, name = file:match "^(.*/)([^/]*)$"
  local path = ffi.new("char[?]", 4097)
  if ffi.C.realpath(directory or ".", path) == nil then return nil end
  return ffi.string(path) .. "/" .. (name or file)
end

local function is_there(file)
  local handle = io.open(file, "rb")
  if handle then handle:close() end
  return handle ~= nil
end

--- Whether a `moonwire dev` serves this file and stage.
--- @param service moonwire.cli.Service
--- @param config? string path of its serverless.yml; default: that of the working directory
--- @param stage? string default: any
--- @return boolean
function here.is_served(service, config, stage)
  return service.config == absolute(config or FILE) and (stage or service.stage) == service.stage
end

--- For subcommands that ask whatever runs at the default port: fails when that is another service than the one of this folder. Nothing
--- is checked when a port was said, or when this is no folder of a service.
--- @param port? integer what --control-port said
--- @return true? ok
--- @return string? message
function here.check(port)
  if port or not is_there(FILE) then return true end
  local service, message = control.service()
  if not service then return nil, message end
  if here.is_served(service) then return true end
  return nil, ("the `moonwire dev` with the control port %d serves %s (%s), not the service of this folder; --control-port says which one is meant")
    :format(control.PORT, service.service, service.config)
end

return here
