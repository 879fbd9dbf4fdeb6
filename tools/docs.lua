-- docs.lua [--check] FILE...: writes the types of functions into the pages of the library, docs/lua/NAME.md, from the comments of its
-- files: below each heading that names functions, between <!-- types --> and <!-- /types -->, and the fields of a class between
-- <!-- types: CLASS --> and the end. With --check it writes nothing, and prints a line for each page that would change.
local here = arg[0]:match "^(.*/)" or ""
package.path = here .. "?.lua;" .. package.path
local library = require "library"
local luacats = require "luacats"

local BEGIN, END = "<!-- types -->", "<!-- /types -->"
local WIDTH = 118

local is_check = arg[1] == "--check"

local functions = {} -- module -> name -> list of functions
local classes = {} -- name -> class
local objects = {} -- name -> true: has methods

local function report(path, line, ...)
  print(("%s:%d: %s"):format(path, line, table.concat { ... }))
end

local function read(path)
  local file = luacats.read(path, function() end) -- check-types.lua says what is wrong
  for _, class in ipairs(file.classes) do
    if not classes[class.name] or #class.fields > 0 then classes[class.name] = class end
  end
  for _, fn in ipairs(file.functions) do
    if fn.mark == ":" and fn.class then objects[fn.class] = true end
  end
  local module = library.module_of(path)
  for _, public in ipairs(library.public(file)) do
    local names = functions[module] or {}
    functions[module] = names
    names[public.name] = names[public.name] or {}
    table.insert(names[public.name], public.fn)
    if public.name:find "^:" and public.fn.class then objects[public.fn.class] = true end
  end
end

-- Types, as a reader gets them

-- Without the mark that nil is possible; that behind a function's is its result's.
local function bare(kind)
  if kind:find "^fun%(" then return kind end
  return (kind:gsub("%?$", ""))
end

local function shown(kind)
  local parts = {}
  for i, part in ipairs(luacats.alternatives(kind)) do parts[i] = "`" .. bare(part):gsub("|", "\\|") .. "`" end
  return table.concat(parts, " or ")
end

local function argument(param)
  return ("%s%s: %s"):format(param.name, param.optional and "?" or "", param.type)
end

-- "true | nil, message, code": results by their names where these say more than their types.
local function results(fn)
  local parts = {}
  for i, value in ipairs(fn.returns) do
    if i == 1 then
      local second = fn.returns[2] and fn.returns[2].name
      local fails = second == "message" or second == "body"
      parts[1] = fails and bare(value.type) .. " | nil" or value.type
    else
      parts[i] = value.name or value.type
    end
  end
  if #parts == 0 then return "" end
  return table.concat(parts, ", ")
end

local function signature(name, fn)
  local arguments = {}
  for i, param in ipairs(fn.params) do arguments[i] = argument(param) end
  local call = ("%s(%s)"):format(name, table.concat(arguments, ", "))
  local gives = results(fn)
  if gives == "" then return call end
  local arrow = #call + #gives + 4 > WIDTH and "\n  -> " or " -> "
  return call .. arrow .. gives
end

-- Rows

