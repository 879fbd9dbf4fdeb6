-- actions.lua: objects whose methods are the actions of a service: sqs:SendMessage { ... }, db:PutItem { ... }.
local arguments = require "moonwire.runtime.arguments"

local actions = {}

--- Is this how AWS writes the name of an action?
--- @return boolean
function actions.is_name(name)
  return type(name) == "string" and name:find "^%u%w*$" ~= nil
end

local function check_colon(object, self, name)
  if self ~= object then return "call it with a colon: client:" .. name .. (actions.is_name(name) and " { ... }" or "(...)") end
end

-- A table whose methods a user calls with a colon; the second argument is a table, or nothing.
local function check_call(object, self, name, input)
  local why = check_colon(object, self, name)
  if why then return why end
  if input ~= nil and type(input) ~= "table" then return "the request must be a table, got " .. arguments.kind(input) end
end

--- @param service string its name in messages: "sqs"
--- @param maker string "aws.client": made the object
--- @param prepare fun(action: string, input: table): any, string? what `perform` gets; nil and a sentence raise at the caller
--- @param perform fun(what: string, action: string, prepared: any): ... what the method returns
--- @param methods? table<string, function> other methods of the object
--- @param only? table<string, boolean> the actions that there are; default: all
--- @return table object
function actions.new(service, maker, prepare, perform, methods, only)
  local object = {}

  local function method(action)
    local what = service .. ":" .. action
    return function(self, input)
      local why, prepared = check_call(object, self, action, input), nil
      if not why then prepared, why = prepare(action, input or {}) end
      if why then error(what .. ": " .. why, 2) end
      return perform(what, action, prepared)
    end
  end

  local function other(name)
    return function(self, ...)
      local why = check_colon(object, self, name)
      if why then error(service .. ":" .. name .. ": " .. why, 2) end
      return methods[name](self, ...)
    end
  end

  local function index(_, name)
    if methods and methods[name] then
      rawset(object, name, other(name))
      return object[name]
    end
    if not actions.is_name(name) then
      error(("%s: %s has no member %s: actions are written as in AWS's reference, with a capital letter: %s"):format(
        maker, service, tostring(name), "client:GetItem { ... }, client:SendMessage { ... }"), 2)
    end
    if only and not only[name] then
      error(("%s: there is no %s:%s here; aws.request calls every action of every service"):format(maker, service, name), 2)
    end
    local made = method(name)
    rawset(object, name, made)
    return made
  end

  return setmetatable(object, { __index = index })
end

return actions
