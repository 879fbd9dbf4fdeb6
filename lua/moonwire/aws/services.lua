-- services.lua: the services that aws.client knows: those whose protocol is AWS JSON, and lambda.
-- The facts are those of AWS's service models (botocore, data/*/service-2.json: metadata).

--- @class moonwire.aws.Service
--- @field name string as in the AWS CLI
--- @field version string of AWS JSON: "1.0" or "1.1"
--- @field target string before the action in X-Amz-Target
--- @field variable string AWS_ENDPOINT_URL_...: the service's id in capitals
--- @field prefix string of the service's hosts
--- @field signing string the service's name in signatures

-- name, version of AWS JSON, prefix of targets, service id; the prefix of hosts and the signing name where they differ.
local rows = {
  { "acm", "1.1", "CertificateManager", "ACM" },
  { "athena", "1.1", "AmazonAthena", "Athena" },
  { "cloudwatch", "1.0", "GraniteServiceVersion20100801", "CloudWatch", "monitoring", "monitoring" },
  { "codebuild", "1.1", "CodeBuild_20161006", "CodeBuild" },
  { "cognito-identity", "1.1", "AWSCognitoIdentityService", "Cognito Identity" },
  { "cognito-idp", "1.1", "AWSCognitoIdentityProviderService", "Cognito Identity Provider" },
  { "comprehend", "1.1", "Comprehend_20171127", "Comprehend" },
  { "dynamodb", "1.0", "DynamoDB_20120810", "DynamoDB" },
  { "dynamodbstreams", "1.0", "DynamoDBStreams_20120810", "DynamoDB Streams", "streams.dynamodb", "dynamodb" },
  { "ecr", "1.1", "AmazonEC2ContainerRegistry_V20150921", "ECR", "api.ecr" },
  { "ecs", "1.1", "AmazonEC2ContainerServiceV20141113", "ECS" },
  { "events", "1.1", "AWSEvents", "EventBridge" },
  { "firehose", "1.1", "Firehose_20150804", "Firehose" },
  { "glue", "1.1", "AWSGlue", "Glue" },
  { "kinesis", "1.1", "Kinesis_20131202", "Kinesis" },
  { "kms", "1.1", "TrentService", "KMS" },
  { "logs", "1.1", "Logs_20140328", "CloudWatch Logs" },
  { "redshift-data", "1.1", "RedshiftData", "Redshift Data" },
  { "rekognition", "1.1", "RekognitionService", "Rekognition" },
  { "resourcegroupstaggingapi", "1.1", "ResourceGroupsTaggingAPI_20170126", "Resource Groups Tagging API", "tagging", "tagging" },
  { "sagemaker", "1.1", "SageMaker", "SageMaker", "api.sagemaker" },
  { "secretsmanager", "1.1", "secretsmanager", "Secrets Manager" },
  { "servicediscovery", "1.1", "Route53AutoNaming_v20170314", "ServiceDiscovery" },
  { "sqs", "1.0", "AmazonSQS", "SQS" },
  { "ssm", "1.1", "AmazonSSM", "SSM" },
  { "states", "1.0", "AWSStepFunctions", "SFN" },
  { "textract", "1.1", "Textract", "Textract" },
  { "transcribe", "1.1", "Transcribe", "Transcribe" },
  { "translate", "1.1", "AWSShineFrontendService_20170701", "Translate" },
  { "verifiedpermissions", "1.0", "VerifiedPermissions", "VerifiedPermissions" },
  { "wafv2", "1.1", "AWSWAF_20190729", "WAFV2" },
  { "lambda", false, false, "Lambda" }, -- Invoke only: lambda_invoke.lua
}

-- Other names that people know.
local aliases = {
  eventbridge = "events", stepfunctions = "states", sfn = "states", ["step-functions"] = "states",
  ["secrets-manager"] = "secretsmanager", ["cloudwatch-logs"] = "logs", cloudwatchlogs = "logs", monitoring = "cloudwatch",
  ["cognito-identity-provider"] = "cognito-idp", ["dynamodb-streams"] = "dynamodbstreams",
}

local services = { by_name = {}, names = {} }

for i, row in ipairs(rows) do
  local name, version, target, id, prefix, signing = unpack(row, 1, 6)
  services.names[i] = name
  services.by_name[name] = {
    name = name, version = version, target = target, prefix = prefix or name, signing = signing or name,
    variable = "AWS_ENDPOINT_URL_" .. id:upper():gsub("[ -]", "_"),
  }
end
table.sort(services.names)
for alias, name in pairs(aliases) do services.by_name[alias] = services.by_name[name] end

return services
