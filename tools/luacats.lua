-- luacats.lua: reads the comments of Lua files that say what types there are (LuaCATS, as the Lua language server reads them): classes with
-- their fields, aliases, and functions with parameters and results. For check-types.lua and docs.lua.
--
-- A type: a union of names, texts in quotes, fun(...): ..., { name: type }, (type); each with [], ? or <...> behind it.
local luacats = {}

--- @class luacats.Value a parameter, a result or a field
--- @field name? string
--- @field type string
--- @field optional boolean
--- @field text string what is said of it
--- @field hidden? boolean a field that is not for everybody
--- @field line integer

--- @class luacats.Function
--- @field name string "ws.send", ":join"
--- @field class? string whose method it is
--- @field line integer
--- @field arguments string[] as the code has them; nil when it is no function of this file
--- @field params luacats.Value[]
--- @field returns luacats.Value[]
--- @field text string[] paragraphs
--- @field is_private boolean
--- @field type? string of `@type`

-- Types

local parse_type

local function skip(text, at) return text:match("^%s*()", at) end

-- "name: type, name?: type": between brackets of fun and of tables.
local function parse_members(text, at, close, names)
  at = skip(text, at)
  while at and text:sub(at, at) ~= close do
    local behind = text:match("^[%a_][%w_]*%??%s*:%s*()", at) or text:match("^%[[^%]]*%]%s*:%s*()", at)
    local bare = not behind and (text:match("^%.%.%.()", at) or text:match("^[%a_][%w_]*%??()", at))
    if behind then at = parse_type(text, behind, names) else at = bare and text:sub(at, bare - 1) == "..." and text:match("^:%s*()", bare) and parse_type(text, text:match("^:%s*()", bare), names) or bare end
    if not at then return nil end
    at = text:match("^%s*,%s*()", at) or skip(text, at)
  end
  return at and at + 1
end

local function parse_fun(text, at, names)
  at = parse_members(text, at, ")", names)
  local results = at and text:match("^%s*:%s*()", at)
  while results do
    at = text:match("^%.%.%.()", results) or parse_type(text, results, names)
    results = at and text:match("^,%s*()", at)
  end
  return at
end

local function parse_generic(text, at, names)
  repeat
    at = parse_type(text, at, names)
    local more = at and text:match("^%s*,%s*()", at)
    if not more then return at and text:match("^%s*>()", at) end
    at = more
  until false
end

