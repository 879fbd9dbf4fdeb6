-- check-docs.lua FILE...: holds Lua files of the library against its pages, docs/lua/NAME.md or NAME-PART.md, both ways. Prints a line for
-- each function without a heading, each heading without a function or an example, and each page that the index
-- (docs/lua/README.md) does not link.

local here = arg[0]:match "^(.*/)" or ""
package.path = here .. "?.lua;" .. package.path
local library = require "library"
local luacats = require "luacats"

local modules = {} -- name -> { files = { path ... }, code = what stands outside of comments }
local functions = {} -- { file, line, module, name = "ws.send" or ":wait" }
local headings = {} -- { file, line, module, name, example }

local function report(file, line, ...)
  print(("%s:%d: %s"):format(file, line, table.concat { ... }))
end

local function read_module(path)
  local name = library.module_of(path)
  if not name then return end
  local module = modules[name] or { files = {}, code = "" }
  modules[name] = module
  table.insert(module.files, path)
  for text in io.lines(path) do module.code = module.code .. text:gsub("%-%-.*", "") .. "\n" end
  for _, public in ipairs(library.public(luacats.read(path, function() end))) do -- check-types.lua says what is wrong
    table.insert(functions, { file = path, line = public.fn.line, module = name, name = public.name })
  end
end

-- The names that a heading begins with: "ws.send(id, data), ws.reply(data)" has two.
local function names_of(text)
  local names = {}
  repeat
    local owner, mark, word, rest = text:match("^([%a_][%w_]*)([.:])([%a_][%w_]*)(.*)$")
    if not word then break end
    table.insert(names, mark == ":" and ":" .. word or owner .. "." .. word)
    rest = rest:gsub("^%s*%b()", ""):gsub("^%s*%b{}", "")
    text = rest:match("^,%s*(.*)$")
  until not text
  return names
end

local function read_page(path)
  local page = path:match("([^/-]+)[^/]*%.md$")
  local number, inside, open = 0, false, {} -- open: the headings that the next example is for
  for text in io.lines(path) do
    number = number + 1
    local marks, title = text:match("^(##+) (.*)$")
    if text:find("^```") then
      if not inside and text:find("^```lua%f[%W]") then
        for _, heading in ipairs(open) do heading.example = true end
      end
      inside = not inside
    elseif marks and not inside then
      if #marks <= (open.depth or 0) then open = {} end
      for _, name in ipairs(names_of(title)) do
        local heading = { file = path, line = number, module = page, name = name }
        table.insert(headings, heading)
        table.insert(open, heading)
        open.depth = open.depth or #marks
      end
    end
  end
end

local function check_functions()
  local told = {}
  for _, heading in ipairs(headings) do told[heading.module .. " " .. heading.name] = true end
  for _, fn in ipairs(functions) do
    if not told[fn.module .. " " .. fn.name] then
      local called = fn.name:gsub("^:", "object:")
      report(fn.file, fn.line, called, " is public and not documented; docs/lua/", fn.module, ".md wants a heading \"## ", called,
        "(...)\" with an example")
    end
  end
end

local function exists(heading)
  local module, owner = modules[heading.module], heading.name:match("^([%w_]+)%.")
  local word = heading.name:match("[.:](.*)$")
  return module and (owner == nil or owner == heading.module) and module.code:find("%f[%w_]" .. word .. "%f[^%w_]")
end

local function check_headings()
  for _, heading in ipairs(headings) do
    local module = modules[heading.module]
    if not exists(heading) then
      report(heading.file, heading.line, "there is no ", (heading.name:gsub("^:", "object:")), " in ",
        module and table.concat(module.files, ", ") or "lua/moonwire/" .. heading.module .. ".lua",
        "; name what there is, or take the heading out")
    elseif not heading.example then
      report(heading.file, heading.line, (heading.name:gsub("^:", "object:")), " has no example; put a ```lua block under its heading")
    end
  end
end

local function check_index(pages)
  local file = io.open("docs/lua/README.md")
  local index = file and file:read("*a") or ""
  for _, path in ipairs(pages) do
    local name = path:match("[^/]+$")
    if name ~= "README.md" and not index:find("](" .. name .. ")", 1, true) then
      report(path, 1, "docs/lua/README.md does not link it; give it a line there")
    end
  end
end

local pages = {}
for _, path in ipairs(arg) do
  if path:find("%.lua$") then
    read_module(path)
  else
    pages[#pages + 1] = path
    read_page(path)
  end
end
check_functions()
check_headings()
check_index(pages)
