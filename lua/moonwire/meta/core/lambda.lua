--- @meta moonwire.core.lambda

--- The environment that the handler runs in (runtime/script/bind_lambda.c).
local lambda = {
  version = "", --- @type string
}

--- @param fn fun() runs when the environment ends
--- @return boolean added false: it is too late to say so
function lambda.add(fn) end

return lambda
