-- moonwire.auth: options, users, tokens in requests, answers of authorizers. Keys that are fetched, real handshakes and another
-- library's opinion are in tests/e2e/auth.test.js.
local auth = require "moonwire.auth"
local json = require "moonwire.json"
local jwt = require "moonwire.jwt"

local SECRET = ("s"):rep(32)
local POOL = "eu-central-1_Ab1Cd2Ef3"
local ARN = "arn:aws:execute-api:eu-central-1:123456789012:abcd123456/dev/$connect"

--- Fields that are fine, with some changed; `NONE` removes one.
local NONE = {}
local function changed(t, changes)
  for name, value in pairs(changes or {}) do t[name] = value end
  for name, value in pairs(t) do if value == NONE then t[name] = nil end end
  return t
end

local function options(changes)
  return changed({ issuer = "me", audience = "chat", secret = SECRET }, changes)
end

local function pool(changes)
  return changed({ user_pool_id = POOL, client_id = "c1" }, changes)
end

local function token(changes, secret)
  return jwt.sign(changed({ iss = "me", aud = "chat", sub = "ann", exp = os.time() + 100 }, changes), secret or SECRET)
end

-- The position in a message is that of the caller: here.
local function refuses(name, call, want)
  it(name, function()
    local ok, message = pcall(call)
    assert.equal(false, ok)
    assert.matches("^tests/lua/auth_spec.lua:%d+: ", message)
    assert.truthy(message:find(want, 1, true), message)
  end)
end

describe("auth.jwt refuses", function()
  local cases = {
    { "no options", nil, "auth.jwt: options must be a table, got nil" },
    { "no issuer", options { issuer = NONE }, "auth.jwt: issuer must be a string, or false for any, got nil" },
    { "no audience", options { audience = NONE }, "auth.jwt: audience must be a string, a list of strings, or false for any, got nil" },
    { "an unknown option", options { audiences = "x" }, "options has an unknown field: audiences; there are algorithms, audience, id_claim, issuer" },
    { "what moonwire.jwt refuses", options { leeway_s = 301 }, "auth.jwt: leeway_s must be from 0 to 300" },
    { "an id that is no text", options { id_claim = 1 }, "auth.jwt: id_claim must be a string, got number" },
    { "an empty id", options { id_claim = "" }, "auth.jwt: id_claim must not be empty" },
  }
  for _, case in ipairs(cases) do refuses(case[1], function() auth.jwt(case[2]) end, case[3]) end
end)

describe("auth.cognito refuses", function()
  local cases = {
    { "no options", nil, "auth.cognito: options must be a table, got nil" },
    { "no pool", pool { user_pool_id = NONE }, "auth.cognito: user_pool_id must be a string, got nil" },
    { "no client", pool { client_id = NONE }, "auth.cognito: client_id must be a string, a list of strings, or false for any, got nil" },
    { "an empty list of clients", pool { client_id = {} }, "auth.cognito: client_id must have 1 to 16 elements, got 0" },
    { "a client that is none", pool { client_id = { "a", 2 } }, "auth.cognito: client_id[2] must be a string, got number" },
    { "a pool without a Region", pool { user_pool_id = "Ab1Cd2Ef3" }, 'user_pool_id must be a Region, _ and letters or digits, as us-east-1_Ab1Cd2Ef3, got "Ab1Cd2Ef3"' },
    { "a pool that leads elsewhere", pool { user_pool_id = "us-east-1.example.com/x_1" }, "user_pool_id must be a Region" },
    { "a pool with a path", pool { user_pool_id = "us-east-1_a/b" }, "user_pool_id must be a Region" },
    { "another use", pool { token_use = "refresh" }, 'token_use must be "access" or "id", got "refresh"' },
    { "an audience", pool { audience = "x" }, "options has an unknown field: audience; there are client_id" },
    { "another issuer over plain http", pool { issuer = "http://issuer.example" }, "issuer must start with https://" },
    { "keys that are none", pool { jwks = "{}" }, "jwks cannot be read" },
  }
  for _, case in ipairs(cases) do refuses(case[1], function() auth.cognito(case[2]) end, case[3]) end
end)

