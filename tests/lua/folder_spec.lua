-- moonwire.core.folder, which subcommands have.
local folder = require "moonwire.core.folder"

describe("folder.make", function()
  local root

  before_each(function()
    root = os.tmpname()
    os.remove(root)
  end)

  after_each(function()
    os.execute(("rm -rf '%s'"):format(root))
  end)

  it("makes a folder with those above it, and takes one that is there", function()
    assert.is_true(folder.make(root .. "/a/b"))
    assert.is_true(folder.make(root .. "/a/b/"))
    assert.is_true(folder.make(root .. "//a//c"))
    local names = {}
    for _, entry in ipairs(folder.list(root .. "/a")) do names[#names + 1] = entry.name end
    table.sort(names)
    assert.same({ "b", "c" }, names)
  end)

  it("says why there is none", function()
    assert.is_true(folder.make(root))
    io.open(root .. "/file", "w"):close()
    for path, why in pairs {
      [root .. "/file"] = "Not a directory", [root .. "/file/below"] = "Not a directory",
      ["/proc/none"] = "No such file or directory", [("a"):rep(5000)] = "File name too long", [""] = "No such file or directory",
    } do
      local ok, message = folder.make(path)
      assert.is_nil(ok)
      assert.equal(why, message, path)
    end
  end)
end)

describe("folder.beside", function()
  it("makes a new file each time, and size and real look at what is there", function()
    local path = os.tmpname()
    local one, two = folder.beside(path), folder.beside(path)
    assert.is_true(one ~= two and one ~= path)
    assert.equal(0, folder.size(one))
    assert.is_nil(folder.size "/dev/zero")
    assert.is_nil(folder.size "/")
    assert.equal("/", folder.real "/proc/..")
    for _, name in ipairs { path, one, two } do os.remove(name) end
    assert.is_nil(folder.size(path))
    local none, why = folder.real(path)
    assert.same({ nil, "No such file or directory" }, { none, why })
    none, why = folder.beside(path .. "/none/x")
    assert.same({ nil, "No such file or directory" }, { none, why })
  end)
end)
