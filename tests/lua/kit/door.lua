-- door.lua: an authorizer: the token is the name.
local json = require "moonwire.json"

return function(event)
  local token = event.queryStringParameters.token
  return {
    principalId = token, context = { shop = "north" },
    policyDocument = {
      Version = "2012-10-17",
      Statement = json.array {
        { Action = "execute-api:Invoke", Effect = token == "thief" and "Deny" or "Allow", Resource = event.methodArn },
      },
    },
  }
end