describe("a verifier", function()
  it("gives the claims and the id", function()
    local user = assert(auth.jwt(options()):verify(token { name = "Ann", id = "root", exp = os.time() + 50 }))
    assert.equal("ann", user.id)
    assert.equal("ann", user.sub)
    assert.equal("Ann", user.name)
    assert.equal("number", type(user.exp))
  end)

  it("takes the id from another claim", function()
    local verifier = auth.jwt(options { id_claim = "email" })
    assert.equal("ann@example.com", assert(verifier:verify(token { email = "ann@example.com" })).id)
    local none, message, code = verifier:verify(token())
    assert.same({ "auth: the token is refused: it has no claim email that says who it is about", "claims" }, { message, code })
    assert.equal(nil, none)
  end)

  it("refuses a user without a name", function()
    for _, sub in ipairs { NONE, "" } do
      local none, _, code = auth.jwt(options()):verify(token { sub = sub })
      assert.same({ nil, "claims" }, { none, code })
    end
    for _, id in ipairs { 7, true, json.null, json.array {} } do
      assert.equal("claims", select(3, auth.jwt(options { id_claim = "id" }):verify(token { id = id })))
    end
  end)

  it("says why, without a word of the token", function()
    local verifier = auth.jwt(options())
    for code, bad in pairs {
      expired = token { exp = os.time() - 61 }, audience = token { aud = "shop" }, issuer = token { iss = "you" },
      signature = token({}, ("t"):rep(32)), malformed = "canary",
    } do
      local none, message, got = verifier:verify(bad)
      assert.equal(nil, none)
      assert.equal(code, got)
      assert.matches("^auth: ", message)
      assert.equal(nil, message:find("canary", 1, true) or message:find("ann", 1, true))
    end
  end)

  it("shows nothing of itself", function()
    assert.equal(nil, next(auth.jwt(options())))
  end)

  refuses("a token that is no string", function() auth.jwt(options()):verify(nil) end, "verifier:verify: token must be a string, got nil")
  refuses("a dot", function() auth.jwt(options()).verify("x") end, "verifier:verify: call it with a colon")
  refuses("no request", function() auth.jwt(options()):verify_request(nil) end, "verifier:verify_request: request must be a table, got nil")
  refuses("headers that are none", function() auth.jwt(options()):verify_request { headers = "x" } end, "request.headers must be a table, got string")
  refuses("protocols that are no list", function() auth.jwt(options()):verify_request { protocols = "x" } end, "request.protocols must be a list")
  refuses("a dot in the request", function() auth.jwt(options()).verify_request {} end, "verifier:verify_request: call it with a colon")
  refuses("options of an authorizer", function() auth.jwt(options()):authorizer { claim = {} } end, "options has an unknown field: claim; there are claims")
  refuses("claims that are no list", function() auth.jwt(options()):authorizer { claims = "name" } end, "claims must be a list")
  refuses("claims without a name", function() auth.jwt(options()):authorizer { claims = { "name", 2 } } end, "claims[2] must be a string")
end)

describe("the token of a request", function()
  local ann, bob, eve = token(), token { sub = "bob" }, token { sub = "eve" }
  local cases = {
    { "of the header", { headers = { Authorization = "Bearer " .. ann } }, "ann" },
    { "in another letter case", { headers = { authorization = "bEARER   " .. ann .. " " } }, "ann" },
    { "of the query", { headers = {}, query = { token = bob } }, "bob" },
    { "of a subprotocol", { headers = {}, protocols = { "chat.v1", "bearer." .. eve } }, "eve" },
    { "of the header of subprotocols", { headers = { ["sec-websocket-protocol"] = "chat.v1, bearer." .. eve } }, "eve" },
    { "of the header first", { headers = { Authorization = "Bearer " .. ann }, query = { token = bob }, protocols = { "bearer." .. eve } }, "ann" },
    { "of the query then", { headers = {}, query = { token = bob }, protocols = { "bearer." .. eve } }, "bob" },
    { "behind another scheme", { headers = { Authorization = "Basic YTpi" }, query = { token = bob } }, "bob" },
    { "behind an empty header", { headers = { Authorization = "" }, query = { token = "" }, protocols = { "bearer.", "bearer." .. eve } }, "eve" },
    { "which is bad, although a good one follows", { headers = { Authorization = "Bearer x" }, query = { token = bob } }, nil, "malformed" },
    { "with more behind it", { headers = { Authorization = "Bearer " .. ann .. " x" } }, nil, "malformed" },
    { "nowhere", {}, nil, "missing" },
    { "nowhere, although there is much", { headers = { Host = "x", Authorization = "Bearer" }, query = { Token = ann }, protocols = { "chat.v1" } }, nil, "missing" },
    { "which the list of subprotocols does not have", { headers = { ["Sec-WebSocket-Protocol"] = "bearer." .. eve }, protocols = {} }, nil, "missing" },
  }
  local verifier = auth.jwt(options())
  for _, case in ipairs(cases) do
    it(case[1], function()
      local user, message, code = verifier:verify_request(case[2])
      assert.equal(case[3], user and user.id)
      assert.equal(case[4], code)
      if code then assert.matches("^auth: ", message) end
    end)
  end
end)

