--- @meta moonwire.core.aws

--- One signed call to any service of AWS, and where services are (runtime/script/bind_aws.c).
local aws = {}

--- @class moonwire.core.AwsCall
--- @field method string
--- @field url string
--- @field service string
--- @field region? string
--- @field body? string
--- @field timeout_ms? number
--- @field max_body? number
--- @field access_key_id? string
--- @field secret_access_key? string
--- @field session_token? string
--- @field no_normalize? boolean
--- @field no_double_encode? boolean
--- @field sign_body_header? boolean

--- Waits. `false` and a sentence: an argument is not what it must be.
--- @param what string names the function in messages
--- @param request moonwire.core.AwsCall
--- @param headers string[] name, value, name, value ...
--- @return integer|false|nil status
--- @return string[]|string headers of a failure its message
--- @return string? body of a failure its code: the type that the service gave its error, else that of the client
--- @return integer? status of a failure, when an answer came
--- @return string[]? headers
--- @return string? body
function aws.call(what, request, headers) end

--- @param place { prefix: string, variable: string, endpoint?: string, region?: string }
--- @return string? url
--- @return string? message
function aws.endpoint(place) end

return aws
