-- libraries.lua: modules written in C (.so) that go along with the functions: are they for the machine and the glibc that they will meet?
local elf = require "moonwire.doctor.elf"
local files = require "moonwire.doctor.files"

local FILE_MAX = 64 * 1024 * 1024

-- provided.al2023 (Amazon Linux 2023)
local GLIBC = { major = 2, minor = 34 }

local function is_musl(about)
  for _, name in ipairs(about.needed) do
    if name:find "musl" then return true end
  end
end

local function check(case, found, path, bytes)
  local at = { file = path }
  local about = elf.read(bytes)
  if not about then
    found:add("library-form", at, "it is no shared library of Linux")
    return
  end
  for _, fn in ipairs(case.project.functions) do
    local wanted = case:architecture(fn.name)
    if about.machine ~= wanted then
      found:add_for("library-architecture", at, fn.name, ("it is for %s, but %s is the architecture of {functions}"):format(about.machine, wanted))
    end
  end
  local glibc = about.glibc
  if is_musl(about) then
    found:add("library-glibc", at, "it was linked with musl, and Amazon Linux 2023 has glibc")
  elseif glibc and (glibc.major > GLIBC.major or glibc.major == GLIBC.major and glibc.minor > GLIBC.minor) then
    found:add("library-glibc", at, ("it needs glibc %d.%d, and Amazon Linux 2023 has %d.%d"):format(glibc.major, glibc.minor, GLIBC.major, GLIBC.minor))
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, file in ipairs(case:files()) do
    local path = case.root .. file.path
    local bytes = path:find "%.so$" and files.read(path, FILE_MAX)
    if bytes then check(case, found, path, bytes) end
  end
end
