-- Where attribute values stand: every path of DynamoDB's service model, there and back.
local json = require "moonwire.json"
local marshal = require "moonwire.dynamodb.marshal"
local shapes = require "moonwire.dynamodb.shapes"

-- action, the plain form, the wire's form; in requests.
local requests = {
  { "PutItem", '{"TableName":"t","Item":{"a":1}}', '{"TableName":"t","Item":{"a":{"N":"1"}}}' },
  { "PutItem", '{"Expected":{"a":{"Value":1,"Exists":true,"AttributeValueList":["b"]}}}',
    '{"Expected":{"a":{"Value":{"N":"1"},"Exists":true,"AttributeValueList":[{"S":"b"}]}}}' },
  { "UpdateItem", '{"Key":{"id":"x"},"ExpressionAttributeValues":{":v":[]},"ExpressionAttributeNames":{"#a":"b"}}',
    '{"Key":{"id":{"S":"x"}},"ExpressionAttributeValues":{":v":{"L":[]}},"ExpressionAttributeNames":{"#a":"b"}}' },
  { "UpdateItem", '{"AttributeUpdates":{"a":{"Action":"PUT","Value":true}}}',
    '{"AttributeUpdates":{"a":{"Action":"PUT","Value":{"BOOL":true}}}}' },
  { "Query", '{"KeyConditions":{"a":{"AttributeValueList":[1,2],"ComparisonOperator":"BETWEEN"}}}',
    '{"KeyConditions":{"a":{"AttributeValueList":[{"N":"1"},{"N":"2"}],"ComparisonOperator":"BETWEEN"}}}' },
  { "Query", '{"QueryFilter":{"a":{"AttributeValueList":[null]}},"ExclusiveStartKey":{"id":"x"},"Limit":5}',
    '{"QueryFilter":{"a":{"AttributeValueList":[{"NULL":true}]}},"ExclusiveStartKey":{"id":{"S":"x"}},"Limit":5}' },
  { "Scan", '{"ScanFilter":{"a":{"AttributeValueList":["x"]}},"Segment":0}',
    '{"ScanFilter":{"a":{"AttributeValueList":[{"S":"x"}]}},"Segment":0}' },
  { "BatchWriteItem", '{"RequestItems":{"Item":[{"PutRequest":{"Item":{"a":1}}},{"DeleteRequest":{"Key":{"a":2}}}]}}',
    '{"RequestItems":{"Item":[{"PutRequest":{"Item":{"a":{"N":"1"}}}},{"DeleteRequest":{"Key":{"a":{"N":"2"}}}}]}}' },
  { "BatchGetItem", '{"RequestItems":{"t":{"Keys":[{"a":1}],"ConsistentRead":true}}}',
    '{"RequestItems":{"t":{"Keys":[{"a":{"N":"1"}}],"ConsistentRead":true}}}' },
  { "TransactWriteItems", '{"TransactItems":[{"Put":{"Item":{"a":1},"ExpressionAttributeValues":{":a":1}}}]}',
    '{"TransactItems":[{"Put":{"Item":{"a":{"N":"1"}},"ExpressionAttributeValues":{":a":{"N":"1"}}}}]}' },
  { "TransactWriteItems", '{"TransactItems":[{"Update":{"Key":{"a":1}}},{"Delete":{"Key":{"a":1}}},{"ConditionCheck":{"Key":{"a":1}}}]}',
    '{"TransactItems":[{"Update":{"Key":{"a":{"N":"1"}}}},{"Delete":{"Key":{"a":{"N":"1"}}}},{"ConditionCheck":{"Key":{"a":{"N":"1"}}}}]}' },
  { "TransactGetItems", '{"TransactItems":[{"Get":{"Key":{"a":1},"TableName":"t"}}]}',
    '{"TransactItems":[{"Get":{"Key":{"a":{"N":"1"}},"TableName":"t"}}]}' },
  { "ExecuteStatement", '{"Statement":"s","Parameters":["x",1]}', '{"Statement":"s","Parameters":[{"S":"x"},{"N":"1"}]}' },
  { "BatchExecuteStatement", '{"Statements":[{"Statement":"s","Parameters":["x"]}]}',
    '{"Statements":[{"Statement":"s","Parameters":[{"S":"x"}]}]}' },
  { "ExecuteTransaction", '{"TransactStatements":[{"Parameters":["x"]}]}', '{"TransactStatements":[{"Parameters":[{"S":"x"}]}]}' },
  { "CreateTable", '{"KeySchema":[{"AttributeName":"Item"}]}', '{"KeySchema":[{"AttributeName":"Item"}]}' },
  { "TagResource", '{"Tags":[{"Key":"a","Value":"b"}]}', '{"Tags":[{"Key":"a","Value":"b"}]}' },
}
local answers = {
  { "GetItem", '{"Item":{"a":1},"ConsumedCapacity":{"CapacityUnits":1}}', '{"Item":{"a":{"N":"1"}},"ConsumedCapacity":{"CapacityUnits":1}}' },
  { "UpdateItem", '{"Attributes":{"a":1},"ItemCollectionMetrics":{"ItemCollectionKey":{"k":"x"},"SizeEstimateRangeGB":[0,1]}}',
    '{"Attributes":{"a":{"N":"1"}},"ItemCollectionMetrics":{"ItemCollectionKey":{"k":{"S":"x"}},"SizeEstimateRangeGB":[0,1]}}' },
  { "Query", '{"Items":[{"a":1}],"LastEvaluatedKey":{"a":1},"Count":1}', '{"Items":[{"a":{"N":"1"}}],"LastEvaluatedKey":{"a":{"N":"1"}},"Count":1}' },
  { "Scan", '{"Items":[]}', '{"Items":[]}' },
  { "BatchGetItem", '{"Responses":{"t":[{"a":1}]},"UnprocessedKeys":{"t":{"Keys":[{"a":1}]}}}',
    '{"Responses":{"t":[{"a":{"N":"1"}}]},"UnprocessedKeys":{"t":{"Keys":[{"a":{"N":"1"}}]}}}' },
  { "BatchWriteItem", '{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"a":1}}}]},"ItemCollectionMetrics":{"t":[{"ItemCollectionKey":{"a":1}}]}}',
    '{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"a":{"N":"1"}}}}]},"ItemCollectionMetrics":{"t":[{"ItemCollectionKey":{"a":{"N":"1"}}}]}}' },
  { "TransactGetItems", '{"Responses":[{"Item":{"a":1}},{}]}', '{"Responses":[{"Item":{"a":{"N":"1"}}},{}]}' },
  { "TransactWriteItems", '{"ItemCollectionMetrics":{"t":[{"ItemCollectionKey":{"a":1}}]}}',
    '{"ItemCollectionMetrics":{"t":[{"ItemCollectionKey":{"a":{"N":"1"}}}]}}' },
  { "BatchExecuteStatement", '{"Responses":[{"Item":{"a":1}},{"Error":{"Code":"X","Item":{"a":1}}}]}',
    '{"Responses":[{"Item":{"a":{"N":"1"}}},{"Error":{"Code":"X","Item":{"a":{"N":"1"}}}}]}' },
}

