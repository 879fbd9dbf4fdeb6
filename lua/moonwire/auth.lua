--- Who connects: verifiers of tokens, and what authorizer functions answer.
---
---   local verifier = auth.jwt { issuer = os.getenv "ISSUER", audience = "chat" }
---   local user, message, code = verifier:verify_request { headers = event.headers, query = event.queryStringParameters }
---
--- Nothing of a token is ever in a message or in a record.
local arguments = require "moonwire.runtime.arguments"
local jwt = require "moonwire.jwt"
local policy = require "moonwire.auth.policy"
local verifier = require "moonwire.auth.verifier"
local verifier_options = require "moonwire.jwt.options"

--- @class moonwire.auth
local auth = {}

local ID_CLAIM = "sub"

-- verifier of tokens | nil, what is wrong with the options
local function tokens_of(options)
  local ok, made = pcall(jwt.verifier, options)
  if ok then return made end
  return nil, (tostring(made):gsub("^jwt%.verifier: ", ""))
end

local JWT = { id_claim = true }
for name in pairs(verifier_options.fields) do JWT[name] = true end

local function check_id_claim(options)
  return options.id_claim ~= nil and arguments.text("id_claim", options.id_claim) or nil
end

-- rules | nil, what is wrong with the options
local function jwt_rules(options)
  local why = arguments.type("options", options, "table") or arguments.unknown("options", options, JWT) or check_id_claim(options)
  if why then return nil, why end
  local of_token, tokens = {}, nil
  for name, value in pairs(options) do
    if name ~= "id_claim" then of_token[name] = value end
  end
  tokens, why = tokens_of(of_token)
  return tokens and { tokens = tokens, id_claim = options.id_claim or ID_CLAIM }, why
end

--- @class moonwire.auth.JwtOptions: moonwire.jwt.Options
--- @field id_claim? string the claim that is the user's id; default `"sub"`

--- A verifier for the tokens of an issuer. Made once, when the module loads; wrong options raise. Without `issuer` and `audience`
--- there is none: `false` stands for "any".
--- @param options moonwire.auth.JwtOptions
--- @return moonwire.auth.Verifier verifier
function auth.jwt(options)
  local rules, why = jwt_rules(options)
  if not rules then error("auth.jwt: " .. why, 2) end
  return verifier.new(rules)
end

-- Of the options of moonwire.jwt, those that make sense here are passed on.
local COGNITO = {
  user_pool_id = "text!", client_id = "any", token_use = "string", id_claim = "text", issuer = "any", jwks_url = "any", jwks = "any",
  leeway_s = "any", max_token = "any",
}

-- Partitions of AWS have hosts of their own.
local function suffix_of(region)
  return region:find "^cn%-" and "amazonaws.com.cn" or "amazonaws.com"
end

