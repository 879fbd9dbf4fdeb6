-- probe.lua: the other side of handlers.lua: a process that loads the handler of one function, as bootstrap does, and tells what came
-- of it. A process of its own, because code of the service may end it, print, define types for the FFI, or never come to an end; and
-- because the environment of the developer is not that of the function.
local ffi = require "ffi"
local json = require "moonwire.json"
local load_handler = require "moonwire.runtime.handler"
local project = require "moonwire.core.project"

ffi.cdef [[
int chdir(const char *path);
int clearenv(void);
int setenv(const char *name, const char *value, int overwrite);
]]

local probe = {}

local function set(name, value)
  if #name > 0 and not name:find "[=%z]" then ffi.C.setenv(name, value, 1) end
end

-- What Lambda sets; the keys are those of `moonwire dev`, which no service of AWS takes.
local function set_environment(service, fn)
  local path = os.getenv "PATH"
  ffi.C.clearenv()
  set("LANG", "en_US.UTF-8")
  set("TZ", ":UTC")
  set("PATH", path or "/usr/bin:/bin")
  set("MOONWIRE_GLOBALS", "error")
  for name, value in pairs(fn.environment) do set(name, value) end
  set("_HANDLER", fn.handler)
  set("AWS_LAMBDA_FUNCTION_NAME", ("%s-%s-%s"):format(service.service, service.stage, fn.name))
  set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
  set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", tostring(fn.memory))
  set("AWS_REGION", service.region)
  set("AWS_DEFAULT_REGION", service.region)
  set("AWS_ACCESS_KEY_ID", "local")
  set("AWS_SECRET_ACCESS_KEY", "local")
  set("LAMBDA_TASK_ROOT", service.directory)
end

-- The files of the service that were loaded, as seen from its folder.
local function files()
  local list = {}
  for name in pairs(package.loaded) do
    local path = type(name) == "string" and not name:find "^moonwire%." and package.searchpath(name, package.path)
    if path and path:sub(1, 1) ~= "/" then list[#list + 1] = (path:gsub("^%./", "")) end
  end
  table.sort(list)
  return json.array(list)
end

-- What an app says of itself; nil when the handler is none.
local function app_of(handler)
  if type(handler) ~= "table" or type(handler.routes) ~= "function" then return nil end
  local ok, routes = pcall(handler.routes, handler)
  if not ok or type(routes) ~= "table" then return nil end
  return { routes = json.array(routes) }
end

-- The line of the service's code that was at work, nearest first: what the library raises does not always name it.
local function place()
  local level = 3
  while true do
    local info = debug.getinfo(level, "Sl")
    if not info then return nil end
    local path = info.source:match "^@([^/].*%.lua)$"
    local is_other = not path or path:find "^lua_modules/" or path:find "^moonwire/" -- the library's files have names like these
    if not is_other and info.currentline > 0 then return { file = (path:gsub("^%./", "")), line = info.currentline } end
    level = level + 1
  end
end

local function failure_of(raised)
  if type(raised) ~= "table" then return { type = "", message = tostring(raised), at = place() } end
  return { type = tostring(raised.type or ""), message = tostring(raised.message or "an error without a message"), at = place() }
end

local function load(fn)
  local ok, handler = xpcall(function() return load_handler(fn.handler, "") end, failure_of)
  if not ok then return { failure = handler, files = files() } end
  return { app = app_of(handler), files = files() }
end

--- Prints the mark, and behind it what came of it, as JSON.
--- @param order string JSON: config, stage, opt, param; name: the function's; mark
function probe.run(order)
  order = json.decode(order)
  local service = assert(project.read(order.config, order))
  for _, fn in ipairs(service.functions) do
    if fn.name == order.name then
      set_environment(service, fn)
      if ffi.C.chdir(service.directory) ~= 0 then error("the folder of the service cannot be entered", 0) end
      io.stdout:write("\n", order.mark, json.encode(load(fn)), "\n")
      io.stdout:flush()
    end
  end
  os.exit(0)
end

return probe
