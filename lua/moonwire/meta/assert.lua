--- @meta _
--- @diagnostic disable: inject-field

-- `assert` in spec files. It is a chain there: parts are joined by "." or "_", fillers (is, are, has ...) change nothing, `not` and `no`
-- turn the meaning around. What is said most is declared; a chain goes on from any filler.

--- A part of a chain: goes on, or is called.
--- @class moonwire.test.Assert
--- @overload fun(...: any): any
--- @field [string] moonwire.test.Assert

--- What spies and stubs are in place now: `snapshot:revert()` takes back those that come after it.
--- @return { revert: fun(self: table) } snapshot
function assert:snapshot() end

--- A further assertion: fn(state, arguments) returns whether it holds. The words are for string.format, with the arguments.
--- @param kind "assertion"
--- @param name string "multiple_of": then there are assert.is.multiple_of, assert.is_not.multiple_of
--- @param fn fun(state: table, arguments: table): boolean
--- @param positive? string what to say when it does not hold
--- @param negative? string what to say when it does, and should not
function assert:register(kind, name, fn, positive, negative) end

--- What is asserted of a spy: assert.spy(s).was.called(2), assert.spy(s).was.called_with("a").
--- @param s moonwire.test.Spy
--- @return moonwire.test.Assert
function assert.spy(s) end

--- As assert.spy.
--- @param s any
--- @return moonwire.test.Assert
function assert.stub(s) end

--- assert.array(list).has.no.holes()
--- @param list any[]
--- @return moonwire.test.Assert
function assert.array(list) end

--- The text is put before the message: assert.message("the first").equal(1, n)
--- @param text string
--- @return moonwire.test.Assert
function assert.message(text) end

--- The same by ==.
--- @param expected any
--- @param actual any
--- @param message? string is put before the message of a failure
function assert.equal(expected, actual, message) end

--- The same by ==.
--- @param expected any
--- @param actual any
--- @param message? string is put before the message of a failure
function assert.equals(expected, actual, message) end

--- @param expected any
--- @param actual any
--- @param message? string is put before the message of a failure
function assert.not_equal(expected, actual, message) end

--- The same all the way down; the message lists the places that differ.
--- @param expected any
--- @param actual any
--- @param message? string is put before the message of a failure
function assert.same(expected, actual, message) end

--- @param expected any
--- @param actual any
--- @param message? string is put before the message of a failure
function assert.not_same(expected, actual, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_true(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_false(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_nil(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_not_nil(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.truthy(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.falsy(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_string(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_number(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_boolean(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_table(value, message) end

--- @param value any
--- @param message? string is put before the message of a failure
function assert.is_function(value, message) end

--- @param expected number
--- @param actual number
--- @param tolerance number
--- @param message? string is put before the message of a failure
function assert.near(expected, actual, tolerance, message) end

--- As string.find.
--- @param pattern string
--- @param text string
--- @param init? integer
--- @param plain? boolean
function assert.matches(pattern, text, init, plain) end

--- As string.find.
--- @param pattern string
--- @param text string
--- @param init? integer
--- @param plain? boolean
function assert.match(pattern, text, init, plain) end

--- fn raises. A text has to be part of the message, anything else the same as the error, which is returned.
--- @param fn function
--- @param expected? any
--- @return any err what was raised
function assert.has_error(fn, expected) end

--- fn raises, and the message matches the Lua pattern.
--- @param fn function
--- @param pattern string
--- @return any err what was raised
function assert.error_matches(fn, pattern) end

--- No value is there twice.
--- @param list any[]
--- @param deep? boolean
--- @param message? string is put before the message of a failure
function assert.unique(list, deep, message) end

assert.is = nil --- @type moonwire.test.Assert
assert.are = nil --- @type moonwire.test.Assert
assert.was = nil --- @type moonwire.test.Assert
assert.has = nil --- @type moonwire.test.Assert
assert.does = nil --- @type moonwire.test.Assert
assert.is_not = nil --- @type moonwire.test.Assert
assert.are_not = nil --- @type moonwire.test.Assert
assert.was_not = nil --- @type moonwire.test.Assert
assert.has_no = nil --- @type moonwire.test.Assert
assert.does_not = nil --- @type moonwire.test.Assert
assert.no = nil --- @type moonwire.test.Assert
