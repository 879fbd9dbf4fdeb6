local http = require "moonwire.http"

-- A port where nobody listens: what gets that far was accepted.
local URL = "http://127.0.0.1:1/"

describe("http.request refuses", function()
  local cases = {
    { "no table", nil, "request must be a table, got nil" },
    { "no url", {}, "url must be a string, got nil" },
    { "an unknown field", { url = URL, timeout = 5 }, "request has an unknown field: timeout; there are body, connect_timeout_ms, headers" },
    { "a method that is no string", { url = URL, method = 1 }, "method must be a string, got number" },
    { "a method with a line break", { url = URL, method = "GET\r\n" }, "method has a character that no method may have" },
    { "an empty name in a method's place", { url = URL, method = "GET / HTTP/1.1" }, "method has a character" },
    { "CONNECT", { url = URL, method = "connect" }, "method CONNECT is not supported" },
    { "a body that is no string", { url = URL, body = {} }, "body must be a string, got table" },
    { "a HEAD with a body", { url = URL, method = "HEAD", body = "x" }, "a HEAD request has no body" },
    { "headers that are no table", { url = URL, headers = "x" }, "headers must be a table, got string" },
    { "a header's value that is no string", { url = URL, headers = { a = true } }, "headers: the value of a must be a string, got boolean" },
    { "a pair that is none", { url = URL, headers = { "a: b" } }, "headers[1] must be a { name, value } pair, got string" },
    { "pairs with a hole", { url = URL, headers = { { "a", "b" }, nil, { "c", "d" } } }, "headers must be a list (keys 1..n), got a table with nothing at 2" },
    { "pairs and names", { url = URL, headers = { { "a", "b" }, c = "d" } }, 'headers must be a list (keys 1..n), got a table with the key "c"' },
    { "a pair without a name", { url = URL, headers = { { nil, "b" } } }, "headers: a name must be a string, got nil" },
    { "a pair without a value", { url = URL, headers = { { "a" } } }, "headers: the value of a must be a string, got nil" },
    { "a line break in a value", { url = URL, headers = { a = "b\r\nc: d" } }, "header a has a line break or NUL in its value" },
    { "a NUL in a value", { url = URL, headers = { a = "b\0c" } }, "header a has a line break or NUL in its value" },
    { "a line break in a name", { url = URL, headers = { ["a\nb"] = "c" } }, "header name is empty or has a character" },
    { "an empty name", { url = URL, headers = { [""] = "c" } }, "header name is empty or has a character" },
    { "framing of its own", { url = URL, headers = { ["transfer-encoding"] = "chunked" } }, "header Transfer-Encoding cannot be set" },
    { "another length", { url = URL, body = "abc", headers = { ["Content-Length"] = 2 } }, "header Content-Length differs" },
    { "a line break in the url", { url = URL .. "\r\nX: y" }, "url has a control character" },
    { "a timeout of no time", { url = URL, timeout_ms = 0 }, "timeout_ms must be from 1 to 2147483648, got 0" },
    { "a timeout that is not a number", { url = URL, timeout_ms = 0 / 0 }, "timeout_ms must be from 1" },
    { "a timeout in words", { url = URL, connect_timeout_ms = "5" }, "connect_timeout_ms must be a number, got string" },
    { "a limit below 1", { url = URL, max_body = -1 }, "max_body must be from 1" },
  }
  for _, case in ipairs(cases) do
    local name, request, want = case[1], case[2], case[3]
    it(name, function()
      local ok, message = pcall(function() http.request(request) end)
      assert.equal(false, ok)
      assert.truthy(message:find("http_spec.lua:%d+: http.request: ")) -- at the caller
      assert.truthy(message:find(want, 1, true))
    end)
  end
end)

describe("http.request returns", function()
  local cases = {
    { "network, when nobody listens", { url = URL }, "network", "http://127.0.0.1:1" },
    { "network, with every option", { url = URL, method = "post", body = "\0", timeout_ms = 20000, connect_timeout_ms = 20000,
      max_body = 1, headers = { { "a", "b" }, { "a", 1 }, { "Content-Length", 1 } } }, "network", "http://127.0.0.1:1" },
    { "bad_request, without a scheme", { url = "127.0.0.1:1" }, "bad_request", "url must start with http:// or https://" },
    { "bad_request, for another scheme", { url = "file:///etc/hostname" }, "bad_request", "url must start with" },
    { "bad_request, without a host", { url = "http://" }, "bad_request", "http://" },
    { "bad_request, for a port that is none", { url = "http://127.0.0.1:70000/" }, "bad_request", "http://127.0.0.1:70000" },
    { "bad_request, for a blank", { url = "http://127.0.0.1:1/a b" }, "bad_request", "percent-encoded, at position 21" },
    { "bad_request, for a letter beyond ASCII", { url = "http://127.0.0.1:1/\195\188" }, "bad_request", "percent-encoded" },
  }
  for _, case in ipairs(cases) do
    local name, request, want, part = case[1], case[2], case[3], case[4]
    it(name, function()
      local response, message, code = http.request(request)
      assert.equal(nil, response)
      assert.equal(want, code)
      assert.equal("http.request: ", message:sub(1, 14))
      assert.truthy(message:find(part, 1, true))
    end)
  end
end)
