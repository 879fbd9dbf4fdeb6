-- sbom.lua VERSION ARCH <COMPONENTS: a software bill of materials (CycloneDX 1.5, JSON) of what tools/components has written: which
-- library, of which Debian package, is in which program. The same programs have the same: it has neither a date nor a serial number, and
-- its members stand in one order.
local json = require "moonwire.json"

local version, arch = ...
local DEBIAN_ARCH = { x86_64 = "amd64", arm64 = "arm64" }

local function split(line)
  local words = {}
  for word in line:gmatch "[^\t]+" do words[#words + 1] = word end
  return unpack(words)
end

-- Package URL: https://github.com/package-url/purl-spec, type deb. What is not unreserved is percent-encoded.
local function purl(kind, package, of)
  local encoded = of:gsub("[^%w%.%-_~]", function(c) return ("%%%02X"):format(c:byte()) end)
  return ("pkg:deb/debian/%s@%s?arch=%s&distro=debian-12"):format(package, encoded, kind == "source" and "source" or DEBIAN_ARCH[arch])
end

local function program(name)
  return ('{"type":"application","bom-ref":"%s","name":"%s","version":"%s"}'):format(name, name, version)
end

local function library(name, licence, of, ref)
  return ('{"type":"%s","bom-ref":%s,"name":"%s","version":%s,"licenses":[{"license":{"id":"%s"}}],"purl":%s}'):format(
    name == "amazon-roots" and "data" or "library", json.encode(ref), name, json.encode(of), licence, json.encode(ref))
end

local function depends(ref, on)
  return ('{"ref":"%s","dependsOn":%s}'):format(ref, json.encode(on))
end

local components, in_both, in_tool = { program "bootstrap", program "moonwire" }, {}, {}
for line in io.lines() do
  local where, name, licence, kind, package, of = split(line)
  local ref = purl(kind, package, of)
  table.insert(components, library(name, licence, of, ref))
  table.insert(in_tool, ref)
  if where == "both" then table.insert(in_both, ref) end
end

local dependencies = { depends("project", { "bootstrap", "moonwire" }), depends("bootstrap", in_both), depends("moonwire", in_tool) }
local project = ('{"type":"application","bom-ref":"project","name":"moonwire-%s","version":"%s"}'):format(arch, version)
print(([[
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,
"metadata":{"component":%s},
"components":[
%s],
"dependencies":[
%s]}]]):format(project, table.concat(components, ",\n"), table.concat(dependencies, ",\n")))
