--- @meta _

-- The globals of spec files (*_spec.lua): busted's dialect, as `moonwire test` runs it.

--- A block of specs.
--- @param name string
--- @param fn fun()
function describe(name, fn) end

--- The same as describe.
--- @param name string
--- @param fn fun()
function context(name, fn) end

--- A block whose modules and globals are its own.
--- @param name string
--- @param fn fun()
function insulate(name, fn) end

--- A block whose modules and globals are those of what is around it.
--- @param name string
--- @param fn fun()
function expose(name, fn) end

--- A spec. Without a function it is one that is still to be written.
--- @param name string
--- @param fn? fun()
function it(name, fn) end

--- The same as it.
--- @param name string
--- @param fn? fun()
function spec(name, fn) end

--- A spec that is still to be written; inside of one: ends it as such.
--- @param reason? string
function pending(reason) end

--- Runs before each spec of the block, and of the blocks in it.
--- @param fn fun()
function before_each(fn) end

--- Runs after each spec of the block, whether it passed or not.
--- @param fn fun()
function after_each(fn) end

--- Runs once, before the specs of the block.
--- @param fn fun()
function setup(fn) end

--- Runs once, after the specs of the block.
--- @param fn fun()
function teardown(fn) end

--- Runs when the spec at hand has ended, whether it passed or not.
--- @param fn fun()
function finally(fn) end

--- @class moonwire.test.SpyMaker
--- @overload fun(fn: function): moonwire.test.Spy
spy = {}

--- A function that calls another one and remembers how.
--- @param fn? function
--- @return moonwire.test.Spy
function spy.new(fn) end

--- Puts a spy in the place of a function of a table; `revert` undoes it.
--- @param object table
--- @param key any
--- @return moonwire.test.Spy
function spy.on(object, key) end

--- Puts a function that does nothing, or returns what it is told, in the place of one of a table: stub(object, key, ...).
--- @class moonwire.test.StubMaker
--- @overload fun(object?: table, key?: any, ...: any): moonwire.test.Spy
stub = {}

--- @param object? table without it the stub stands alone
--- @param key? any
--- @param ... any what it returns; a function is called instead
--- @return moonwire.test.Spy
function stub.new(object, key, ...) end

--- Spies, or with `true` stubs, for all functions of a table and of those in it: mock(object, true).
--- @class moonwire.test.MockMaker
--- @overload fun(object: table, stubs?: boolean): table
mock = {}

--- Forgets the calls of all of them.
--- @param object table
function mock.clear(object) end

--- Puts the functions back.
--- @param object table
function mock.revert(object) end

--- Matchers for arguments: match.is_string(), match.is_not_nil(), match._ ...
--- @type table<string, any>
match = {}
