-- dynamodb_data.lua: changes of a connection's data as requests for UpdateItem.
local item = require "moonwire.store.dynamodb_item"

local data = {}

-- Keys in one expression, which has 4 KB ("Quotas in Amazon DynamoDB": expression parameters).
local KEYS_MAX = 100

local function clause(word, list)
  return list[1] and (" %s %s"):format(word, table.concat(list, ", ")) or ""
end

--- One assignment for each key: what others save at the same time under other keys stays.
--- @param changes table<string, string|false>
--- @return table? request nil when there are too many for one expression
function data.by_key(changes)
  local sets, removes, n = {}, {}, 0
  local names, values = { ["#version"] = "version" }, { [":one"] = 1 }
  for key, text in pairs(changes) do
    n = n + 1
    if n > KEYS_MAX then return nil end
    names["#data"], names["#" .. n] = "data", key
    if text then
      sets[#sets + 1], values[":" .. n] = ("#data.#%d = :%d"):format(n, n), item.value(text)
    else
      removes[#removes + 1] = "#data.#" .. n
    end
  end
  return {
    UpdateExpression = "ADD #version :one" .. clause("SET", sets) .. clause("REMOVE", removes),
    ExpressionAttributeNames = names, ExpressionAttributeValues = values,
  }
end

--- All of data in the place of what it was.
--- @param old table as META has it
--- @param changes table<string, string|false>
--- @return table request
function data.whole(old, changes)
  local merged = {}
  for key, value in pairs(old) do merged[key] = value end
  for key, text in pairs(changes) do merged[key] = text and item.value(text) or nil end
  return {
    UpdateExpression = "ADD #version :one SET #data = :data", ExpressionAttributeNames = { ["#version"] = "version", ["#data"] = "data" },
    ExpressionAttributeValues = { [":one"] = 1, [":data"] = merged },
  }
end

return data