describe("auth.allow and auth.deny", function()
  local event = { type = "REQUEST", methodArn = ARN }

  it("have API Gateway's form", function()
    assert.same({
      principalId = "ann", context = { name = "Ann", level = 3, admin = false },
      policyDocument = { Version = "2012-10-17", Statement = { { Action = "execute-api:Invoke", Effect = "Allow", Resource = ARN } } },
    }, auth.allow(event, { principal = "ann", context = { name = "Ann", level = 3, admin = false } }))
    assert.same({
      principalId = "anonymous",
      policyDocument = { Version = "2012-10-17", Statement = { { Action = "execute-api:Invoke", Effect = "Deny", Resource = ARN } } },
    }, auth.deny(event))
    assert.equal("ann", auth.deny(event, { principal = "ann" }).principalId)
  end)

  it("are at most 8 KB", function()
    local function size_of(n) return #json.encode(assert(auth.allow(event, { principal = "a", context = { x = ("x"):rep(n) } }))) end
    local rest = 8192 - size_of(0)
    assert.equal(8192, size_of(rest))
    for _, call in ipairs { auth.allow, auth.deny } do
      local none, message, code = call(event, { principal = "a", context = { x = ("x"):rep(rest + 2) } })
      assert.same({ nil, "too_large" }, { none, code })
      assert.matches("^auth%.%l+: the answer has 81%d%d bytes as JSON, API Gateway takes 8192: put less into context$", message)
    end
  end)

  local cases = {
    { "no event", nil, { principal = "a" }, "event must be that of an authorizer: it has no methodArn" },
    { "another event", { requestContext = {} }, { principal = "a" }, "event must be that of an authorizer: it has no methodArn" },
    { "a long methodArn", { methodArn = ("x"):rep(513) }, { principal = "a" }, "event.methodArn has 513 bytes, API Gateway allows 512 in a policy" },
    { "no options", event, nil, "options must be a table, got nil" },
    { "nobody", event, {}, "principal must be a string, got nil" },
    { "an empty name", event, { principal = "" }, "principal must not be empty" },
    { "a number as the name", event, { principal = 7 }, "principal must be a string, got number" },
    { "an unknown option", event, { principal = "a", contxt = {} }, "options has an unknown field: contxt; there are context, principal" },
    { "a context that is none", event, { principal = "a", context = "x" }, "context must be a table, got string" },
    { "a nested context", event, { principal = "a", context = { user = { id = 1 } } }, "context.user must be a string, a number or a boolean, got table" },
    { "a function", event, { principal = "a", context = { f = print } }, "context.f must be a string, a number or a boolean, got function" },
    { "null", event, { principal = "a", context = { x = json.null } }, "context.x must be a string, a number or a boolean, got null" },
    { "infinity", event, { principal = "a", context = { n = 1 / 0 } }, "context.n must be a finite number, got inf" },
    { "a list", event, { principal = "a", context = { "x" } }, "context must have names, got the key 1" },
  }
  for _, case in ipairs(cases) do
    refuses(case[1], function() auth.allow(case[2], case[3]) end, "auth.allow: " .. case[4])
  end
  refuses("a denial of nothing", function() auth.deny() end, "auth.deny: event must be that of an authorizer")
  refuses("a denial with a nested context", function() auth.deny(event, { context = { a = {} } }) end, "auth.deny: context.a must be")
end)

describe("an authorizer", function()
  local verifier = auth.jwt(options())
  local function event(changes)
    return changed({ type = "REQUEST", methodArn = ARN, headers = {}, queryStringParameters = {} }, changes)
  end

  it("allows whose token is good", function()
    local exp = os.time() + 50
    local answer = verifier:authorizer()(event { queryStringParameters = { token = token { exp = exp, name = "Ann" } } })
    assert.same({ "ann", { exp = exp } }, { answer.principalId, answer.context })
    assert.equal("Allow", answer.policyDocument.Statement[1].Effect)
    assert.equal(ARN, answer.policyDocument.Statement[1].Resource)
  end)

  it("puts the claims into the context that are asked for", function()
    local given = token { name = "Ann", admin = true, level = 2, groups = json.array { "a", "b" }, address = { city = "B" }, email = json.null, exp = 2e9 }
    local authorizer = verifier:authorizer { claims = { "name", "admin", "level", "groups", "address", "email", "phone" } }
    local answer = authorizer(event { headers = { Authorization = "Bearer " .. given } })
    assert.same({ name = "Ann", admin = true, level = 2, groups = '["a","b"]', address = '{"city":"B"}', exp = 2e9 }, answer.context)
  end)

  it("says Unauthorized for everything else", function()
    local authorizer = verifier:authorizer()
    for _, bad in ipairs { event(), event { queryStringParameters = NONE, headers = NONE }, event { queryStringParameters = { token = "x" } },
      event { headers = { Authorization = "Bearer " .. token { exp = 1 } } } } do
      assert.same({ nil, "Unauthorized" }, { authorizer(bad) })
    end
  end)

  it("fails when the answer is too large", function()
    local big = auth.jwt(options { max_token = 131072 }):authorizer { claims = { "name" } }
    local none, message, code = big(event { queryStringParameters = { token = token { name = ("x"):rep(9000) } } })
    assert.same({ nil, "too_large" }, { none, code })
    assert.matches("^auth: the answer has %d+ bytes as JSON", message)
  end)

  it("is for authorizers' events only", function()
    assert.has_error(function() verifier:authorizer() { requestContext = { eventType = "CONNECT" } } end,
      "auth: this function is an authorizer: it is for events with a methodArn")
  end)
end)
