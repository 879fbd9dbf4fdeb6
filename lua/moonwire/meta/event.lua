--- @meta _

-- Events of a WebSocket API, as the runtime hands them over: members that are null are left out. Sources: API Gateway Developer
-- Guide, "Set up Lambda authorizers for WebSocket APIs" and "Working with WebSocket APIs"; recorded events.

--- Names are found in any letter case; `pairs` lists them as they came.
--- @alias moonwire.event.Headers table<string, string>

--- @class moonwire.event.Identity
--- @field sourceIp string
--- @field userAgent? string only when the client sent one
--- @field [string] string? more for a request that was signed, or has an API key

--- What all events of a connection have.
--- @class moonwire.event.ConnectionContext
--- @field connectionId string
--- @field routeKey string the route that API Gateway chose
--- @field eventType "CONNECT"|"MESSAGE"|"DISCONNECT"
--- @field requestId string
--- @field extendedRequestId string
--- @field requestTime string "11/Nov/2024:13:45:46 +0000"
--- @field requestTimeEpoch integer Unix time in milliseconds
--- @field connectedAt integer Unix time in milliseconds
--- @field stage string
--- @field apiId string
--- @field domainName string
--- @field messageDirection "IN"
--- @field identity moonwire.event.Identity
--- @field authorizer? moonwire.event.Authorizer when one let the client in

--- What an authorizer said of the client: `principalId`, and each key of its context, as a text.
--- @class moonwire.event.Authorizer
--- @field principalId string
--- @field [string] string

--- @class moonwire.event.ConnectContext: moonwire.event.ConnectionContext
--- @field eventType "CONNECT"

--- @class moonwire.event.MessageContext: moonwire.event.ConnectionContext
--- @field eventType "MESSAGE"
--- @field messageId string

--- @class moonwire.event.DisconnectContext: moonwire.event.ConnectionContext
--- @field eventType "DISCONNECT"
--- @field disconnectStatusCode? integer RFC 6455, section 7.4
--- @field disconnectReason? string

--- The event of `$connect`.
--- @class moonwire.event.Connect
--- @field requestContext moonwire.event.ConnectContext
--- @field headers moonwire.event.Headers
--- @field multiValueHeaders table<string, string[]>
--- @field queryStringParameters? table<string, string> nil when the URL has none
--- @field multiValueQueryStringParameters? table<string, string[]>
--- @field stageVariables? table<string, string>
--- @field isBase64Encoded boolean

--- The event of a message, for `$default` and the routes of an API's own.
--- @class moonwire.event.Message
--- @field requestContext moonwire.event.MessageContext
--- @field body string what the client sent
--- @field stageVariables? table<string, string>
--- @field isBase64Encoded boolean

--- The event of `$disconnect`.
--- @class moonwire.event.Disconnect
--- @field requestContext moonwire.event.DisconnectContext
--- @field headers moonwire.event.Headers not those of the client
--- @field multiValueHeaders table<string, string[]>
--- @field stageVariables? table<string, string>
--- @field isBase64Encoded boolean

--- Any event of a WebSocket API: `requestContext.eventType` says which.
--- @alias moonwire.event.WebSocket moonwire.event.Connect|moonwire.event.Message|moonwire.event.Disconnect

--- The event of a Lambda authorizer of `$connect`.
--- @class moonwire.event.Authorize
--- @field type "REQUEST"
--- @field methodArn string what the policy has to allow
--- @field requestContext moonwire.event.ConnectContext
--- @field headers moonwire.event.Headers
--- @field multiValueHeaders table<string, string[]>
--- @field queryStringParameters table<string, string> empty when there is none
--- @field multiValueQueryStringParameters table<string, string[]>
--- @field stageVariables table<string, string>
