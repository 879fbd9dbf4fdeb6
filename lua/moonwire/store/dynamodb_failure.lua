-- dynamodb_failure.lua: failures of DynamoDB in the words of the store.
local codes = {
  AccessDeniedException = "forbidden", UnrecognizedClientException = "forbidden", InvalidSignatureException = "forbidden",
  MissingAuthenticationTokenException = "forbidden", ExpiredTokenException = "forbidden",
  ProvisionedThroughputExceededException = "throttled", RequestLimitExceeded = "throttled", ThrottlingException = "throttled",
  ItemCollectionSizeLimitExceededException = "too_large",
  ResourceNotFoundException = "bad_request", -- no such table
  InternalServerError = "server",
}

-- "Item size has exceeded the maximum allowed size", "Item size to update has exceeded the maximum allowed size"
local function is_too_large(message, code)
  return code == "ValidationException" and message:find "[Ii]tem size.*exceeded" ~= nil
end

--- nil, message, code of a call, for users of the store. Codes that stand for no type of DynamoDB's are those of moonwire.aws.
--- @param message string
--- @param code string
--- @return nil
--- @return string message
--- @return string code
return function(message, code)
  if is_too_large(message, code) then return nil, message, "too_large" end
  return nil, message, codes[code] or (code:find "^%l" and code or "server")
end
