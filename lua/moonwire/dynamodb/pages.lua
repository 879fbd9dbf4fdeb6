-- pages.lua: the items of Query and Scan as an iterator that follows LastEvaluatedKey.
local arguments = require "moonwire.runtime.arguments"

local pages = {}

--- What an iterator raises: the runtime reports `type` as the error's type.
--- @class moonwire.dynamodb.PageError
--- @field type string the code
--- @field code string
--- @field message string
--- @field details? table
local PageError = {}
function PageError:__tostring() return self.message end

--- @return string? problem
function pages.problem(request)
  local why = arguments.type("request", request, "table")
  if not why and request.Select == "COUNT" then
    why = "Select = \"COUNT\" gives no items: call db:Query or db:Scan, and add up Count"
  end
  return why
end

--- @param db moonwire.dynamodb.Client
--- @param action "Query"|"Scan"
--- @param request table
--- @return fun(): table? next item
function pages.items(db, action, request)
  local copy, items, at, over = {}, {}, 0, false
  for name, value in pairs(request) do copy[name] = value end

  local function fetch()
    local page, message, code, details = db[action](db, copy)
    if not page then
      error(setmetatable({ type = code, code = code, message = message, details = details }, PageError), 0)
    end
    items, at, copy.ExclusiveStartKey = page.Items or {}, 0, page.LastEvaluatedKey
    over = page.LastEvaluatedKey == nil
  end

  return function()
    while at == #items do -- a page may be empty and not the last one
      if over then return nil end
      fetch()
    end
    at = at + 1
    return items[at]
  end
end

return pages
