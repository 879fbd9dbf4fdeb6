-- check.lua LINES FILE...: prints a line for each global that a Lua file writes, or reads although Lua does not have it,
-- for each function longer than LINES, and for each file that does not compile.
local jutil = require "jit.util"
local vmdef = require "jit.vmdef"

local most = tonumber(arg[1])

-- Files whose purpose is to give globals to others.
local givers = {
  ["lua/moonwire/meta/dialect.lua"] = true, -- declares those of specs
  ["lua/moonwire/runtime/prelude.lua"] = true, -- replaces what Lua has: require, print, coroutine.resume
}

local function report(file, line, ...)
  print(("%s:%d: %s"):format(file, line, table.concat({ ... })))
end

local function opcode(instruction)
  local at = bit.band(instruction, 0xFF) * 6
  return vmdef.bcnames:sub(at + 1, at + 6):match("%S+")
end

local function check_globals(file, proto, info)
  for pc = 1, info.bytecodes - 1 do
    local instruction = jutil.funcbc(proto, pc)
    local op = opcode(instruction)
    if op == "GSET" or op == "GGET" then
      local name = jutil.funck(proto, -bit.rshift(instruction, 16) - 1)
      local line = jutil.funcinfo(proto, pc).currentline
      if op == "GSET" and not givers[file] then
        report(file, line, "writes the global ", name, "; make it local")
      elseif op == "GGET" and _G[name] == nil and not givers[file] then
        report(file, line, "reads the global ", name, ", which Lua does not have; require it")
      end
    end
  end
end

local function check_function(file, proto)
  local info = jutil.funcinfo(proto)
  local lines = info.lastlinedefined - info.linedefined + 1
  if info.linedefined > 0 and lines > most then
    report(file, info.linedefined, "the function has ", lines, " lines, more than ", most, "; take a step out of it")
  end
  check_globals(file, proto, info)
  for k = -1, -info.gcconsts, -1 do
    local constant = jutil.funck(proto, k)
    if type(constant) == "proto" then check_function(file, constant) end
  end
end

for i = 2, #arg do
  local chunk, message = loadfile(arg[i])
  if chunk then
    check_function(arg[i], chunk)
  else
    report(arg[i], message:match(":(%d+):") or 1, "does not compile: ", (message:gsub("^.-:%d+: ", "")))
  end
end
