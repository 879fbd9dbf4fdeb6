-- package.lua: `moonwire package`. A service and bootstrap as one archive, for functions without a layer.
local files = require "moonwire.cli.files"
local folder = require "moonwire.core.folder"
local installed = require "moonwire.cli.installed"
local options = require "moonwire.cli.options"
local package_architecture = require "moonwire.cli.package_architecture"
local package_files = require "moonwire.cli.package_files"
local process = require "moonwire.core.process"
local zip = require "moonwire.core.zip"

local package = {}

local USAGE = [[
Usage: moonwire package [OPTION ...]

Writes one archive that Lambda takes for a function of the runtime
provided.al2023, without a layer: bootstrap, and the code below this folder,
which is what Lua loads: *.lua (but for *_spec.lua) and *.so. Hidden files and
folders, node_modules, build and dist are left out. Links are followed. The same
files make the same bytes. All functions of a service can have the same archive:
their handlers differ.

  --arch NAME        x86_64 or arm64 (what `architecture` in serverless.yml
                     says; x86_64 without it, as on AWS)
  --include PATH     this file, or all in this folder, too; may be said several
                     times
  -o, --output FILE  the archive (function.zip)
  -h, --help         this text
]]

local SPEC = {
  command = "package", usage = USAGE, short = { o = "output" },
  options = { arch = "text", include = "list", output = "text" },
}

-- What the header of a program says (ELF, e_machine).
local MACHINES = { x86_64 = 62, arm64 = 183 }

-- Lambda's quotas: unpacked, layers included; and an archive that is uploaded directly, not through S3.
local UNPACKED_MAX, DIRECT_MAX = 250 * 2 ^ 20, 50 * 2 ^ 20

local FILE, PROGRAM = 420, 493 -- 0644, 0755: Lambda's user is none of ours

local function is_made_for(program, arch)
  return #program > 20 and program:sub(1, 4) == "\127ELF" and program:byte(19) + 256 * program:byte(20) == MACHINES[arch]
end

-- The one of an architecture: its program, or the archive that has it, and how many bytes it has. Our own is what `moonwire dev` runs.
local function find_bootstrap(arch)
  local program = installed.read "bootstrap"
  if program and is_made_for(program, arch) then return { program = program, size = #program } end
  local layer = process.own_file(("moonwire-layer-%s.zip"):format(arch))
  local archive = layer and zip.open(layer)
  for _, entry in ipairs(archive and archive:entries() or {}) do
    if entry.name == "bootstrap" then return { layer = layer, size = entry.size } end
  end
  return nil, ("this moonwire has no bootstrap for %s; the tarballs of a release have both, `make package` makes them"):format(arch)
end

-- That of another architecture comes out of its layer as it is there, compressed.
local function add_bootstrap(archive, bootstrap)
  if bootstrap.program then return archive:add("bootstrap", bootstrap.program, PROGRAM) end
  return archive:copy(bootstrap.layer, "bootstrap")
end

local function add_files(archive, list)
  for _, file in ipairs(list) do
    local bytes, message = package_files.read(file.path, file.size)
    if not bytes then return nil, message end
    local ok, why = archive:add(file.path, bytes, file.path:find "%.so[%.%d]*$" and PROGRAM or FILE)
    if not ok then return nil, why end
  end
  return true
end

-- Before anything is read.
local function check_size(bootstrap, list)
  local size = bootstrap.size
  for _, file in ipairs(list) do size = size + file.size end
  if size <= UNPACKED_MAX then return true end
  return nil, ("the files and bootstrap have %d MB; Lambda takes at most 250"):format(math.ceil(size / 2 ^ 20))
end

local function write(output, arch, list)
  local bootstrap, message = find_bootstrap(arch)
  if not bootstrap then return nil, message end
  local fits, sentence = check_size(bootstrap, list)
  if not fits then return nil, sentence end
  return files.replace(output, function(temporary)
    local archive, why = zip.create(temporary)
    local ok
    if archive then ok, why = add_bootstrap(archive, bootstrap) end
    if ok then ok, why = add_files(archive, list) end
    if ok then ok, why = archive:close() end
    return ok, why
  end)
end

local function tell(output, arch, list)
  local size = folder.size(output) or 0
  print(("%s: %d %s and bootstrap for %s, %.1f MB"):format(output, #list, #list == 1 and "file" or "files", arch, size / 1e6))
  if size > DIRECT_MAX then io.stderr:write "moonwire package: more than 50 MB go to Lambda through S3 only\n" end
end

--- @param args string[]
--- @return integer status
function package.run(args)
  local parsed, status = options.parse(SPEC, args)
  if not parsed then return status end
  local arch, output = parsed.arch, parsed.output or "function.zip"
  if arch and not MACHINES[arch] then return options.wrong("package", ("--arch takes x86_64 or arm64, not %q"):format(arch)) end
  local unclear
  if not arch then arch, unclear = package_architecture() end
  if unclear then return options.failed("package", unclear) end
  if not MACHINES[arch] then return options.failed("package", ("serverless.yml: the architecture %q is none of Lambda's: x86_64 or arm64"):format(arch)) end
  local list, message, notes = package_files.find(parsed.include or {}, output)
  for _, sentence in ipairs(notes) do io.stderr:write("moonwire package: ", sentence, "\n") end
  if not list then return options.failed("package", message) end
  local ok, why = write(output, arch, list)
  if not ok then return options.failed("package", why) end
  tell(output, arch, list)
  return 0
end

return package
