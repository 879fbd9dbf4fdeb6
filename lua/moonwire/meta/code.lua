--- @meta _

-- The third of nil, message, code: words to compare with.

--- Of moonwire.ws. The page docs/lua/ws.md says what each of them means.
--- @alias moonwire.ws.Code
--- | "gone" # the connection is closed
--- | "connecting" # the connection is inside its own $connect: send from context:defer
--- | "forbidden" # wrong or missing permissions, keys, Region or endpoint
--- | "throttled" # too many calls, or the client reads too slowly
--- | "too_large" # more than 131072 bytes (128 KB)
--- | "bad_request" # not the id of a connection; no endpoint, Region or keys
--- | "timeout" # no answer in time, or before the deadline of the invocation
--- | "network" # API Gateway cannot be reached
--- | "server" # API Gateway failed

--- Of moonwire.store.
--- @alias moonwire.store.Code
--- | "gone" # there is no such connection: it never was, it was removed, or it has expired
--- | "conflict" # update: others were faster many times
--- | "too_large" # the data of a connection does not fit
--- | "timeout" # no answer in time
--- | "bad_request" # what MOONWIRE_STORE names cannot be used
--- | "server" # the store failed
--- | "forbidden" # DynamoDB: permissions, keys, Region
--- | "throttled" # DynamoDB: too many requests
--- | "network" # DynamoDB cannot be reached

--- Of rooms and users: of calls, and of the store.
--- @alias moonwire.ws.DeliveryCode moonwire.ws.Code|moonwire.store.Code

--- Of moonwire.http.
--- @alias moonwire.http.Code
--- | "timeout" # no complete response in time
--- | "network" # no such host, no connection, a bad certificate, a response cut short or not HTTP
--- | "too_large" # the body exceeds max_body, or all headers 64 KB
--- | "bad_request" # the URL is none

--- Of moonwire.aws: the type that the service gave its error ("ResourceNotFoundException"), else one of these.
--- @alias moonwire.aws.Code string
--- | "forbidden" # status 401 or 403: keys, permissions, Region
--- | "throttled" # status 429
--- | "too_large" # status 413, or an answer larger than allowed
--- | "bad_request" # any other status below 500; no keys, no Region; a URL or a service that cannot be one
--- | "server" # status 500 and above, or an answer that makes no sense
--- | "timeout" # no answer in time
--- | "network" # the service cannot be reached, or its answer was cut short

--- Of moonwire.jwt: why a token is refused; the last four say nothing about the token.
--- @alias moonwire.jwt.Code
--- | "malformed" # not a signed token, or one that asks for something that is not supported
--- | "too_large" # more than max_token bytes, or a header of more than 1024
--- | "algorithm" # another algorithm than the key has or the options allow, or none
--- | "unknown_key" # the key set has no such key, or several
--- | "signature" # the signature is wrong
--- | "expired" # exp has passed
--- | "not_yet_valid" # nbf or iat is in the future
--- | "issuer" # another iss, or none
--- | "audience" # another aud, or none
--- | "claims" # exp is missing, or a claim has the wrong type
--- | "network" # the key set could not be read, as for the following
--- | "timeout"
--- | "server"
--- | "bad_request"

--- Of moonwire.auth: those of moonwire.jwt, and two more.
--- @alias moonwire.auth.Code moonwire.jwt.Code
--- | "missing" # the request has no token
--- | "token_use" # Cognito made the token for another use
