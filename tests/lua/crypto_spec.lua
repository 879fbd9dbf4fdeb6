-- moonwire.crypto: known values, every byte there and back, and what raises.
local crypto = require "moonwire.crypto"

local all_bytes = {}
for i = 0, 255 do all_bytes[i + 1] = string.char(i) end
all_bytes = table.concat(all_bytes)

describe("crypto", function()
  local known = {
    { "sha256", { "" }, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "sha256", { "abc" }, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "sha256", { "a\0b" }, "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138" },
    { "sha256", { all_bytes }, "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880" },
    { "hmac_sha256", { "Jefe", "what do ya want for nothing?" },
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { "hmac_sha256", { "", "" }, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
  }
  for _, case in ipairs(known) do
    it(case[1] .. " of " .. #case[2][1] .. " bytes", function()
      local value = crypto[case[1]](unpack(case[2]))
      assert.equal(32, #value)
      assert.equal(case[3], crypto.hex(value))
    end)
  end

  local encodings = {
    { "hex", "unhex", "\0\1\171\255", "0001abff" },
    { "base64", "unbase64", "foob", "Zm9vYg==" },
    { "base64", "unbase64", "\251\255\190", "+/++" },
    { "base64url", "unbase64url", "foob", "Zm9vYg" },
    { "base64url", "unbase64url", "\251\255\190", "-_--" },
    { "base64", "unbase64", "", "" },
  }
  for _, case in ipairs(encodings) do
    local encode, decode, bytes, text = unpack(case)
    it(encode .. " of '" .. text .. "' and back", function()
      assert.equal(text, crypto[encode](bytes))
      assert.equal(bytes, crypto[decode](text))
    end)
  end

  it("returns every byte at every length", function()
    for _, pair in ipairs { { "hex", "unhex" }, { "base64", "unbase64" }, { "base64url", "unbase64url" } } do
      for length = 0, 256 do
        local bytes = all_bytes:sub(1, length)
        assert.equal(bytes, crypto[pair[2]](crypto[pair[1]](bytes)))
      end
    end
  end)

  local refused = {
    { "unhex", "abc" }, { "unhex", "zz" }, { "unbase64", "Zg" }, { "unbase64", "Zh==" }, { "unbase64", "Zg==\n" },
    { "unbase64", "-_--" }, { "unbase64url", "+/++" }, { "unbase64url", "Zg==" }, { "unbase64url", "Z" },
  }
  for _, case in ipairs(refused) do
    it(case[1] .. " refuses " .. ("%q"):format(case[2]), function()
      local value, message = crypto[case[1]](case[2])
      assert.equal(nil, value)
      assert.equal("crypto." .. case[1] .. ": s is not", message:match "^crypto%.%w+: s is not")
    end)
  end

  it("reads hexadecimal digits of either case", function() assert.equal("\171\205", crypto.unhex "aBcD") end)

  it("makes random bytes of the length asked for", function()
    for _, length in ipairs { 0, 1, 16, 4096, 1048576 } do assert.equal(length, #crypto.random_bytes(length)) end
    assert.truthy(crypto.random_bytes(32) ~= crypto.random_bytes(32))
  end)

  it("makes UUIDs of version 4, each another one", function()
    local seen = {}
    for _ = 1, 1000 do
      local uuid = crypto.uuid()
      assert.truthy(uuid:match "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$")
      assert.equal(nil, seen[uuid])
      seen[uuid] = true
    end
  end)

  it("compares bytes", function()
    assert.equal(true, crypto.equal("", ""))
    assert.equal(true, crypto.equal("a\0b", "a\0b"))
    assert.equal(false, crypto.equal("a\0b", "a\0c"))
    assert.equal(false, crypto.equal("a", "ab"))
  end)

  local raised = {
    { "sha256", { nil }, "crypto.sha256: s must be a string, got nil" },
    { "sha256", { 1 }, "crypto.sha256: s must be a string, got number" },
    { "hmac_sha256", { {}, "" }, "crypto.hmac_sha256: key must be a string, got table" },
    { "hmac_sha256", { "" }, "crypto.hmac_sha256: s must be a string, got nil" },
    { "hex", { true }, "crypto.hex: s must be a string, got boolean" },
    { "unbase64", {}, "crypto.unbase64: s must be a string, got nil" },
    { "random_bytes", { -1 }, "crypto.random_bytes: n must be a whole number from 0 to 1048576" },
    { "random_bytes", { 1.5 }, "crypto.random_bytes: n must be a whole number from 0 to 1048576" },
    { "random_bytes", { 0 / 0 }, "crypto.random_bytes: n must be a whole number from 0 to 1048576" },
    { "random_bytes", { 1048577 }, "crypto.random_bytes: n must be a whole number from 0 to 1048576" },
    { "random_bytes", { "16" }, "crypto.random_bytes: n must be a whole number from 0 to 1048576" },
    { "equal", { "a" }, "crypto.equal: b must be a string, got nil" },
  }
  for _, case in ipairs(raised) do
    it("raises: " .. case[3], function()
      local ok, message = pcall(function()
        local value = crypto[case[1]](unpack(case[2], 1, 2))
        return value
      end)
      assert.equal(false, ok)
      assert.equal(case[3], message:match "crypto_spec%.lua:%d+: (.*)$")
    end)
  end
end)