-- A text that tells [] from {}, whatever the order of members.
local function canonical(value)
  if type(value) ~= "table" or next(value) == nil then return json.encode(value) end
  local parts = {}
  for name, part in pairs(value) do parts[#parts + 1] = json.encode(name) .. ":" .. canonical(part) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

local function check(shape, plain, wire)
  plain, wire = json.decode(plain), json.decode(wire)
  assert.equal(canonical(wire), canonical(assert(marshal.write(shape, plain))))
  assert.equal(canonical(plain), canonical(assert(marshal.read(shape, wire))))
end

describe("attribute values", function()
  for _, case in ipairs(requests) do
    it("in a request of " .. case[1], function() check(shapes.request(case[1]), case[2], case[3]) end)
  end
  for _, case in ipairs(answers) do
    it("in an answer of " .. case[1], function() check(shapes.answer(case[1]), case[2], case[3]) end)
  end
  it("in an exception", function()
    check(shapes.error, '{"message":"m","Item":{"a":1}}', '{"message":"m","Item":{"a":{"N":"1"}}}')
    check(shapes.error, '{"CancellationReasons":[{"Code":"None"},{"Code":"X","Item":{"a":1}}]}',
      '{"CancellationReasons":[{"Code":"None"},{"Code":"X","Item":{"a":{"N":"1"}}}]}')
  end)

  it("keep all digits in what is to be sent back", function()
    local answers_with_keys = {
      Query = '{"LastEvaluatedKey":{"a":{"N":"9007199254740993"}}}', Scan = '{"LastEvaluatedKey":{"a":{"N":"9007199254740993"}}}',
      BatchGetItem = '{"UnprocessedKeys":{"t":{"Keys":[{"a":{"N":"9007199254740993"}}]}}}',
      BatchWriteItem = '{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"a":{"N":"9007199254740993"}}}},{"DeleteRequest":{"Key":{"a":{"N":"0.10"}}}}]}}',
    }
    for action, text in pairs(answers_with_keys) do
      local plain = assert(marshal.read(shapes.answer(action), json.decode(text)))
      assert.equal(canonical(json.decode(text)), canonical(assert(marshal.write(shapes.answer(action), plain))))
    end
    assert.equal(2, assert(marshal.read(shapes.answer "Query", { LastEvaluatedKey = { a = { N = "2" } } })).LastEvaluatedKey.a)
  end)

  it("leave what was given as it is", function()
    local item = { a = { 1, 2 } }
    local request = { TableName = "t", Item = item }
    marshal.write(shapes.request "PutItem", request)
    assert.same({ TableName = "t", Item = { a = { 1, 2 } } }, request)
  end)
end)
