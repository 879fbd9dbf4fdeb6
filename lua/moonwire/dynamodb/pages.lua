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

--- @param request table
--- @param fetch fun(request: table): table?, string?, string?, table? a page, or nil, message, code, details
--- @return fun(): table? next item
function pages.items(request, fetch)
  local copy, items, at, over = {}, {}, 0, false
  for name, value in pairs(request) do copy[name] = value end

  local function turn()
    local page, message, code, details = fetch(copy)
    if not page then
      error(setmetatable({ type = code, code = code, message = message, details = details }, PageError), 0)
    end
    items, at, copy.ExclusiveStartKey = page.Items or {}, 0, page.LastEvaluatedKey
    over = page.LastEvaluatedKey == nil
  end

  return function()
    while at == #items do -- a page may be empty and not the last one
      if over then return nil end
      turn()
    end
    at = at + 1
    return items[at]
  end
end

return pages
