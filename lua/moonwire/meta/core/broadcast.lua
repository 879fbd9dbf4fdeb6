--- @meta moonwire.core.broadcast

--- One message to many connections (runtime/script/bind_broadcast.c).
local broadcast = {
  window_max = 0, --- @type integer
}

--- What is on its way; it ends with the task that uses it.
--- @class moonwire.core.Sender
local Sender = {}

--- Waits while there is no room.
--- @param id string
--- @return boolean? begun false: too late; nil: there was no room, and now there may be
function Sender:send(id) end

--- Waits for a change.
--- @return true? over nil: a call has moved
function Sender:wait() end

--- A call that failed, each once.
--- @return string? id nil when there is none
--- @return string code
--- @return string message
function Sender:take() end

--- @return integer count of calls that have succeeded
function Sender:sent() end

--- Ends what is under way, and frees what it had.
function Sender:cancel() end

--- @param body string
--- @param endpoint string?
--- @param region string?
--- @param access_key_id string?
--- @param secret_access_key string?
--- @param session_token string?
--- @param window integer calls at once, 1 to window_max
--- @param timeout_ms number
--- @param known string? an endpoint
--- @return moonwire.core.Sender? sender
--- @return string? message
--- @return string? code
function broadcast.new(body, endpoint, region, access_key_id, secret_access_key, session_token, window, timeout_ms, known) end

return broadcast
