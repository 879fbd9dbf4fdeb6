--- What other modules have to say about each spec.
local hooks = {}

local after = {}

--- @class moonwire.test.Spec
--- @field name string "rooms a member leaves": blocks and spec
--- @field file string
--- @field failed boolean it has failed already
--- @field tasks integer how many tasks the spec has started that have not ended

--- Calls fn after each spec and its after_each, in the spec's own scope: it may wait. What it raises, or a text that it
--- returns, fails the spec. Functions are called in the order in which they were registered, and stay until the program ends.
--- @param fn fun(spec: moonwire.test.Spec): string?
function hooks.after_spec(fn)
  if type(fn) ~= "function" then error("hooks.after_spec: fn must be a function, got " .. type(fn), 2) end
  table.insert(after, fn)
end

--- Calls all of them, whatever one of them does.
--- @param spec moonwire.test.Spec
--- @param call fun(fn: function): boolean calls a function; false when it has failed
function hooks.run(spec, call)
  for _, fn in ipairs(after) do
    local ok = call(function()
      local said = fn(spec)
      if said ~= nil then error(tostring(said), 0) end
    end)
    spec.failed = spec.failed or not ok
  end
end

return hooks
