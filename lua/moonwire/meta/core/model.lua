--- @meta moonwire.core.model

--- The gateway's model of a service's WebSocket API, for specs (runtime/cli/bind_model.c). Times are Unix time in milliseconds.
local model = {}

--- @class moonwire.core.Step what the model wants done
--- @field action "nothing"|"invoke"|"accept"|"refuse"|"send"
--- @field connection_id string
--- @field request_id string
--- @field bytes string an event, a message, the body of a refusal
--- @field note string for a developer; often ""
--- @field protocol? string
--- @field status? integer of a refusal
--- @field kind? "authorize"|"connect"|"message"|"disconnect" of an invocation, as the following
--- @field route? string its key
--- @field number? integer of the function, from 1
--- @field call? userdata for `answered`

--- @class moonwire.core.Managed what a call of @connections comes to
--- @field action "answer"|"send"|"close"
--- @field id? string
--- @field status integer
--- @field body string
--- @field code? moonwire.ws.Code of a failure
--- @field message? string

--- @class moonwire.core.Api
local Api = {}

--- @class moonwire.core.Described the service as its file has it
--- @field service string
--- @field stage string
--- @field region string
--- @field api_id string
--- @field domain string
--- @field functions { name: string, handler: string, timeout: integer, memory: integer, environment: table<string, string> }[]

--- @return moonwire.core.Described
function Api:describe() end

--- @param now_ms number
--- @param request { path?: string, query?: string, headers?: string[][], ip?: string }
--- @param named? boolean an authorizer has been asked already
--- @return moonwire.core.Step
function Api:connect(now_ms, request, named) end

--- @param now_ms number
--- @param id string
--- @param text string
--- @return moonwire.core.Step
function Api:message(now_ms, id, text) end

--- @param call userdata of a step whose action is "invoke"
--- @param outcome "result"|"failed"|"throttled"|"timed_out"
--- @param payload? string
--- @return moonwire.core.Step
function Api:answered(call, outcome, payload) end

--- @param now_ms number
--- @param id string
--- @param code integer
--- @param reason? string
--- @return moonwire.core.Step
function Api:closed(now_ms, id, code, reason) end

--- One call of @connections.
--- @param now_ms number
--- @param method string
--- @param id string
--- @param body? string
--- @return moonwire.core.Managed
function Api:manage(now_ms, method, id, body) end

--- Whose time is over first; nothing when nobody is connected.
--- @param now_ms number
--- @return string? id
--- @return number? left_ms
function Api:next_cut(now_ms) end

--- @param kind "gone"|"throttled"|"silent"
--- @param count integer
--- @param id? string only of this connection
function Api:fail(kind, count, id) end

--- What of these has not happened yet; connections' own are not counted.
--- @return table<string, integer> counts by kind
function Api:failing() end

--- @param file string
--- @param yaml? string instead of the file
--- @param stage? string instead of the file's
--- @return moonwire.core.Api? api
--- @return string? message
function model.new(file, yaml, stage) end

--- Is this the $connect of that very connection?
--- @param id string
--- @return boolean
function model.handshake_begun(id) end

return model
