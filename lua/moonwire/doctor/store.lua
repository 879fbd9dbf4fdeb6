-- store.lua: functions that keep something of connections need a place for it (moonwire.store), which `moonwire dev` gives them and AWS
-- does not. Which functions do is read in their files: their code says it in few ways.
local files = require "moonwire.doctor.files"
local permissions = require "moonwire.doctor.permissions"
local tree = require "moonwire.doctor.tree"

local FILE_MAX = 1024 * 1024

-- Ways to use it, in a line without its comment, by the module that must be there for them. Those of moonwire.ws are for functions
-- without a connection of their own, too.
local OUTSIDE = { { "ws%.room%f[%W]", "moonwire%.ws" }, { "ws%.user%f[%W]", "moonwire%.ws" } }
local USES = { { "conn%.data%f[%W]", "moonwire%.app" }, { "conn:join%f[%W]", "moonwire%.app" }, { "conn:leave%f[%W]", "moonwire%.app" },
  { "conn:room%f[%W]", "moonwire%.app" }, OUTSIDE[1], OUTSIDE[2], { "require%s*%(?%s*[\"']moonwire%.store[\"']", "" } }

-- What says which API is meant where no WebSocket event does (moonwire.store.scope).
local PLACES = { "MOONWIRE_API", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI" }

-- docs/lua/store.md, "The table of DynamoDB"
local ACTIONS = { "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "BatchWriteItem" }
local KEYS = { { "pk", "HASH" }, { "sk", "RANGE" } }

-- The first line of a text that uses it.
local function line_of(text, uses, is_app)
  local number = 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local code = line:gsub("%-%-.*", "")
    for _, use in ipairs(uses) do
      if code:find(use[1]) and (text:find(use[2]) or is_app and use[2] == "moonwire%.app") then return number end
    end
  end
end

local function use_of(case, name, uses)
  local loaded = case.loaded[name]
  for _, path in ipairs(loaded and loaded.files or {}) do
    local text = not path:find "^lua_modules/" and files.read(case.root .. path, FILE_MAX)
    local line = text and line_of(text, uses, loaded.app ~= nil)
    if line then return { file = case.root .. path, line = line } end
  end
end

-- Where a variable stands; nil when it does not.
local function setting_of(case, name, variable)
  local entry = case.functions[name]
  local value, key = tree.at(entry and entry.value, "environment", variable)
  if value then return value, key end
  return tree.at(case.project.tree, "provider", "environment", variable)
end

local function has_connection(case, name)
  for _, route in ipairs(case.project.routes) do
    if route["function"] == name then return true end
  end
end

local function check_api(case, found, name)
  local use = not has_connection(case, name) and use_of(case, name, OUTSIDE)
  if not use or setting_of(case, name, PLACES[1]) or setting_of(case, name, PLACES[2]) then return end
  found:add_for("store-api", use, name, "{functions}: handles no WebSocket event, so that nothing says whose connections are meant")
end

-- The table: its resource, and where; nil when it is none of this file.
local function resource_of(case, name)
  local list, is_whole = tree.resources(case.project.tree)
  for _, entry in ipairs(list) do
    local known = tree.text((tree.at(entry.value, "Properties", "TableName")))
    if entry.key.text == name or known == name then return entry, true end
  end
  return nil, is_whole
end

local function has_key(properties, name, kind)
  local found, is_text = false, false
  for _, item in ipairs(tree.items((tree.entry(properties, "KeySchema")))) do
    if tree.text((tree.entry(item, "AttributeName"))) == name and tree.text((tree.entry(item, "KeyType"))) == kind then found = true end
  end
  for _, item in ipairs(tree.items((tree.entry(properties, "AttributeDefinitions")))) do
    if tree.text((tree.entry(item, "AttributeName"))) == name then is_text = tree.text((tree.entry(item, "AttributeType"))) == "S" end
  end
  return found and is_text
end

-- What is past its time is only deleted when the table says so.
local function check_expiry(found, properties, entry)
  local expiry, at = tree.entry(properties, "TimeToLiveSpecification")
  if expiry and expiry.kind ~= "map" then return end
  local attribute, enabled = tree.entry(expiry, "AttributeName"), tree.entry(expiry, "Enabled")
  local is_right = not tree.text(attribute) or tree.text(attribute) == "ttl"
  if expiry and is_right and tree.text(enabled) ~= "false" then return end
  found:add("store-expiry", at or entry.key, ("the table %s of the store does not expire by ttl: what is left of connections and rooms stays for ever"):format(entry.key.text))
end

local function check_table(case, found, name, at)
  local entry, is_whole = resource_of(case, name)
  if not entry then
    if is_whole then found:add("store-elsewhere", at, ("the table %s of the store is not made by this file"):format(name)) end
    return
  end
  local properties = tree.entry(entry.value, "Properties")
  if properties and properties.kind == "map" then check_expiry(found, properties, entry) end
  local schema = tree.entry(properties, "KeySchema")
  if not schema or schema.kind ~= "list" then return end
  for _, key in ipairs(KEYS) do
    if not has_key(properties, key[1], key[2]) then
      found:add("store-table", entry.key, ("the table %s of the store has no key %s of the kind %s and the type S"):format(entry.key.text, key[1], key[2]))
      return
    end
  end
end

local function check_permission(case, found, name, at)
  if permissions.own_role(case, name) or permissions.has_managed(case) then return end
  local missing = {}
  for _, action in ipairs(ACTIONS) do
    if not permissions.allows(permissions.statements(case), "dynamodb:" .. action) then missing[#missing + 1] = "dynamodb:" .. action end
  end
  if missing[1] then found:add("store-permission", at, "the functions may not use the table of the store: not allowed is " .. table.concat(missing, ", ")) end
end

local function check(case, found, fn, use)
  local node, at = setting_of(case, fn.name, "MOONWIRE_STORE")
  local text = fn.environment.MOONWIRE_STORE
  if not node or not text then return end
  local kind, place = text:match "^(%l+):(.+)$"
  if kind == "sqlite" then
    found:add("store-file", at, "MOONWIRE_STORE is a file: on AWS each process of a function has files of its own")
  elseif kind ~= "dynamodb" then
    found:add("store-form", at, ("MOONWIRE_STORE must be dynamodb:TABLE or sqlite:PATH, found %q"):format(text))
  else
    check_table(case, found, place, at)
    if use then check_permission(case, found, fn.name, at) end
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, fn in ipairs(case.project.functions) do
    local use = use_of(case, fn.name, USES)
    check(case, found, fn, use)
    check_api(case, found, fn.name)
    if use and not setting_of(case, fn.name, "MOONWIRE_STORE") then
      found:add_for("store-unset", use, fn.name, "the store is used ({functions}), but MOONWIRE_STORE is not set: only `moonwire dev` does so by itself")
    end
  end
end
