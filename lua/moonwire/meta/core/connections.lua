--- @meta moonwire.core.connections

--- `@connections` for the event at hand (runtime/script/bind_connections.c).
local connections = {}

--- Waits.
--- @param what string names the function in messages
--- @param method string
--- @param id string
--- @param body? string
--- @param endpoint? string
--- @param region? string
--- @param access_key_id? string
--- @param secret_access_key? string
--- @param session_token? string
--- @return string? body
--- @return string? message
--- @return moonwire.ws.Code? code
function connections.call(what, method, id, body, endpoint, region, access_key_id, secret_access_key, session_token) end

--- @param what string
--- @return string? id the connection of the current event
function connections.current_id(what) end

--- The API and the stage of the WebSocket event at hand.
--- @return string? api_id
--- @return string? stage
function connections.current_api() end

return connections
