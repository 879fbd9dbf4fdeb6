--- Calls to the services of AWS.
---
--- Every call is signed with the keys of the environment (or those that are given) and tried again when that may help, as the
--- standard retry mode of AWS's SDKs does: three attempts (AWS_MAX_ATTEMPTS; four for DynamoDB) with growing pauses, never
--- past the deadline of the invocation. A call whose answer was lost may have been carried out and is tried again all the
--- same. Other tasks run while a call waits.
---
--- Wrong arguments raise. What the world refuses comes back as `nil, message, code`: code is the type that the service gave
--- its error ("ResourceNotFoundException"); without one it is
---
---   forbidden    401 or 403
---   throttled    429
---   too_large    413, or an answer larger than allowed
---   bad_request  another status below 500; no keys; no Region; a URL or a service that cannot be one
---   server       500 and above, or an answer that makes no sense
---   timeout      no answer in time
---   network      the service cannot be reached, or its answer was cut short
local client = require "moonwire.aws.client"
local requests = require "moonwire.aws.request"

--- @class moonwire.aws
local aws = {}

--- Signs a request with Signature Version 4. Pure: it reads no clock, no environment and sends nothing. Wrong arguments
--- raise and name the field.
---
---     local signed = aws.sign {
---       method = "POST", url = url, body = body, service = "execute-api", region = "eu-central-1",
---       credentials = { access_key_id = id, secret_access_key = secret }, time = os.time(),
---     }
---     http.request { method = "POST", url = url, headers = signed.headers, body = body }
---
--- Every given header is signed, except those that proxies may change (`user-agent`, `connection`, `proxy-*` ...). The
--- host comes from the URL unless there is a host header.
--- @type fun(request: moonwire.aws.SignInput): moonwire.aws.Signed
aws.sign = require "moonwire.aws.sign"

--- Sends one signed request to any service of AWS. A status of 2xx is a response, any other one a failure.
---
---     local object, message, code = aws.request {
---       service = "s3", url = "https://my-bucket.s3.eu-central-1.amazonaws.com/reports/today.json",
---     }
---     if code == "NoSuchKey" then ... end
---
--- @param request moonwire.aws.Request
--- @return moonwire.Response? response
--- @return string? message
--- @return moonwire.aws.Code? code
--- @return moonwire.Response? refused the response with another status, when one arrived
function aws.request(request)
  local why = requests.check(request)
  if why then error("aws.request: " .. why, 2) end
  local response, message, code, refused = requests.send("aws.request", request)
  if response == false then error("aws.request: " .. message, 2) end
  return response, message, code, refused
end

--- The actions of a service as methods: every name of AWS's reference, with a table in and a table out.
---
---     local sqs = aws.client "sqs"
---     local sent, message, code = sqs:SendMessage { QueueUrl = url, MessageBody = "hello" }
---
--- There are the services whose protocol is JSON, by their names in the AWS CLI, and `Invoke` of lambda; aws.request calls
--- all others. Members that are null in an answer are left out. `[]` is `json.array {}`; `{}` is an object.
---
--- Where the service is, in this order: options.endpoint; AWS_ENDPOINT_URL_<SERVICE> (AWS_ENDPOINT_URL_SQS);
--- AWS_ENDPOINT_URL; the service's host in the Region. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true ignores the two variables.
--- @param service string its name in the AWS CLI: `"sqs"`, `"ssm"`, `"events"`, `"lambda"` ...
--- @param options? moonwire.aws.ClientOptions
--- @return moonwire.aws.Client client
function aws.client(service, options)
  local made, why = client.new(service, options)
  if not made then error("aws.client: " .. why, 2) end
  return made
end

return aws
