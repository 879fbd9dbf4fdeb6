-- package.lua: `moonwire package`. A service and bootstrap as one archive, for functions without a layer.
local files = require "moonwire.cli.package_files"
local installed = require "moonwire.cli.installed"
local options = require "moonwire.cli.options"
local process = require "moonwire.core.process"
local zip = require "moonwire.core.zip"

local package = {}

local USAGE = [[
Usage: moonwire package [OPTION ...]

Writes one archive that Lambda takes for a function of the runtime provided.al2023, without a layer: bootstrap, and the code below this
folder, which is what Lua loads: *.lua (but for *_spec.lua) and *.so. Hidden files and folders, node_modules, build and dist are left out. The
same files make the same bytes. All functions of a service can have the same archive: their handlers differ.

  --arch NAME        x86_64 or arm64: what `architecture` of the function says on AWS (x86_64, as there)
  --include PATH     this file, or all in this folder, too; may be said several times
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

-- Our own, which `moonwire dev` runs; that of another architecture comes out of its layer as it is there, compressed.
local function add_bootstrap(archive, arch)
  local program = installed.read "bootstrap"
  if program and is_made_for(program, arch) then return archive:add("bootstrap", program, PROGRAM) end
  local layer = process.own_file(("moonwire-layer-%s.zip"):format(arch))
  if layer then return archive:copy(layer, "bootstrap") end
  return nil, ("this moonwire has no bootstrap for %s; the tarballs of a release have both, `make package` makes them"):format(arch)
end

-- Returns how many bytes the files have; nil, message.
local function add_files(archive, paths)
  local size = 0
  for _, path in ipairs(paths) do
    local bytes, message = files.read(path)
    if not bytes then return nil, message end
    size = size + #bytes
    local ok, why = archive:add(path, bytes, path:find "%.so[%.%d]*$" and PROGRAM or FILE)
    if not ok then return nil, why end
  end
  return size
end

local function fill(archive, arch, paths)
  local ok, message = add_bootstrap(archive, arch)
  if not ok then return nil, message end
  local size, why = add_files(archive, paths)
  if not size then return nil, why end
  if size > UNPACKED_MAX then return nil, ("the files have %d MB; Lambda takes at most 250"):format(size / 2 ^ 20) end
  return archive:close()
end

-- Under another name until it is whole.
local function write(output, arch, paths)
  local temporary = output .. ".new"
  local archive, message = zip.create(temporary)
  if not archive then return nil, message end
  local ok, why = fill(archive, arch, paths)
  if ok then ok, why = os.rename(temporary, output) end
  if not ok then os.remove(temporary) end
  return ok, why
end

local function tell(output, arch, paths)
  local size = #files.read(output)
  print(("%s: %d %s and bootstrap for %s, %.1f MB"):format(output, #paths, #paths == 1 and "file" or "files", arch, size / 1e6))
  if size > DIRECT_MAX then io.stderr:write "moonwire package: more than 50 MB go to Lambda through S3 only\n" end
end

--- @param args string[]
--- @return integer status
function package.run(args)
  local parsed, status = options.parse(SPEC, args)
  if not parsed then return status end
  local arch, output = parsed.arch or "x86_64", parsed.output or "function.zip"
  if not MACHINES[arch] then return options.wrong("package", ("--arch takes x86_64 or arm64, not %q"):format(arch)) end
  local paths, message = files.find(parsed.include or {})
  if not paths then return options.failed("package", message) end
  local ok, why = write(output, arch, paths)
  if not ok then return options.failed("package", why) end
  tell(output, arch, paths)
  return 0
end

return package
