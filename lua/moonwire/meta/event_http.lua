--- @meta _

-- The event of an HTTP API, payload format 2.0, and of a function URL. Source: API Gateway Developer Guide, "Create AWS Lambda proxy
-- integrations for HTTP APIs".

--- @class moonwire.event.Http
--- @field version "2.0"
--- @field routeKey string "GET /rooms/{name}", or "$default"
--- @field rawPath string
--- @field rawQueryString string
--- @field cookies? string[]
--- @field headers moonwire.event.Headers the values of one name are joined with ","
--- @field queryStringParameters? table<string, string>
--- @field pathParameters? table<string, string>
--- @field stageVariables? table<string, string>
--- @field requestContext moonwire.event.HttpContext
--- @field body? string
--- @field isBase64Encoded boolean

--- @class moonwire.event.HttpContext
--- @field accountId string
--- @field apiId string
--- @field domainName string
--- @field domainPrefix string
--- @field http { method: string, path: string, protocol: string, sourceIp: string, userAgent: string }
--- @field requestId string
--- @field routeKey string
--- @field stage string
--- @field time string "11/Nov/2024:13:45:46 +0000"
--- @field timeEpoch integer Unix time in milliseconds
--- @field authorizer? table
--- @field authentication? table

--- What a handler returns for an HTTP API. Anything else becomes the JSON body of a 200.
--- @class moonwire.event.HttpResult
--- @field statusCode integer
--- @field headers? table<string, string|number|boolean>
--- @field cookies? string[]
--- @field body? string|table a table as JSON
--- @field isBase64Encoded? boolean
