--- @meta moonwire.core.http

--- One request (runtime/script/bind_http.c). moonwire.http describes it.
local http = {}

--- Waits. 0 stands for the default of a number. `false` and a sentence: an argument is not what it must be.
--- @param method string
--- @param url string
--- @param headers string[] name, value, name, value ...
--- @param body string?
--- @param timeout_ms number
--- @param connect_timeout_ms number
--- @param max_body number
--- @return integer|false|nil status
--- @return string[]|string headers of a failure its message
--- @return string? body of a failure its code
function http.request(method, url, headers, body, timeout_ms, connect_timeout_ms, max_body) end

return http
