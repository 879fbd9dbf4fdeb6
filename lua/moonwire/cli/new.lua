-- new.lua: `moonwire new`: the folder of a new service, from one of the templates that the tool carries (templates/).
local files = require "moonwire.cli.files"
local folder = require "moonwire.core.folder"
local installed = require "moonwire.cli.installed"
local options = require "moonwire.cli.options"
local types = require "moonwire.cli.types"

local new = {}

local USAGE = [[
Usage: moonwire new NAME [OPTION ...]

Makes the folder NAME with a service of that name: serverless.yml, handlers,
specs, settings for editors, an example for CI, and the layer that runs it on
AWS. It works at once, with `moonwire dev` and `moonwire test`. A folder that
has files already is left alone.

  --template NAME        echo: says back what it is told (default); chat: rooms,
                         with a page for browsers; notify: a queue whose jobs
                         are told to users, who have to show a token, with a
                         page, too
  -h, --help             this text
]]

local SPEC = { command = "new", usage = USAGE, arguments = { "NAME" }, options = { template = "text" } }

local ADDRESSES = { -- for a shell
  echo = "ws://127.0.0.1:3001/dev",
  chat = '"ws://127.0.0.1:3001/dev?name=ann"',
  notify = '"ws://127.0.0.1:3001/dev?token=$(moonwire token --sub ann)"',
}

local PLACEHOLDER = "service%-name" -- what a service is called in the templates
local ARCHITECTURE = "arm64" -- of the templates: it costs less on AWS
local LAYER = "moonwire-layer-%s.zip"
local NAME_MAX = 32 -- the names of roles and functions, which the Framework makes of it, may have 64

-- What is wrong with a name, or nil. The Framework's own rule, and its limits: roles are called NAME-STAGE-REGION-lambdaRole.
local function check_name(name)
  if not name:find "^%a[%w-]+$" then
    return ("%q cannot be the name of a service: letters, digits and -, at least two, a letter first"):format(name)
  end
  if #name > NAME_MAX then return ("%q is too long for the name of a service: %d characters at most"):format(name, NAME_MAX) end
end

-- Makes the folder, unless it is there and empty; a repository without files counts as empty. Returns "made" or "there"; nil, message.
local function make_folder(name)
  local entries = folder.list(name)
  for _, entry in ipairs(entries or {}) do
    if entry.name ~= ".git" then return nil, ("the folder %s is not empty (%s); nothing was changed"):format(name, entry.name) end
  end
  local ok, why = folder.make(name)
  if not ok then return nil, ("the folder %s cannot be made: %s"):format(name, why) end
  return entries and "there" or "made"
end

-- As it was, so that the next try finds its place.
local function undo(name, state)
  files.clear(name, ".git")
  if state == "made" then os.remove(name) end
end

local function write(path, bytes)
  local ok, why = folder.make(path:match "^(.*)/")
  if not ok then return nil, ("%s cannot be made: %s"):format(path:match "^(.*)/", why) end
  return files.write(path, bytes)
end

-- What a template makes: path -> text. One that has a page gets the client for it, too.
local function texts_of(template)
  local texts, has_page = {}, false
  for path, text in pairs(require "moonwire.cli.templates") do
    local kind, inside = path:match "^(%w+)/(.*)$"
    if kind == template or kind == "common" then texts[inside] = text end
    has_page = has_page or kind == template and inside:find "^web/" ~= nil
  end
  for path, text in pairs(has_page and require "moonwire.cli.web_client" or {}) do texts["web/" .. path] = text end
  return texts
end

-- The architecture of a new service, and the layer for it: another one than the templates' when only that layer came with this tool, so that
-- what is made can be deployed as it is.
local function find_layer()
  for _, architecture in ipairs { ARCHITECTURE, "x86_64" } do
    local layer = installed.read(LAYER:format(architecture))
    if layer then return architecture, layer end
  end
  return ARCHITECTURE, nil
end

local function fill(text, name, architecture)
  return (text:gsub("%f[%w]" .. ARCHITECTURE .. "%f[%W]", architecture):gsub(PLACEHOLDER, name)) -- a name may have it, too
end

local function write_files(name, template, architecture)
  for path, text in pairs(texts_of(template)) do
    local ok, why = write(name .. "/" .. path, fill(text, name, architecture))
    if not ok then return nil, why end
  end
  return types.write(name)
end

local NEXT = [[
%s is in the folder %s:

  cd %s
  moonwire dev                # serves it; in another terminal:
  npx -y wscat -c %s
%s  moonwire test               # runs its specs
  moonwire doctor             # looks for mistakes that only AWS would show
  npx osls@3 deploy           # puts it on AWS

README.md there says more.
]]

local NO_LAYER = [[

%s did not come with this tool (`make package` makes it): put it into the folder
%s/layer before you deploy.
]]

local OTHER_ARCHITECTURE = [[

The service is for x86_64: this tool has no layer for arm64 (`make package` makes both).
]]

local PAGE = [[
  python3 -m http.server -d web %d    # or any other server of files: its page, http://127.0.0.1:%d/
]]

-- Each has a port of its own: a browser would show what it keeps of the page of another service.
local PORTS = { chat = 8000, notify = 8001 }

local function tell(name, template, architecture, has_layer)
  local port = PORTS[template]
  local page = port and PAGE:format(port, port) or ""
  io.stdout:write(NEXT:format(name, name, name, ADDRESSES[template], page))
  if not has_layer then io.stdout:write(NO_LAYER:format(LAYER:format(architecture), name)) end
  if architecture ~= ARCHITECTURE then io.stdout:write(OTHER_ARCHITECTURE) end
end

--- @param args string[]
--- @return integer status
function new.run(args)
  local parsed, status = options.parse(SPEC, args)
  if not parsed then return status end
  local name, template = parsed[1], parsed.template or "echo"
  if not ADDRESSES[template] then
    return options.wrong("new", ("--template takes echo, chat or notify, not %q"):format(template))
  end
  local wrong = check_name(name)
  if wrong then return options.mistaken("new", wrong) end
  local state, wrong_place = make_folder(name)
  if not state then return options.failed("new", wrong_place) end
  local architecture, layer = find_layer()
  local ok, why = write_files(name, template, architecture)
  if ok and layer then ok, why = write(name .. "/layer/" .. LAYER:format(architecture), layer) end
  if not ok then
    undo(name, state)
    return options.failed("new", why)
  end
  tell(name, template, architecture, layer)
  return 0
end

return new
