--- @meta _

-- Events of queues, topics and schedules. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS", "... SNS", "Invoke a
-- Lambda function on a schedule".

--- @class moonwire.event.Sqs
--- @field Records moonwire.event.SqsRecord[]

--- @class moonwire.event.SqsRecord
--- @field messageId string
--- @field receiptHandle string
--- @field body string
--- @field attributes table<string, string> "ApproximateReceiveCount", "SentTimestamp", "MessageGroupId" ...
--- @field messageAttributes table<string, { dataType: string, stringValue?: string, binaryValue?: string }>
--- @field md5OfBody string
--- @field eventSource "aws:sqs"
--- @field eventSourceARN string
--- @field awsRegion string

--- What a handler of a queue returns when the event source mapping has ReportBatchItemFailures: which records come again.
--- @class moonwire.event.SqsResult
--- @field batchItemFailures { itemIdentifier: string }[]

--- @class moonwire.event.Sns
--- @field Records moonwire.event.SnsRecord[]

--- @class moonwire.event.SnsRecord
--- @field EventSource "aws:sns"
--- @field EventVersion string
--- @field EventSubscriptionArn string
--- @field Sns moonwire.event.SnsMessage

--- @class moonwire.event.SnsMessage
--- @field Type "Notification"
--- @field MessageId string
--- @field TopicArn string
--- @field Subject? string
--- @field Message string
--- @field Timestamp string "2024-11-11T13:45:46.514Z"
--- @field MessageAttributes table<string, { Type: string, Value: string }>
--- @field [string] any the signature, its certificate, and how to unsubscribe

--- Of EventBridge: a rule with a schedule, or with a pattern.
--- @class moonwire.event.Schedule
--- @field version string
--- @field id string
--- @field ["detail-type"] string "Scheduled Event"
--- @field source string "aws.events"
--- @field account string
--- @field time string "2024-11-11T13:45:46Z"
--- @field region string
--- @field resources string[] the ARN of the rule
--- @field detail table
