--- @meta _

-- What stands behind `handler:` in serverless.yml, when it is no app.

--- A handler. `nil, message, code` fails the invocation, as an error that is raised does.
---
---     --- @type moonwire.Handler
---     function M.on_message(event, context) ... end
--- @alias moonwire.Handler fun(event: any, context: moonwire.Context): any, string?, string?

--- @alias moonwire.ConnectHandler fun(event: moonwire.event.Connect, context: moonwire.Context): moonwire.ProxyResult|boolean|nil, string?, string?
--- @alias moonwire.MessageHandler fun(event: moonwire.event.Message, context: moonwire.Context): moonwire.ProxyResult|true|nil, string?, string?
--- @alias moonwire.DisconnectHandler fun(event: moonwire.event.Disconnect, context: moonwire.Context): moonwire.ProxyResult|true|nil, string?, string?
--- @alias moonwire.HttpHandler fun(event: moonwire.event.Http, context: moonwire.Context): any, string?, string?
--- @alias moonwire.SqsHandler fun(event: moonwire.event.Sqs, context: moonwire.Context): moonwire.event.SqsResult|nil, string?, string?
--- @alias moonwire.SnsHandler fun(event: moonwire.event.Sns, context: moonwire.Context): any, string?, string?
--- @alias moonwire.ScheduleHandler fun(event: moonwire.event.Schedule, context: moonwire.Context): any, string?, string?
--- @alias moonwire.AuthorizerHandler fun(event: moonwire.event.Authorize, context: moonwire.Context): table?, string?, string?

--- What a handler returns for an event of a WebSocket API.
--- @class moonwire.ProxyResult
--- @field statusCode integer 200 accepts in $connect
--- @field headers? table<string, string> in $connect: "Sec-WebSocket-Protocol"
--- @field body? string|table goes to the client when the route has a route response; a table as JSON
