-- event_kinds.lua: events as other services of AWS send them to a function, for `moonwire invoke --event KIND`. Those of API Gateway
-- are made where its rules are (event.lua).
-- Sources: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS", "... SNS", "Invoke a Lambda function on a schedule". SNS
-- writes SigningCertUrl and UnsubscribeUrl, as recorded events have them.
local crypto = require "moonwire.crypto"
local json = require "moonwire.json"
local md5 = require "moonwire.cli.md5"

local event_kinds = {}

local ACCOUNT = "123456789012"

--- What an event is made of.
--- @class moonwire.cli.Given
--- @field region string of the service
--- @field now integer Unix time in milliseconds
--- @field body? string

local function time_of(ms, format) return os.date("!" .. format, math.floor(ms / 1000)) end

function event_kinds.sqs(given)
  local body = given.body or "Test message."
  return { Records = { {
    messageId = crypto.uuid(), receiptHandle = crypto.base64(crypto.random_bytes(96)), body = body,
    attributes = {
      ApproximateReceiveCount = "1", SentTimestamp = ("%d"):format(given.now), SenderId = "AIDAIENQZJOLO23YVJ4VO",
      ApproximateFirstReceiveTimestamp = ("%d"):format(given.now + 2),
    },
    messageAttributes = {}, md5OfBody = md5(body), eventSource = "aws:sqs",
    eventSourceARN = ("arn:aws:sqs:%s:%s:my-queue"):format(given.region, ACCOUNT), awsRegion = given.region,
  } } }
end

function event_kinds.sns(given)
  local topic = ("arn:aws:sns:%s:%s:my-topic"):format(given.region, ACCOUNT)
  local subscription = topic .. ":" .. crypto.uuid()
  local host = ("https://sns.%s.amazonaws.com/"):format(given.region)
  return { Records = { {
    EventSource = "aws:sns", EventVersion = "1.0", EventSubscriptionArn = subscription,
    Sns = {
      Type = "Notification", MessageId = crypto.uuid(), TopicArn = topic, Subject = "TestInvoke",
      Message = given.body or "Hello from SNS!",
      Timestamp = time_of(given.now, "%Y-%m-%dT%H:%M:%S") .. (".%03dZ"):format(given.now % 1000),
      SignatureVersion = "1", Signature = crypto.base64(crypto.random_bytes(256)),
      SigningCertUrl = host .. "SimpleNotificationService-" .. crypto.hex(crypto.random_bytes(16)) .. ".pem",
      UnsubscribeUrl = host .. "?Action=Unsubscribe&SubscriptionArn=" .. subscription, MessageAttributes = {},
    },
  } } }
end

--- The body is `detail`, and must be a JSON object then.
function event_kinds.schedule(given)
  local detail, why = {}, nil
  if given.body then detail, why = json.decode(given.body) end
  if type(detail) ~= "table" or given.body and not given.body:find "^%s*{" then
    return nil, "--body must be a JSON object for a schedule" .. (why and ": " .. why or "")
  end
  return {
    version = "0", id = crypto.uuid(), ["detail-type"] = "Scheduled Event", source = "aws.events", account = ACCOUNT,
    time = time_of(given.now, "%Y-%m-%dT%H:%M:%SZ"), region = given.region,
    resources = { ("arn:aws:events:%s:%s:rule/my-scheduled-rule"):format(given.region, ACCOUNT) }, detail = detail,
  }
end

return event_kinds
