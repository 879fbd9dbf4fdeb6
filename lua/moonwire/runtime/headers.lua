-- headers.lua: headers of HTTP as users write and read them, and as the core has them: a list of name, value, name, value.
local arguments = require "moonwire.runtime.arguments"

local headers = {}

--- Names and values, or { name, value } pairs when order or duplicates matter.
--- @alias moonwire.Headers table<string, string|number>|{ [1]: string, [2]: string|number }[]

local function add(list, name, value)
  if type(name) ~= "string" then return "headers: a name must be a string, got " .. arguments.kind(name) end
  if type(value) ~= "string" and type(value) ~= "number" then
    return "headers: the value of " .. name .. " must be a string, got " .. arguments.kind(value)
  end
  list[#list + 1] = name
  list[#list + 1] = tostring(value)
end

local function add_pairs(list, given)
  local why = arguments.list("headers", given)
  for index, pair in ipairs(why and {} or given) do
    if type(pair) ~= "table" then
      return "headers[" .. index .. "] must be a { name, value } pair, got " .. arguments.kind(pair)
    end
    why = why or add(list, pair[1], pair[2])
  end
  return why
end

local function add_names(list, given)
  local why
  for name, value in pairs(given) do why = why or add(list, name, value) end
  return why
end

local function has_numbers(given)
  for name in pairs(given) do
    if type(name) == "number" then return true end
  end
end

--- A list of pairs, in order, or a table of names, as name, value, name, value ...
--- @param given? moonwire.Headers
--- @return string[]? list
--- @return string? why not
function headers.list(given)
  given = given or {}
  local list, why = {}, nil
  if has_numbers(given) then why = add_pairs(list, given) else why = add_names(list, given) end
  if why then return nil, why end
  return list
end

-- Names are found in any case.
local meta = {
  __index = function(t, name)
    if type(name) == "string" then return rawget(t, name:lower()) end
  end,
}

local function to_table(list)
  local t, cookies = {}, nil
  for i = 1, #list, 2 do
    local name, value = list[i]:lower(), list[i + 1]
    t[name] = t[name] and t[name] .. ", " .. value or value
    if name == "set-cookie" then
      cookies = cookies or {}
      cookies[#cookies + 1] = value
    end
  end
  return setmetatable(t, meta), cookies
end

--- @class moonwire.Response
--- @field status integer
--- @field headers table<string, string> found in any letter case, listed by `pairs` in lower case; values of one name are joined with `", "`
--- @field cookies? string[] every `Set-Cookie`, when there is one
--- @field body string `""` when there is none

--- What the core got, as users read it.
--- @param status integer
--- @param list string[] name, value, name, value ...
--- @param body string
--- @return moonwire.Response
function headers.response(status, list, body)
  local response = { status = status, body = body }
  response.headers, response.cookies = to_table(list)
  return response
end

return headers