-- The issuer of a pool, such as us-east-1_Ab1Cd2Ef3 (the pattern of UserPoolId in Cognito's API) | nil, what is wrong
local function issuer_of(pool)
  local region = pool:match "^(%l%l%l?%-[%l%d%-]*%d)_[%w]+$"
  if region and #pool <= 55 then return ("https://cognito-idp.%s.%s/%s"):format(region, suffix_of(region), pool) end
  return nil, "user_pool_id must be a Region, _ and letters or digits, as us-east-1_Ab1Cd2Ef3, got " .. arguments.shown(pool)
end

-- client_id is checked as the audience is, which it is in id tokens.
local function check_client_id(client_id)
  local _, why = tokens_of { issuer = false, audience = client_id, secret = ("-"):rep(32) }
  return why and why:gsub("^audience", "client_id")
end

local function check_cognito(options)
  local why = arguments.fields("options", options, COGNITO) or check_client_id(options.client_id)
  if why or options.token_use == nil or options.token_use == "access" or options.token_use == "id" then return why end
  return 'token_use must be "access" or "id", got ' .. arguments.shown(options.token_use)
end

-- Whether a claim is one of the client ids.
local function is_of_client(claim, client_id)
  if type(client_id) ~= "table" then return claim == client_id end
  for _, id in ipairs(client_id) do
    if claim == id then return true end
  end
  return false
end

-- What the signature does not say: the use, and of access tokens, which have no `aud`, the client ("Verifying JSON web tokens",
-- Amazon Cognito Developer Guide).
local function cognito_check(token_use, client_id)
  return function(claims)
    if claims.token_use ~= token_use then return ("it is no %s token: token_use says something else, or nothing"):format(token_use), "token_use" end
    if token_use == "access" and client_id and not is_of_client(claims.client_id, client_id) then
      return "it is for another client_id, or for none", "audience"
    end
  end
end

-- rules | nil, what is wrong with the options
local function cognito_rules(options)
  local why, issuer, tokens = check_cognito(options), nil, nil
  if why then return nil, why end
  issuer, why = issuer_of(options.user_pool_id)
  if not issuer then return nil, why end
  local token_use, client_id = options.token_use or "access", options.client_id
  if type(client_id) == "table" then client_id = { unpack(client_id) } end
  tokens, why = tokens_of {
    issuer = options.issuer or issuer, audience = token_use == "id" and client_id, jwks_url = options.jwks_url, jwks = options.jwks,
    leeway_s = options.leeway_s, max_token = options.max_token,
  }
  return tokens and { tokens = tokens, id_claim = options.id_claim or ID_CLAIM, check = cognito_check(token_use, client_id) }, why
end

--- @class moonwire.auth.CognitoOptions
--- @field user_pool_id string `"eu-central-1_Ab1Cd2Ef3"`
--- @field client_id string|string[]|false the app client; of a list (of up to 16) any one; `false`: all of the pool
--- @field token_use? "access"|"id" default `"access"`
--- @field id_claim? string the claim that is the user's id; default `"sub"`, which does not change, as user names do
--- @field issuer? string instead of the pool's: for development. Its tokens need `token_use` and the client, too
--- @field jwks_url? string as for `jwt.verifier`
--- @field jwks? string|table as for `jwt.verifier`
--- @field leeway_s? number as for `jwt.verifier`
--- @field max_token? integer as for `jwt.verifier`

--- A verifier for the tokens of an Amazon Cognito user pool.
--- @param options moonwire.auth.CognitoOptions
--- @return moonwire.auth.Verifier verifier
function auth.cognito(options)
  local rules, why = cognito_rules(options)
  if not rules then error("auth.cognito: " .. why, 2) end
  return verifier.new(rules)
end

--- @class moonwire.auth.PolicyOptions
--- @field principal? string who it is: `principalId`; `auth.allow` wants one, `auth.deny` takes `"anonymous"` without it
--- @field context? table<string, string|number|boolean> for `requestContext.authorizer` of the connection's events, where all are texts; numbers are finite

--- What an authorizer function returns to let a client in, for `event.methodArn`. Wrong arguments raise; `nil, message, "too_large"`
--- when it would have more than 8 KB, which API Gateway does not take.
--- @param event table the authorizer's event
--- @param options moonwire.auth.PolicyOptions
--- @return table? policy
--- @return string? message
--- @return "too_large"|nil code
function auth.allow(event, options)
  local answer, why, code = policy.answer("Allow", event, options)
  if answer then return answer end
  if not code then error("auth.allow: " .. why, 2) end
  return nil, "auth.allow: " .. why, code
end

--- What an authorizer function returns to refuse a client with 403. (`return nil, "Unauthorized"` refuses it with 401.)
--- @param event table the authorizer's event
--- @param options? moonwire.auth.PolicyOptions
--- @return table? policy
--- @return string? message
--- @return "too_large"|nil code
function auth.deny(event, options)
  local answer, why, code = policy.answer("Deny", event, options)
  if answer then return answer end
  if not code then error("auth.deny: " .. why, 2) end
  return nil, "auth.deny: " .. why, code
end

return auth
