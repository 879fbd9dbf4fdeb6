--- @meta moonwire.core.sigv4

--- Signs one request (runtime/script/bind_sigv4.c). aws.sign describes it.
local sigv4 = {}

--- @param input table the fields of moonwire.aws.SignInput; no_normalize and no_double_encode instead of their opposites
--- @param credentials moonwire.Credentials
--- @param headers string[] name, value, name, value ...
--- @return table? signed as moonwire.aws.Signed, with `added`, a list as headers, in place of headers
--- @return string? message
function sigv4.sign(input, credentials, headers) end

return sigv4