local function parse_primary(text, at, names)
  local fun = text:match("^fun%(()", at)
  if fun then return parse_fun(text, fun, names) end
  local open = text:sub(at, at)
  if open == "(" then
    at = parse_type(text, skip(text, at + 1), names)
    return at and text:match("^%s*%)()", at)
  elseif open == "{" then
    return parse_members(text, at + 1, "}", names)
  elseif open == '"' then
    return text:match('^"[^"]*"()', at)
  end
  local name, behind = text:match("^([%a_][%w_.]*%*?)()", at)
  if not name then return text:match("^%d+()", at) end
  names[#names + 1] = name
  if text:sub(behind, behind) == "<" then return parse_generic(text, behind + 1, names) end
  return behind
end

-- Where the type that begins at `at` ends; nil when there is none. Names that it uses are added.
function parse_type(text, at, names)
  repeat
    at = parse_primary(text, at, names)
    while at and (text:find("^%[%]", at) or text:find("^%?", at)) do at = at + (text:sub(at, at) == "?" and 1 or 2) end
    local more = at and text:match("^%s*|%s*()", at)
    if not more then return at end
    at = more
  until false
end

--- The parts of a type that stand between "|" at its top: { "string", "string[]" }.
--- @param text string
--- @return string[]
function luacats.alternatives(text)
  local parts, at = {}, 1
  while at do
    local from = at
    at = parse_primary(text, at, {})
    while at and (text:find("^%[%]", at) or text:find("^%?", at)) do at = at + (text:sub(at, at) == "?" and 1 or 2) end
    parts[#parts + 1] = text:sub(from, (at or #text + 1) - 1)
    at = at and text:match("^%s*|%s*()", at)
  end
  return parts
end

--- The arguments and results of `fun(self, fn: fun()): string`, without self.
--- @param text string
--- @return { name: string, type: string }[] params
--- @return string[] returns
function luacats.signature(text)
  local params, returns, at = {}, {}, text:match "^fun%(()"
  while text:sub(at, at) ~= ")" do
    local name, behind = text:match("^([%w_.]+%??)%s*()", at)
    local typed = text:match("^:%s*()", behind)
    local over = typed and parse_type(text, typed, {}) or behind
    if name ~= "self" then params[#params + 1] = { name = name, type = typed and text:sub(typed, over - 1) or "any" } end
    at = text:match("^%s*,%s*()", over) or over
  end
  local result = text:match("^%)%s*:%s*()", at)
  while result do
    local over = parse_type(text, result, {})
    returns[#returns + 1] = text:sub(result, over - 1)
    result = text:match("^,%s*()", over)
  end
  return params, returns
end

-- Tags

local function value_of(state, name, rest)
  local names = {}
  local over = parse_type(rest, 1, names)
  if not over then
    state.wrong(("no type can be read from %q"):format(rest))
    return { name = name, type = "any", optional = false, text = "", line = state.line }
  end
  for _, used in ipairs(names) do table.insert(state.file.used, { name = used, line = state.line }) end
  local kind = rest:sub(1, over - 1):gsub("%s+$", "")
  local bare = name and name:gsub("%?$", "")
  return { name = bare, type = kind, optional = name ~= nil and name ~= bare, text = rest:sub(over):gsub("^%s*#?%s*", ""), line = state.line }
end

local tags = {}

function tags.param(state, rest)
  local name, behind = rest:match "^([%w_.]+%??)%s+(.*)$"
  if not name then return state.wrong "a parameter has a name and a type" end
  state.last = value_of(state, name, behind)
  table.insert(state.block.params, state.last)
end

tags["return"] = function(state, rest)
  local value = value_of(state, nil, rest)
  local name, text = value.text:match "^([%a_][%w_.]*)%s*(.*)$"
  if name and (text == "" or not name:find "^%.") then value.name, value.text = name, text end
  state.last = value
  table.insert(state.block.returns, value)
end

function tags.field(state, rest)
  local class = state.block.class
  if not class then return state.wrong "a field stands behind @class" end
  local scope, behind = rest:match "^(%a+)%s+(%[?[%w_\"$-]+%]?%??%s.*)$"
  if scope ~= "private" and scope ~= "protected" and scope ~= "package" then scope, behind = nil, rest end
  local key, kind = behind:match "^(%b[]%??)%s+(.*)$"
  if not key then key, kind = behind:match "^([%w_]+%??)%s+(.*)$" end
  if not key then return state.wrong "a field has a name and a type" end
  state.last = value_of(state, key, kind)
  state.last.hidden = scope ~= nil
  table.insert(class.fields, state.last)
end

function tags.class(state, rest)
  local name, more = rest:match "^([%w_.]+)%s*(.*)$"
  local parents = {}
  local list, text = more:match "^:%s*([%w_.]+)%s*(.*)$"
  if list then
    parents[1] = list
    table.insert(state.file.used, { name = list, line = state.line })
  end
  local class = { name = name, parents = parents, text = text or more, fields = {}, line = state.line, path = state.file.path }
  state.block.class = class
  table.insert(state.file.classes, class)
end

function tags.alias(state, rest)
  local name, more = rest:match "^([%w_.]+)%s*(.*)$"
  local alias = { name = name, type = "", text = "", line = state.line, choices = {} }
  if more ~= "" then alias.type = value_of(state, nil, more).type end
  state.block.alias = alias
  table.insert(state.file.aliases, alias)
end

function tags.type(state, rest) state.block.type = value_of(state, nil, rest).type end
function tags.private(state) state.block.is_private = true end
function tags.overload(state, rest) value_of(state, nil, rest) end
function tags.meta(state, rest) state.file.meta = rest end

local IGNORED = { diagnostic = true, async = true, nodiscard = true, see = true, deprecated = true, generic = true }

-- Lines of a comment

local function add_choice(state, text)
  for choice in text:gmatch '"([^"]*)"' do table.insert(state.block.alias.choices, choice) end
end

local function add_comment(state, text)
  local tag, rest = text:match "^%s*@(%a+)%s*(.*)$"
  if tag then
    state.last, state.block.tagged = nil, true
    if tags[tag] then return tags[tag](state, rest) end
    return IGNORED[tag] or state.wrong(("there is no @%s"):format(tag))
  end
  if state.block.alias and text:find "^%s*|" then return add_choice(state, text:gsub("#.*", "")) end
  if state.last then
    state.last.text = state.last.text .. " " .. text:match "^%s*(.-)%s*$"
  elseif not state.block.tagged then
    table.insert(state.block.text, text)
  end
end

local function new_block() return { text = {}, params = {}, returns = {}, is_private = false } end

-- Paragraphs of the lines above the tags; lines that are indented stay lines.
local function paragraphs(lines)
  local list, now = {}, nil
  for _, line in ipairs(lines) do
    local text = line:match "^%s*(.-)%s*$"
    if text == "" then
      now = nil
    elseif now then
      list[#list] = list[#list] .. (line:find "^%s%s%s" and "\n" .. line or " " .. text)
    else
      list[#list + 1], now = text, true
    end
  end
  return list
end

local function arguments_of(text)
  local list = {}
  for name in text:gmatch "[%w_.]+" do list[#list + 1] = name end
  return list
end

-- What a line of code declares: owner, mark, name, arguments.
local function declared(text)
  local owner, mark, name, arguments = text:match "^%s*function%s+([%w_]+)([.:])([%w_]+)%s*%((.-)%)"
  if owner then return owner, mark, name, arguments_of(arguments) end
  name, arguments = text:match "^%s*local%s+function%s+([%w_]+)%s*%((.-)%)"
  if not name then name, arguments = text:match "^%s*function%s+([%w_]+)%s*%((.-)%)" end
  if name then return nil, nil, name, arguments_of(arguments) end
  owner, name = text:match "^%s*([%w_]+)%.([%w_]+)%s*=[^=]"
  if owner then return owner, ".", name end
end

-- What the block stands above.
local function close(state, text)
  local block, file = state.block, state.file
  state.block, state.last = new_block(), nil
  local variable = text:match "^%s*local%s+([%w_]+)%s*=" or text:match "^%s*([%w_]+)%s*=%s*{"
  if block.class and variable then state.classes[variable] = block.class.name end
  if block.class and #block.class.text == 0 then block.class.text = table.concat(paragraphs(block.text), " ") end
  local owner, mark, name, arguments = declared(text)
  if not name then return end
  if not owner then
    for _, param in ipairs(block.params) do state.classes[param.name] = param.type end
  end
  table.insert(file.functions, {
    owner = owner, mark = mark, word = name, class = owner and state.classes[owner], line = state.line, arguments = arguments,
    params = block.params, returns = block.returns, text = paragraphs(block.text), is_private = block.is_private, type = block.type,
    path = file.path, is_tagged = block.tagged,
  })
end

--- Reads a file.
--- @param path string
--- @param wrong fun(path: string, line: integer, why: string) is told what cannot be read
--- @return table file { path, meta, functions, classes, aliases, used = { { name, line } } }
function luacats.read(path, wrong)
  local file = { path = path, functions = {}, classes = {}, aliases = {}, used = {} }
  local state = { file = file, block = new_block(), line = 0, classes = {} }
  state.wrong = function(why) wrong(path, state.line, why) end
  for text in io.lines(path) do
    state.line = state.line + 1
    local comment = text:match "^%s*%-%-%-(.*)$"
    if comment then
      add_comment(state, comment)
    else
      local inline = text:match "%-%-%-%s*@type%s+(.*)$"
      if inline then value_of(state, nil, inline) end
      close(state, text)
    end
  end
  return file
end

return luacats