local function fields_of(class)
  local list = {}
  for _, parent in ipairs(class.parents) do
    if classes[parent] then list = fields_of(classes[parent]) end
  end
  for _, field in ipairs(class.fields) do
    if not field.hidden and not field.type:find "^fun%(self" then list[#list + 1] = field end
  end
  return list
end

-- The class among the alternatives of a type that is a plain table, and not AWS's.
local function table_of(kind)
  for _, part in ipairs(luacats.alternatives(kind)) do
    local class = classes[bare(part)]
    local is_plain = class and not objects[class.name] and not class.name:find "^moonwire%.event%."
    if is_plain and #fields_of(class) > 0 then return class end
  end
end

local function add_row(rows, name, value, prefix)
  local text = value.text:gsub("|", "\\|")
  local row = ("| %s`%s%s` | %s | %s |"):format(prefix or "", name, value.optional and "?" or "", shown(value.type), text)
  if not rows[row] then rows[#rows + 1] = row end
  rows[row] = true
end

local function add_fields(rows, name, class, prefix)
  for _, field in ipairs(fields_of(class)) do
    local key = field.name:find "^%[" and field.name or (name == "" and field.name or name .. "." .. field.name)
    add_row(rows, key, field, prefix)
  end
end

-- A lone table is called with braces: its fields stand for themselves.
local function add_params(rows, fn)
  for _, param in ipairs(fn.params) do
    local class = table_of(param.type)
    if param.text ~= "" then add_row(rows, param.name, param) end
    if class then add_fields(rows, #fn.params == 1 and "" or param.name, class) end
  end
end

-- A plain value of one of several functions would be anybody's.
local function add_results(rows, fn, is_alone)
  for i, value in ipairs(fn.returns) do
    local name = value.name or "result"
    local class = i == 1 and table_of(value.type)
    if value.text ~= "" and (class or is_alone) then add_row(rows, name, { type = value.type, text = value.text }, "→ ") end
    if class then add_fields(rows, name, class, "→ ") end
  end
end

-- Pages

-- The names that a heading begins with, and what stands behind each: { { "ws", ".", "send", "(id, data)" } ... }
local function names_of(text)
  local list = {}
  repeat
    local owner, mark, word, rest = text:match "^([%a_][%w_]*)([.:])([%a_][%w_]*)(.*)$"
    if not word then break end
    local arguments = rest:match "^(%b())" or rest:match "^%s*(%b{})" or ""
    list[#list + 1] = { owner = owner, mark = mark, word = word, arguments = arguments }
    rest = rest:gsub("^%s*%b()", ""):gsub("^%s*%b{}", "")
    text = rest:match "^,%s*(.*)$"
  until not text
  return list
end

-- Which of several methods of one name: the one whose class is called like the object.
local function choose(list, owner)
  for _, fn in ipairs(list) do
    if fn.class and fn.class:match "[^.]+$":lower() == owner then return fn end
  end
  return list[1]
end

local function find(module, name)
  local key = name.mark == ":" and ":" .. name.word or name.owner .. "." .. name.word
  local list = functions[module] and functions[module][key]
  return list and choose(list, name.owner)
end

-- The heading has the names that the code has.
local function check_arguments(path, line, name, fn)
  local given = name.arguments:match "^%((.*)%)$"
  if not given or not fn.arguments and #fn.params == 0 then return end
  local names = {}
  for i, param in ipairs(fn.params) do names[i] = param.name end
  local wanted = table.concat(names, ", ")
  if given ~= wanted and not given:find "[{.]" then
    report(path, line, "the heading of ", name.word, " has (", given, "), and the code (", wanted, ")")
  end
end

local function table_text(rows)
  return "| | type | |\n| --- | --- | --- |\n" .. table.concat(rows, "\n")
end

-- The lines of a block for the functions of a heading; nil when it names none.
local function block_of(path, line, module, title)
  local lines, rows = {}, {}
  local names = names_of(title)
  for _, name in ipairs(names) do
    local fn = find(module, name)
    if fn and (fn.arguments or #fn.params > 0 or #fn.returns > 0) then
      check_arguments(path, line, name, fn)
      lines[#lines + 1] = signature(name.owner .. name.mark .. name.word, fn)
      add_params(rows, fn)
      add_results(rows, fn, #names == 1)
    end
  end
  if #lines == 0 then return nil end
  local text = { BEGIN, "```", table.concat(lines, "\n"), "```" }
  if #rows > 0 then text[#text + 1] = "\n" .. table_text(rows) end
  text[#text + 1] = END
  return table.concat(text, "\n")
end

-- The fields of a class, where a page asks for them.
local function fields_block(path, line, name)
  local rows, class = {}, classes[name]
  if class then add_fields(rows, "", class) else report(path, line, "there is no class ", name) end
  return ("<!-- types: %s -->\n%s\n%s"):format(name, table_text(rows), END)
end

-- The page with its blocks as they should be.
local function made(path)
  local module = path:match "([^/-]+)[^/]*%.md$"
  local out, number, inside, in_block, pending = {}, 0, false, false, nil
  for text in io.lines(path) do
    number = number + 1
    if pending and text ~= "" then
      out[#out + 1] = pending .. "\n"
      pending = nil
    end
    if text:find "^```" and not in_block then inside = not inside end
    local title = not inside and text:match "^##+ (.*)$"
    local class = not inside and text:match "^<!%-%- types: ([%w_.]+) %-%->$"
    if class then
      out[#out + 1] = fields_block(path, number, class) .. "\n"
      in_block = true
    elseif text == BEGIN and not inside then
      in_block = true
    elseif in_block then
      in_block = text ~= END
      if not in_block then out.skip = true end
    elseif not (out.skip and text == "") then
      out[#out + 1] = text
      if title then
        pending = block_of(path, number, module, title)
        if pending then out[#out + 1], out.skip = "", true else out.skip = false end
      else
        out.skip = false
      end
    end
  end
  if pending then out[#out + 1] = pending end
  return table.concat(out, "\n") .. "\n"
end

local function update(path)
  local file = assert(io.open(path, "rb"))
  local before = file:read "*a"
  file:close()
  local after = made(path)
  if after == before then return end
  if is_check then
    local line = 1
    for at = 1, math.min(#before, #after) do
      if before:byte(at) ~= after:byte(at) then break end
      if before:byte(at) == 10 then line = line + 1 end
    end
    return report(path, line, "is not what the types of the library say; run make docs")
  end
  file = assert(io.open(path, "wb"))
  assert(file:write(after))
  assert(file:close())
end

local pages = {}
for i = is_check and 2 or 1, #arg do
  if arg[i]:find "%.lua$" then read(arg[i]) else pages[#pages + 1] = arg[i] end
end
for _, path in ipairs(pages) do update(path) end
