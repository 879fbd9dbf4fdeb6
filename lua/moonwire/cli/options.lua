-- options.lua: the arguments of a subcommand.
local options = {}

--- @class moonwire.cli.Spec
--- @field command string "invoke": its name
--- @field usage string what --help prints
--- @field options? table<string, "flag"|"text"|"port"|"count"|"list"> without the "--"; `list` may be said several times
--- @field short? table<string, string> "o" -> "output": an option's letter
--- @field arguments? string[] names of those without "--": "FUNCTION"; one in brackets ("[FILE]") may be left out, a
--- last one with dots ("[FILE...]") be said several times

local function number(text, min, max)
  local value = text:find "^%d+$" and tonumber(text)
  return value and value >= min and value <= max and value or nil
end

local function port(name, text)
  local value = number(text, 1, 65535)
  if not value then return nil, ("--%s takes a number from 1 to 65535, not %q"):format(name, text) end
  return value
end

local function count(name, text)
  local value = number(text, 0, 2 ^ 31)
  if not value then return nil, ("--%s takes a number from 0 to 2147483648, not %q"):format(name, text) end
  return value
end

local readers = { port = port, count = count, text = function(_, text) return text end }

-- Sets one option: `value` is what stood behind "=", or nil; `following` the next argument. Returns how many arguments were
-- used, or nil and what is wrong.
local function set(spec, into, name, value, following)
  local kind = (spec.options or {})[name]
  if not kind then return nil, ("--%s is no option"):format(name) end
  if kind == "flag" then
    if value then return nil, ("--%s takes no value"):format(name) end
    into[name] = true
    return 1
  end
  local text = value or following
  if not text then return nil, ("--%s wants a value"):format(name) end
  if kind == "list" then
    into[name] = into[name] or {}
    table.insert(into[name], text)
  elseif into[name] ~= nil then
    return nil, ("--%s is said twice"):format(name)
  else
    local why
    into[name], why = readers[kind](name, text)
    if why then return nil, why end
  end
  return value and 1 or 2
end

local function check_arguments(spec, given)
  local names = spec.arguments or {}
  for i, name in ipairs(names) do
    if not given[i] and not name:find "^%[" then return name .. " is missing" end
  end
  if given[#names + 1] and not (names[#names] or ""):find("...", 1, true) then return ("%q is too much"):format(given[#names + 1]) end
end

-- Into `parsed`; returns what is wrong, or nothing, or "help".
local function read(spec, args, parsed)
  local i = 1
  while i <= #args do
    local arg = args[i]
    local name, value = arg:match "^%-%-([^=]+)=(.*)$"
    name = name or arg:match "^%-%-(.+)$" or (spec.short or {})[arg:match "^%-(%a)$" or ""]
    if arg == "-h" or arg == "--help" then
      return "help"
    elseif arg == "--" then
      for k = i + 1, #args do table.insert(parsed, args[k]) end
      break
    elseif name then
      local used, why = set(spec, parsed, name, value, args[i + 1])
      if not used then return why end
      i = i + used
    elseif arg:find "^%-." and not arg:find "^%-%d+$" then -- a negative number is a value that its reader refuses
      return arg .. " is no option"
    else
      table.insert(parsed, arg)
      i = i + 1
    end
  end
  return check_arguments(spec, parsed)
end

--- Reads the arguments of a subcommand: options by their name (`parsed.json`, `parsed["control-port"]`), the others by their
--- place (`parsed[1]`). When there is nothing to run, it has printed the usage, or what is wrong, and gives the exit status.
--- @param spec moonwire.cli.Spec
--- @param args string[]
--- @return table? parsed
--- @return integer? status
function options.parse(spec, args)
  local parsed = {}
  local why = read(spec, args, parsed)
  if why == "help" then
    io.stdout:write(spec.usage)
    return nil, 0
  elseif why then
    return nil, options.wrong(spec.command, why)
  end
  return parsed
end

--- Says that the call is wrong; returns the exit status for that.
--- @param command string "invoke"
--- @param why string
--- @return integer
function options.wrong(command, why)
  io.stderr:write(("moonwire %s: %s; `moonwire %s --help` lists the options\n"):format(command, why, command))
  return 2
end

--- Says that a value of the call stands for nothing (a function, a file that there is not); returns the exit status of a wrong
--- call, without a word about the options, which are right.
--- @param command string "invoke"
--- @param why string
--- @return integer
function options.mistaken(command, why)
  options.failed(command, why)
  return 2
end

--- Says in one sentence what failed; returns the exit status for that.
--- @param command string "invoke"
--- @param message string
--- @return integer
function options.failed(command, message)
  io.stderr:write(("moonwire %s: %s\n"):format(command, message))
  return 1
end

return options
