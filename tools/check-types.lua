-- check-types.lua FILE...: holds the types that comments of the library give against its code. Prints a line for
--   a function of a public module without @param for each parameter, or without @return although it returns something;
--   a @param, or a @return, that the code does not have;
--   a type that is used and declared nowhere, and a comment that is none;
--   a C function of bind_NAME.c without an entry in lua/moonwire/meta/core/NAME.lua, and an entry without a C function.
local here = arg[0]:match "^(.*/)" or ""
package.path = here .. "?.lua;" .. package.path
local jutil = require "jit.util"
local vmdef = require "jit.vmdef"
local library = require "library"
local luacats = require "luacats"

local META = "lua/moonwire/meta/core/"

local function report(file, line, ...)
  print(("%s:%d: %s"):format(file, line, table.concat { ... }))
end

local function wrong(path, line, why) report(path, line, why) end

-- Names

-- What the language server knows by itself.
local known = {}
for name in ("any nil boolean string number integer table function thread userdata lightuserdata true false unknown self ffi.cdata*"):gmatch "%S+" do
  known[name] = true
end

local function learn(files)
  for _, file in ipairs(files) do
    for _, class in ipairs(file.classes) do known[class.name] = true end
    for _, alias in ipairs(file.aliases) do known[alias.name] = true end
  end
end

local function check_names(file)
  for _, used in ipairs(file.used) do
    if not known[used.name] then report(file.path, used.line, "there is no type ", used.name, "; declare it with @class or @alias") end
  end
end

-- Code

local RETURNS = { RETM = true, RET = true, RET1 = true, CALLT = true, CALLMT = true }

local function opcode(instruction)
  local at = bit.band(instruction, 0xFF) * 6
  return vmdef.bcnames:sub(at + 1, at + 6):match "%S+"
end

-- By the line where a function begins: "nothing", "values", or "empty" for one without code.
local function read_code(proto, into)
  local info = jutil.funcinfo(proto)
  local what = info.bytecodes <= 2 and "empty" or "nothing"
  for pc = 1, info.bytecodes - 1 do
    if RETURNS[opcode((jutil.funcbc(proto, pc)))] then what = "values" end
  end
  into[info.linedefined] = what
  for k = -1, -info.gcconsts, -1 do
    local constant = jutil.funck(proto, k)
    if type(constant) == "proto" then read_code(constant, into) end
  end
  return into
end

-- Parameters that have no @param, or another one in their place. A sentence, or nothing.
local function params_problem(fn)
  local params = {}
  for i, param in ipairs(fn.params) do params[i] = param.name end
  local said, has = table.concat(params, ", "), table.concat(fn.arguments, ", ")
  if said == has then return end
  return ("the parameters are (%s), and @param says (%s)"):format(has, said)
end

local function check_function(file, fn, name, returns)
  if not fn.arguments then
    if not fn.type and not fn.is_tagged then report(file.path, fn.line, name, " has no @type") end
    return
  end
  local why = params_problem(fn)
  if why then report(file.path, fn.line, name, ": ", why) end
  if returns == "values" and #fn.returns == 0 then report(file.path, fn.line, name, " returns something and has no @return") end
  if returns == "nothing" and #fn.returns > 0 then report(file.path, fn.line, name, " has a @return and returns nothing") end
end

-- What is not public may have no types; those that it has must be right.
local function check_functions(file)
  local chunk = loadfile(file.path)
  local returns, public = chunk and read_code(chunk, {}) or {}, {}
  for _, entry in ipairs(library.public(file)) do
    public[entry.fn] = true
    check_function(file, entry.fn, entry.name, returns[entry.fn.line])
  end
  for _, fn in ipairs(file.functions) do
    local why = not public[fn] and fn.arguments and #fn.params > 0 and params_problem(fn)
    if why then report(file.path, fn.line, fn.word, ": ", why) end
  end
end

-- C

-- Names that a bind_*.c gives to Lua, with the line; and whether the module is a function itself.
local function read_bind(path)
  local names, number, is_function, pushed, in_list = {}, 0, false, nil, false
  for text in io.lines(path) do
    number = number + 1
    in_list = in_list or text:find "luaL_Reg%s+[%w_]+%[%]" ~= nil
    if in_list then
      for name in text:gmatch '{ "([%w_]+)", [%w_]+ }' do names[name] = number end
      if text:find "};" then in_list = false end
    end
    local set = text:match 'lua_setfield%(L, %-2, "([%a][%w_]*)"%)'
    if pushed and set then names[set] = number end
    if pushed and text:find "return 1;" then is_function = true end
    pushed = text:match "lua_pushcfunction%(L, (l_[%w_]+)%)"
  end
  return names, is_function
end

local function check_bind(path, metas)
  local name = path:match "bind_([%w_]+)%.c$"
  local names, is_function = read_bind(path)
  local meta = metas[META .. name .. ".lua"]
  local entries = {}
  for _, fn in ipairs(meta and meta.functions or {}) do
    if fn.arguments and fn.owner then entries[fn.word] = fn.line elseif fn.arguments then is_function = false end
  end
  if is_function then report(path, 1, "gives a function to Lua that ", META, name, ".lua does not declare; give it an entry there") end
  for word, line in pairs(names) do
    if not entries[word] then report(path, line, word, " has no entry in ", META, name, ".lua; give it one, with its types") end
  end
  for word, line in pairs(entries) do
    if not names[word] then report(META .. name .. ".lua", line, path, " has no function ", word, "; take the entry out, or correct its name") end
  end
end

local files, metas, binds = {}, {}, {}
for _, path in ipairs(arg) do
  if path:find "%.c$" then
    binds[#binds + 1] = path
  else
    files[#files + 1] = luacats.read(path, wrong)
    metas[path] = files[#files]
  end
end
learn(files)
for _, file in ipairs(files) do
  check_names(file)
  check_functions(file)
end
for _, path in ipairs(binds) do check_bind(path, metas) end
for path in pairs(metas) do
  local name = path:match("^" .. META .. "([%w_]+)%.lua$")
  local bound = name == nil
  for _, bind in ipairs(binds) do bound = bound or bind:match "bind_([%w_]+)%.c$" == name end
  if not bound then report(path, 1, "there is no bind_", name, ".c; remove the file") end
end
