-- moonwire.jwt: options, claims, tokens signed by a secret. tests/unit/test_jwt*.c have the details of tokens and keys,
-- tests/e2e/jwt.test.js compares with another library and fetches key sets.
local jwt = require "moonwire.jwt"
local crypto = require "moonwire.crypto"
local json = require "moonwire.json"
local key_set = require "moonwire.runtime.key_set"

local SECRET = ("s"):rep(32)
local KEY = [[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k"}]]
local KEYS = '{"keys":[' .. KEY .. "]}"

--- Options that are fine, with some changed; `NONE` removes one.
local NONE = {}
local function options(changes)
  local t = { issuer = "me", audience = "you", secret = SECRET }
  for name, value in pairs(changes) do t[name] = value end
  for name, value in pairs(t) do if value == NONE then t[name] = nil end end
  return t
end

local function claims(changes)
  local t = { iss = "me", aud = "you", sub = "ann", exp = os.time() + 100 }
  for name, value in pairs(changes or {}) do t[name] = value end
  for name, value in pairs(t) do if value == NONE then t[name] = nil end end
  return t
end

describe("jwt.verifier refuses", function()
  local seventeen = {}
  for i = 1, 17 do seventeen[i] = "a" .. i end
  local function with_url(text) return options { secret = NONE, jwks_url = text } end
  local cases = {
    { "no options", nil, "options must be a table, got nil" },
    { "an unknown option", options { audiences = "x" }, "options has an unknown field: audiences; there are algorithms, audience, issuer, jwks" },
    { "no issuer", options { issuer = NONE }, "issuer must be a string, or false for any, got nil" },
    { "an empty issuer", options { issuer = "" }, "issuer must not be empty" },
    { "issuer true", options { issuer = true }, "issuer must be a string, or false for any, got boolean" },
    { "no audience", options { audience = NONE }, "audience must be a string, a list of strings, or false for any, got nil" },
    { "an empty audience", options { audience = "" }, "audience must not be empty" },
    { "no audiences", options { audience = {} }, "audience must have 1 to 16 elements, got 0" },
    { "seventeen audiences", options { audience = seventeen }, "audience must have 1 to 16 elements, got 17" },
    { "an audience that is no string", options { audience = { "a", 1 } }, "audience[2] must be a string, got number" },
    { "an empty one among them", options { audience = { "a", "" } }, "audience[2] must not be empty" },
    { "a short secret", options { secret = ("s"):rep(31) }, "secret must have at least 32 bytes, got 31" },
    { "a secret that is no string", options { secret = 12 }, "secret must be a string, got number" },
    { "secret and keys", options { jwks = KEYS }, "jwks and secret exclude each other" },
    { "secret and URL", options { jwks_url = "https://a/" }, "jwks_url and secret exclude each other" },
    { "URL and keys", options { secret = NONE, jwks = KEYS, jwks_url = "https://a/" }, "jwks_url and jwks exclude each other" },
    { "nothing to verify with", options { secret = NONE, issuer = false }, "jwks_url, jwks or secret is needed" },
    { "an issuer that is no URL", options { secret = NONE }, "issuer must start with https:// and a host" },
    { "an issuer with a query", options { secret = NONE, issuer = "https://a.example/?x=1" }, "jwks_url is needed: nothing can stand below" },
    { "an issuer with a fragment", options { secret = NONE, issuer = "https://a.example/#x" }, "jwks_url is needed: nothing can stand below" },
    { "an issuer with NUL", options { secret = NONE, issuer = "https://a.example/\0" }, "jwks_url is needed: the issuer has a blank" },
    { "an issuer with a line break", options { secret = NONE, issuer = "https://a.example/\r\n" }, "jwks_url is needed: the issuer has a" },
    { "a URL with NUL", with_url "https://a.example/\0keys", "jwks_url has a blank or a control character" },
    { "http to an address that is none", with_url "http://127.999.1.1/", "jwks_url must start with https:// (http:// for localhost" },
    { "http", with_url "http://issuer.example/keys", "jwks_url must start with https:// (http:// for localhost" },
    { "http to a host that looks like loopback", with_url "http://localhost.example/", "jwks_url must start with https://" },
    { "http to 127 as a name", with_url "http://127.0.0.1.example/", "jwks_url must start with https://" },
    { "a user in the URL", with_url "http://localhost:80@issuer.example/", "jwks_url must start with https:// and a host" },
    { "a backslash in the URL", with_url "http://localhost\\.issuer.example/", "jwks_url must start with https:// and a host" },
    { "a URL without a host", with_url "https:///keys", "jwks_url must start with https:// and a host" },
    { "another scheme", with_url "file:///etc/keys", "jwks_url must start with https:// and a host" },
    { "a URL that is none", with_url "keys.json", "jwks_url must start with https:// and a host" },
    { "an empty URL", with_url "", "jwks_url must not be empty" },
    { "a URL that is no string", with_url(1), "jwks_url must be a string, got number" },
    { "keys that are no JSON", options { secret = NONE, jwks = "<html>" }, "jwks cannot be read: it is no JSON: line 1" },
    { "keys that are no set", options { secret = NONE, jwks = "[]" }, 'jwks cannot be read: it is no JSON Web Key Set' },
    { "keys of no use", options { secret = NONE, jwks = { keys = { { kty = "oct", k = "AAAA" } } } },
      "jwks has no key that can be used" },
    { "keys that cannot be JSON", options { secret = NONE, jwks = { keys = print } }, "jwks cannot be read: it is not JSON" },
    { "keys that are a number", options { secret = NONE, jwks = 1 }, "jwks must be a string or a table, got number" },
    { "much leeway", options { leeway_s = 301 }, "leeway_s must be from 0 to 300, got 301" },
    { "leeway below 0", options { leeway_s = -1 }, "leeway_s must be from 0 to 300, got -1" },
    { "leeway that is no number", options { leeway_s = 0 / 0 }, "leeway_s must be from 0 to 300" },
    { "leeway in words", options { leeway_s = "60" }, "leeway_s must be a number, got string" },
    { "require_exp in words", options { require_exp = "no" }, "require_exp must be a boolean, got string" },
    { "no bytes", options { max_token = 0 }, "max_token must be from 1 to 131072, got 0" },
    { "too many bytes", options { max_token = 131073 }, "max_token must be from 1 to 131072, got 131073" },
    { "no algorithms", options { algorithms = {} }, "algorithms must name at least one" },
    { "algorithms in a string", options { algorithms = "HS256" }, "algorithms must be a list (keys 1..n), got string" },
    { "algorithms with a name", options { algorithms = { "HS256", n = 1 } }, 'algorithms must be a list (keys 1..n), got a table with the key "n"' },
    { "an algorithm that is no string", options { algorithms = { 256 } }, "algorithms[1] is none that can be verified: a number" },
    { "a set of audiences", options { audience = { chat = true } }, 'audience must be a list (keys 1..n), got a table with the key "chat"' },
    { "audiences with a hole", options { audience = { "a", nil, "b" } }, "audience must be a list (keys 1..n), got a table with nothing at 2" },
    { "algorithm none", options { algorithms = { "none" } }, 'algorithms[1] is none that can be verified: "none"; there are RS256,' },
    { "an unknown algorithm", options { algorithms = { "HS256", "ES512" } }, 
      'algorithms[2] is none that can be verified: "ES512"; there are RS256, RS384, RS512, PS256, ES256, ES384, EdDSA, and HS256' },
    { "RS256 with a secret", options { algorithms = { "RS256" } }, "algorithms: HS256 goes with a secret" },
    { "HS256 with keys", options { secret = NONE, jwks = KEYS, algorithms = { "HS256" } }, "algorithms: HS256 goes with a" },
  }
  for _, case in ipairs(cases) do
    local name, given, want = case[1], case[2], case[3]
    it(name, function()
      local ok, message = pcall(function() jwt.verifier(given) end)
      assert.equal(false, ok)
      assert.matches("^tests/lua/jwt_spec.lua:%d+: jwt.verifier: ", message) -- at the caller
      assert.truthy(message:find(want, 1, true), message)
    end)
  end
end)

describe("jwt.verifier takes", function()
  local cases = {
    { "an issuer whose keys are at the usual place", { issuer = "https://issuer.example/pool", audience = "you" } },
    { "a URL in capitals", { issuer = false, audience = false, jwks_url = "HTTPS://Issuer.example:8443/keys" } },
    { "localhost", { issuer = "http://localhost:8080", audience = { "a", "b" } } },
    { "loopback of version 6", { issuer = false, audience = false, jwks_url = "http://[::1]:80/keys" } },
    { "keys as a string", { issuer = "me", audience = "you", jwks = KEYS, algorithms = { "EdDSA", "RS256" } } },
    { "keys as a table", { issuer = "me", audience = "you", jwks = { keys = { json.decode(KEY) } } } },
    { "limits at their ends", options { leeway_s = 0, max_token = 131072, require_exp = false, algorithms = { "HS256" } } },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local verifier = jwt.verifier(case[2])
      assert.equal(nil, next(verifier)) -- nothing to see, the secret least of all
    end)
  end
end)

describe("key sets", function()
  local function count()
    collectgarbage()
    collectgarbage()
    return key_set.count()
  end

  it("are shared by verifiers of one URL, and go with the last of them", function()
    local before, held = count(), {}
    for i = 1, 200 do
      local url = ("https://issuer-%d.example/keys"):format(i)
      held[i] = { jwt.verifier { issuer = false, audience = false, jwks_url = url }, jwt.verifier { issuer = "x", audience = "y", jwks_url = url } }
    end
    assert.equal(before + 200, count())
    for i = 2, 200 do held[i] = nil end
    assert.equal(before + 1, count())
    held[1][1] = nil
    assert.equal(before + 1, count())
    held[1] = nil
    assert.equal(before, count())
  end)
end)

describe("verifier:verify", function()
  local verifier = jwt.verifier(options {})

  it("gives claims and header as json.decode does", function()
    local given = claims { list = json.array {}, none = json.null, nested = { a = "\0" }, aud = { "x", "you" } }
    local got, header, code = verifier:verify(jwt.sign(given, SECRET))
    assert.same(given, got)
    assert.equal("[]", json.encode(got.list))
    assert.same({ alg = "HS256", typ = "JWT" }, header)
    assert.equal(nil, code)
  end)

  local refused = {
    { "exp that has passed", { exp = os.time() - 61 }, "expired", "jwt: it has expired" },
    { "no exp", { exp = NONE }, "claims", 'jwt: the claim "exp" is missing' },
    { "exp as a string", { exp = "9999999999" }, "claims", 'jwt: the claim "exp" is not a number' },
    { "nbf to come", { nbf = os.time() + 100 }, "not_yet_valid", "jwt: it is not valid yet (nbf)" },
    { "iat to come", { iat = os.time() + 100 }, "not_yet_valid", "jwt: it was issued in the future (iat)" },
    { "another issuer", { iss = "mallory" }, "issuer", 'jwt: it is of another issuer (iss) than "me"' },
    { "no issuer", { iss = NONE }, "issuer", "jwt: it does not say who issued it (iss)" },
    { "another audience", { aud = "mallory" }, "audience", 'jwt: it is for another audience (aud) than "you"' },
    { "no audience", { aud = NONE }, "audience", "jwt: it names no audience (aud)" },
    { "sub as a number", { sub = 1 }, "claims", 'jwt: the claim "sub" is not a string' },
  }
  for _, case in ipairs(refused) do
    local name, changes, want, text = case[1], case[2], case[3], case[4]
    it("refuses " .. name, function()
      local got, message, code = verifier:verify(jwt.sign(claims(changes), SECRET))
      assert.same({ nil, want }, { got, code })
      assert.equal(text, message:sub(1, #text))
      assert.falsy(message:find("mallory"))
    end)
  end

  it("has leeway, and options for less of everything", function()
    assert.truthy(verifier:verify(jwt.sign(claims { exp = os.time() - 50, nbf = os.time() + 50 }, SECRET)))
    local strict = jwt.verifier(options { leeway_s = 0 })
    assert.falsy(strict:verify(jwt.sign(claims { exp = os.time() - 1 }, SECRET)))
    local loose = jwt.verifier(options { issuer = false, audience = false, require_exp = false })
    assert.truthy(loose:verify(jwt.sign({ sub = "ann" }, SECRET)))
    local small = jwt.verifier(options { max_token = 50 })
    assert.equal("too_large", select(3, small:verify(jwt.sign(claims(), SECRET))))
  end)

  it("takes one of several audiences", function()
    local two = jwt.verifier(options { audience = { "a", "b" } })
    assert.truthy(two:verify(jwt.sign(claims { aud = "b" }, SECRET)))
    local _, message, code = two:verify(jwt.sign(claims { aud = "ab" }, SECRET))
    assert.equal("audience", code)
    assert.equal('jwt: it is for another audience (aud) than "a", "b"', message)
  end)

  it("is not impressed by changes to what it was made of", function()
    local audience = { "a" }
    local given = options { audience = audience }
    local fixed = jwt.verifier(given)
    audience[1], given.issuer = "b", "you"
    assert.truthy(fixed:verify(jwt.sign(claims { aud = "a" }, SECRET)))
  end)

  it("knows no other secret, and no key as a secret", function()
    assert.equal("signature", select(3, verifier:verify(jwt.sign(claims(), ("t"):rep(32)))))
    local by_keys = jwt.verifier(options { secret = NONE, jwks = KEYS })
    for _, secret in ipairs { SECRET, KEY, KEYS, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } do
      assert.equal("algorithm", select(3, by_keys:verify(jwt.sign(claims(), secret))))
    end
  end)

  it("refuses what is no token", function()
    for _, text in ipairs { "", ".", "..", "...", "a.b.c", "Bearer x", ("x"):rep(8192), "\0", ("."):rep(8000) } do
      local got, message, code = verifier:verify(text)
      assert.same({ nil, "malformed" }, { got, code })
      assert.matches("^jwt: ", message)
    end
    assert.equal("too_large", select(3, verifier:verify(("x"):rep(8193))))
  end)

  it("refuses none, however it is spelled", function()
    local payload = crypto.base64url(json.encode(claims()))
    for _, alg in ipairs { "none", "None", "NONE", "nOnE", "", " none", "none\0", "HS256 ", "hs256", "HS384" } do
      for _, signature in ipairs { "", "AAAA", crypto.base64url(crypto.hmac_sha256(SECRET, "x")) } do
        local token = crypto.base64url(json.encode { alg = alg }) .. "." .. payload .. "." .. signature
        assert.equal("algorithm", select(3, verifier:verify(token)))
      end
    end
  end)

  it("wants a colon and a string", function()
    local function message_of(fn) return tostring(assert.has_error(fn)) end
    assert.matches("jwt_spec.lua:%d+: verifier:verify: token must be a string, got nil", message_of(function()
      local got = verifier:verify(nil)
      return got
    end))
    assert.matches("jwt_spec.lua:%d+: verifier:verify: call it with a colon", message_of(function()
      local got = verifier.verify("a.b.c")
      return got
    end))
    assert.matches("jwt_spec.lua:%d+: verifier:verify: call it with a colon", message_of(function()
      local got = verifier.verify()
      return got
    end))
  end)
end)

describe("jwt.sign", function()
  it("writes the three parts", function()
    local token = jwt.sign({ a = 1 }, SECRET)
    local text, signature = token:match("^(.*)%.(.*)$")
    assert.equal("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ", text)
    assert.equal(crypto.base64url(crypto.hmac_sha256(SECRET, text)), signature)
  end)

  local cases = {
    { "no claims", function() local t = jwt.sign(nil, SECRET) return t end, "claims must be a table, got nil" },
    { "claims that are no JSON", function() local t = jwt.sign({ a = print }, SECRET) return t end,
      "claims is not JSON: $.a: cannot encode a function" },
    { "a list", function() local t = jwt.sign({ 1 }, SECRET) return t end, "claims must be an object, not a list" },
    { "no secret", function() local t = jwt.sign({}) return t end, "secret must be a string, got nil" },
    { "a short secret", function() local t = jwt.sign({}, "x") return t end, "secret must have at least 32 bytes, got 1" },
  }
  for _, case in ipairs(cases) do
    it("refuses " .. case[1], function()
      local message = assert.has_error(case[2], "jwt.sign: " .. case[3])
      assert.matches("^tests/lua/jwt_spec.lua:%d+: ", message)
    end)
  end
end)
