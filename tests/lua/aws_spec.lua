-- aws.sign: published examples, the forms of headers, options, and what raises. tests/unit/test_sigv4.c has the details
-- of the signer, tests/e2e/signature.test.js compares it with another one.
local aws = require "moonwire.aws"

local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" }
local EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

--- A request that can be signed, with some fields changed; `NONE` removes one.
local NONE = {}
local function request(changes)
  local t = {
    method = "POST", url = "https://abc.execute-api.eu-central-1.amazonaws.com/prod/@connections/X1%3D", body = "hello",
    service = "execute-api", region = "eu-central-1", credentials = KEYS, time = 1795293192,
  }
  for name, value in pairs(changes or {}) do t[name] = value end
  for name, value in pairs(t) do if value == NONE then t[name] = nil end end
  return t
end

describe("aws.sign", function()
  it("signs AWS's example, IAM ListUsers", function()
    local signed = aws.sign {
      method = "GET", url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", service = "iam",
      region = "us-east-1", credentials = KEYS, time = 1440938160,
      headers = { ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8" },
    }
    assert.equal("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7", signed.signature)
    assert.same({
      ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8",
      ["X-Amz-Date"] = "20150830T123600Z",
      ["Authorization"] = signed.authorization,
    }, signed.headers)
    assert.equal("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
      .. "SignedHeaders=content-type;host;x-amz-date, Signature=" .. signed.signature, signed.authorization)
    assert.equal("AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
      .. "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59", signed.string_to_sign)
    assert.equal(nil, signed.url)
  end)

  it("signs AWS's example of a presigned S3 URL", function()
    local signed = aws.sign {
      method = "GET", url = "https://examplebucket.s3.amazonaws.com/test.txt", service = "s3", region = "us-east-1",
      credentials = {
        access_key_id = "AKIAIOSFODNN7EXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      },
      time = 1369353600, query = true, expires = 86400, payload_hash = "UNSIGNED-PAYLOAD", normalize_path = false,
      double_encode = false,
    }
    assert.equal("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", signed.signature)
    assert.equal("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
      .. "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
      .. "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
      .. "&X-Amz-Signature=" .. signed.signature, signed.url)
    assert.same({}, signed.headers)
    assert.equal(nil, signed.authorization)
  end)

  it("encodes the path of @connections once more", function()
    assert.equal("POST\n/prod/%40connections/X1%253D\n\nhost:abc.execute-api.eu-central-1.amazonaws.com\n"
      .. "x-amz-date:20261121T203312Z\n\nhost;x-amz-date\n"
      .. "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", aws.sign(request()).canonical_request)
  end)

  it("takes pairs of headers in their order, and returns pairs", function()
    local given = { { "X-A", "2" }, { "x-a", " 1 " }, { "Authorization", "old" }, { "x-amz-date", "old" } }
    local signed = aws.sign(request { headers = given })
    assert.truthy(signed.canonical_request:find("\nx-a:2,1\n", 1, true))
    assert.same({
      { "X-A", "2" }, { "x-a", " 1 " }, { "X-Amz-Date", "20261121T203312Z" }, { "Authorization", signed.authorization },
    }, signed.headers)
    assert.equal(4, #given)
    assert.equal("old", given[3][2])
  end)

  it("replaces an old token only when the keys have one", function()
    local old = { ["x-amz-security-token"] = "old" }
    assert.equal("old", aws.sign(request { headers = old }).headers["x-amz-security-token"])
    local keys = { access_key_id = "A", secret_access_key = "B", session_token = "new" }
    local signed = aws.sign(request { headers = old, credentials = keys })
    assert.equal(nil, signed.headers["x-amz-security-token"])
    assert.equal("new", signed.headers["X-Amz-Security-Token"])
    assert.truthy(signed.canonical_request:find("\nx-amz-security-token:new\n", 1, true))
    signed = aws.sign(request { credentials = keys, omit_session_token = true })
    assert.equal("new", signed.headers["X-Amz-Security-Token"])
    assert.equal(nil, signed.canonical_request:find("token", 1, true))
  end)

  it("adds the hash of the body when asked to", function()
    local signed = aws.sign(request { body = NONE, sign_body_header = true })
    assert.equal(EMPTY, signed.headers["x-amz-content-sha256"])
    assert.truthy(signed.canonical_request:find("\nx-amz-content-sha256:" .. EMPTY .. "\n", 1, true))
  end)

  it("keeps the path when asked to", function()
    local url = "https://example.com/a//b/../c%20d"
    local function path(options)
      options.url = url
      return aws.sign(request(options)).canonical_request:match "^POST\n(.-)\n"
    end
    assert.equal("/a/c%2520d", path {})
    assert.equal("/a//b/../c%2520d", path { normalize_path = false })
    assert.equal("/a/c%20d", path { double_encode = false })
    assert.equal("/a//b/../c%20d", path { normalize_path = false, double_encode = false })
  end)

  it("gives the same for the same, and does not change its argument", function()
    local given = request { headers = { a = "b" } }
    local first, second = aws.sign(given), aws.sign(given)
    assert.same(first, second)
    assert.same(request { headers = { a = "b" } }, given)
  end)

  it("signs bodies with NUL and every other byte", function()
    local a, b = aws.sign(request { body = "a\0b" }), aws.sign(request { body = "a\0c" })
    assert.truthy(a.signature ~= b.signature)
    assert.equal("59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138", a.canonical_request:match "%x+$")
  end)

  local keys_without_secret = { access_key_id = "AKID" }
  local keys_with_bad_token = { access_key_id = "AKID", secret_access_key = "hush", session_token = "hush\n" }
  local raised = {
    { { method = NONE }, "aws.sign: method must be a string, got nil" },
    { { method = "" }, "aws.sign: method must be the name of an HTTP method" },
    { { url = 1 }, "aws.sign: url must be a string, got number" },
    { { url = "" }, "aws.sign: url must begin with http:// or https://" },
    { { url = "wss://example.com" }, "aws.sign: url must begin with http:// or https://" },
    { { url = "https://me@example.com" }, "aws.sign: url must not hold a user name" },
    { { body = {} }, "aws.sign: body must be a string, got table" },
    { { service = NONE }, "aws.sign: service must be a string, got nil" },
    { { region = "" }, "aws.sign: region must be a name such as eu-central-1" },
    { { time = NONE }, "aws.sign: time must be a number, got nil" },
    { { time = 0 / 0 }, "aws.sign: time must be in Unix seconds, before the year 10000" },
    { { time = 1e300 }, "aws.sign: time must be in Unix seconds, before the year 10000" },
    { { credentials = NONE }, "aws.sign: credentials must be a table, got nil" },
    { { credentials = keys_without_secret }, "aws.sign: credentials.secret_access_key must be a string, got nil" },
    { { credentials = keys_with_bad_token }, "aws.sign: credentials.session_token must be visible ASCII characters" },
    { { credentials = { accessKeyId = "A", access_key_id = "A", secret_access_key = "B" } },
      "aws.sign: credentials has an unknown field: accessKeyId; there are access_key_id, secret_access_key, session_token" },
    { { normalise_path = false }, "aws.sign: request has an unknown field: normalise_path; there are body, credentials, "
      .. "double_encode, expires, headers, method, normalize_path, omit_session_token, payload_hash, query, region, service, "
      .. "sign_body_header, time, url" },
    { { normalize_path = "no" }, "aws.sign: normalize_path must be a boolean, got string" },
    { { query = true, expires = 0 }, "aws.sign: expires must be from 1 to 604800 seconds" },
    { { query = true, expires = 604801 }, "aws.sign: expires must be from 1 to 604800 seconds" },
    { { headers = "a: b" }, "aws.sign: headers must be a table, got string" },
    { { headers = { a = true } }, "aws.sign: headers: the value of a must be a string, got boolean" },
    { { headers = { ["a b"] = "c" } }, "aws.sign: headers must have names that HTTP allows" },
    { { headers = { "a" } }, "aws.sign: headers[1] must be a { name, value } pair, got string" },
    { { headers = { { "a", "b" }, { "a" } } }, "aws.sign: headers: the value of a must be a string, got nil" },
    { { headers = { { 1, "b" } } }, "aws.sign: headers: a name must be a string, got number" },
  }
  for _, case in ipairs(raised) do
    it("raises: " .. case[2], function()
      local ok, message = pcall(function()
        local signed = aws.sign(request(case[1]))
        return signed
      end)
      assert.equal(false, ok)
      assert.equal(case[2], message:match "aws_spec%.lua:%d+: (.*)$")
      assert.equal(nil, message:find("hush", 1, true))
    end)
  end

  it("raises without a table", function()
    local ok, message = pcall(aws.sign)
    assert.equal(false, ok)
    assert.truthy(message:find("aws.sign: request must be a table, got nil", 1, true))
  end)
end)
