-- shapes.lua: where attribute values stand in the requests and answers of DynamoDB: all paths to AttributeValue in AWS's
-- service model (botocore, data/dynamodb/2012-08-10/service-2.json). "{}" is any member of a map, "[]" any element of a list.
-- "=" marks what is meant to be sent back: numbers keep all of their digits there.

local shapes = {}

local WRITES = "RequestItems{}[].PutRequest.Item{} RequestItems{}[].DeleteRequest.Key{}"
local METRICS = " ItemCollectionMetrics{}[].ItemCollectionKey{}"
local TRANSACTED = [[ TransactItems[].Get.Key{} TransactItems[].Put.Item{}
  TransactItems[].ConditionCheck.Key{} TransactItems[].Delete.Key{} TransactItems[].Update.Key{}
  TransactItems[].ConditionCheck.ExpressionAttributeValues{} TransactItems[].Put.ExpressionAttributeValues{}
  TransactItems[].Delete.ExpressionAttributeValues{} TransactItems[].Update.ExpressionAttributeValues{} ]]

-- Members that mean the same in every action that has them.
local REQUEST = [[ Item{} Key{} ExpressionAttributeValues{} ExclusiveStartKey{} Parameters[] Statements[].Parameters[]
  TransactStatements[].Parameters[] Expected{}.Value Expected{}.AttributeValueList[] AttributeUpdates{}.Value
  KeyConditions{}.AttributeValueList[] QueryFilter{}.AttributeValueList[] ScanFilter{}.AttributeValueList[]
  SearchVector[] ]] .. TRANSACTED
local ANSWER = [[ Item{} Items[]{} Attributes{} LastEvaluatedKey{}= Responses[].Item{} Responses[].Error.Item{}
  SearchResults[].Item{} ItemCollectionMetrics.ItemCollectionKey{} ]]

-- Members that mean something else there.
local requests = { BatchWriteItem = WRITES, BatchGetItem = "RequestItems{}.Keys[]{}" }
local answers = {
  BatchWriteItem = WRITES:gsub("RequestItems(%S+)", "UnprocessedItems%1=") .. METRICS,
  BatchGetItem = "Responses{}[]{} UnprocessedKeys{}.Keys[]{}=",
  TransactWriteItems = METRICS,
}
local ERROR = "Item{} CancellationReasons[].Item{}"

--- A node of a tree of paths: `leaf`: an attribute value, true or "lossless"; `each`: what all elements are, of an array
--- when `list`; else members.
--- @class moonwire.dynamodb.Shape
--- @field leaf? true|"lossless"
--- @field each? moonwire.dynamodb.Shape
--- @field list? boolean
--- @field members? table<string, moonwire.dynamodb.Shape>

local function step(node, token)
  if token == "[]" or token == "{}" then
    node.each, node.list = node.each or {}, token == "[]"
    return node.each
  end
  node.members = node.members or {}
  node.members[token] = node.members[token] or {}
  return node.members[token]
end

local function tree(paths)
  local root = {}
  for path in paths:gmatch "%S+" do
    local node, mark = root, path:match "=$"
    for token in path:gsub("[%[{]", ".%0"):gmatch "[^.=]+" do node = step(node, token) end
    node.leaf = mark and "lossless" or true
  end
  return root
end

local function by_action(common, special)
  local standard, trees = tree(common), {}
  for action, paths in pairs(special) do trees[action] = tree(paths) end
  return function(action) return trees[action] or standard end
end

--- @type fun(action: string): moonwire.dynamodb.Shape
shapes.request = by_action(REQUEST, requests)
--- @type fun(action: string): moonwire.dynamodb.Shape
shapes.answer = by_action(ANSWER, answers)
--- @type moonwire.dynamodb.Shape of what an exception says
shapes.error = tree(ERROR)

return shapes
