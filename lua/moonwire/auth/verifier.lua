-- verifier.lua: tokens, who they say that one is, and requests that carry them.
local arguments = require "moonwire.runtime.arguments"
local json = require "moonwire.json"
local log = require "moonwire.log"
local policy = require "moonwire.auth.policy"
local request = require "moonwire.auth.request"

local verifier = {}

--- Who a token is about: its claims, and `id`.
--- @class moonwire.auth.User
--- @field id string the claim `sub`, or the one that `id_claim` names
--- @field exp? number Unix time in seconds from which on the token is no longer good
--- @field [string] any the other claims

--- @class moonwire.auth.AuthorizerOptions
--- @field claims? string[] names of claims for `requestContext.authorizer`; what is no string, number or boolean becomes JSON

--- What a client asks for a connection with.
--- @class moonwire.auth.Request
--- @field headers? table<string, string> names in any letter case
--- @field query? table<string, string>
--- @field protocols? string[] the subprotocols that the client offers; default: those of the headers

--- @class moonwire.auth.Verifier
local Verifier = {}
Verifier.__index = Verifier

--- @class moonwire.auth.Rules
--- @field tokens moonwire.jwt.Verifier
--- @field id_claim string
--- @field check? fun(claims: table): string?, string? what else is wrong with the claims of a genuine token: a sentence and a code

-- Not in the verifier itself, so that nobody changes them by a mistyped name.
--- @type table<moonwire.auth.Verifier, moonwire.auth.Rules>
local rules_of = setmetatable({}, { __mode = "k" })

--- @param rules moonwire.auth.Rules
--- @return moonwire.auth.Verifier
function verifier.new(rules)
  local made = setmetatable({}, Verifier)
  rules_of[made] = rules
  return made
end

-- Nothing is known about the token then: the issuer's keys could not be read.
local UNKNOWN = { network = true, timeout = true, server = true, bad_request = true }

local function rules_for(self, name)
  local rules = rules_of[self]
  if not rules then error(("verifier:%s: call it with a colon"):format(name), 3) end
  return rules
end

-- user | nil, message, code
local function user_of(rules, claims)
  local id, why, code = claims[rules.id_claim], nil, nil
  if rules.check then why, code = rules.check(claims) end
  if why then return nil, "auth: the token is refused: " .. why, code end
  if type(id) ~= "string" or id == "" then
    return nil, ("auth: the token is refused: it has no claim %s that says who it is about"):format(rules.id_claim), "claims"
  end
  claims.id = id
  return claims
end

-- user | nil, message, code
local function verify(rules, token)
  local claims, message, code = rules.tokens:verify(token)
  if claims then return user_of(rules, claims) end
  return nil, message:gsub("^jwt: ", UNKNOWN[code] and "auth: " or "auth: the token is refused: "), code
end

--- Verifies a token. Waits now and then while the issuer's keys are read (moonwire.jwt). Refusals have the codes of
--- moonwire.jwt, and `token_use` when Cognito made the token for another use.
--- @param token string
--- @return moonwire.auth.User? user
--- @return string? message
--- @return moonwire.auth.Code? code
function Verifier:verify(token)
  local rules = rules_for(self, "verify")
  if type(token) ~= "string" then error("verifier:verify: token must be a string, got " .. arguments.kind(token), 2) end
  return verify(rules, token)
end

-- What else is in it is not looked at: moonwire.app hands over all that it knows.
local function check_request(given)
  local why = arguments.type("request", given, "table")
  for _, name in ipairs { "headers", "query" } do
    if not why and given[name] ~= nil then why = arguments.type("request." .. name, given[name], "table") end
  end
  if why or given.protocols == nil then return why end
  return arguments.list("request.protocols", given.protocols)
end

local function verify_request(rules, given)
  local token = request.token(given)
  if token then return verify(rules, token) end
  return nil, "auth: the request has no token: no Authorization with Bearer, no ?token=, no subprotocol bearer.TOKEN", "missing"
end

--- Verifies the token of a request: that of `Authorization: Bearer`, else of `?token=`, else of a subprotocol `bearer.TOKEN`.
--- @param request moonwire.auth.Request
--- @return moonwire.auth.User? user
--- @return string? message
--- @return moonwire.auth.Code? code
function Verifier:verify_request(request)
  local rules = rules_for(self, "verify_request")
  local why = check_request(request)
  if why then error("verifier:verify_request: " .. why, 2) end
  return verify_request(rules, request)
end

-- A claim as a value that a context may have; nothing for one that is not there.
local function flat(claim)
  if claim == json.null then return nil end
  return type(claim) == "table" and json.encode(claim) or claim
end

local function context_of(user, names)
  local context = { exp = flat(user.exp) }
  for _, name in ipairs(names) do context[name] = flat(user[name]) end
  return context
end

-- What API Gateway gets: a policy, or the error that it makes 401 or 500 of.
local function authorize(rules, event, names)
  local user, message, code = verify_request(rules, { headers = event.headers, query = event.queryStringParameters })
  if user then
    local answer, why, kind = policy.answer("Allow", event, { principal = user.id, context = context_of(user, names) })
    if not answer then return nil, "auth: " .. why, kind or "bad_request" end
    return answer
  end
  if UNKNOWN[code] then return nil, message, code end
  log.info("refused: " .. message, { code = code })
  return nil, "Unauthorized"
end

local function check_options(options)
  if options == nil then return end
  local why = arguments.fields("options", options, { claims = "any" })
  if why or options.claims == nil then return why end
  why = arguments.list("claims", options.claims)
  for i, name in ipairs(why and {} or options.claims) do
    why = why or arguments.text(("claims[%d]"):format(i), name)
  end
  return why
end

--- Makes an authorizer function for API Gateway: it lets in whose token is good. Events of the connection then have
--- `requestContext.authorizer`, with the id of the user as `principalId`, `exp` and the claims that are asked for. A token that
--- is missing or refused is answered with 401, and logged with the reason; 500 when the issuer's keys cannot be read.
--- @param options? moonwire.auth.AuthorizerOptions
--- @return fun(event: table, context?: moonwire.Context): table?, string?, string? authorizer
function Verifier:authorizer(options)
  local rules, why = rules_for(self, "authorizer"), check_options(options)
  if why then error("verifier:authorizer: " .. why, 2) end
  local names = options and options.claims and { unpack(options.claims) } or {}
  return function(event)
    if type(event) ~= "table" or rawget(event, "methodArn") == nil then
      error("auth: this function is an authorizer: it is for events with a methodArn", 0)
    end
    return authorize(rules, event, names)
  end
end

return verifier
