--- @meta moonwire.core.process

--- This program once more, as a child: for subcommands (runtime/cli/bind_process.c).
local process = {}

process.version = "0.1.0" --- @type string of this program

--- It is killed with its parent, and never waits for its reader: what is not read is kept up to a limit, then dropped.
--- @class moonwire.core.Child
local Child = {}

--- Waits for the next line that it writes.
--- @return string? text nil: it has ended
--- @return boolean|integer detail whether it is of standard error; at the end the exit status
function Child:line() end

--- @param number integer
function Child:signal(number) end

--- @param arguments string[]
--- @return moonwire.core.Child? child
--- @return string? message
function process.start(arguments) end

--- Of a file that belongs to this program, such as `bootstrap`.
--- @param name string
--- @return string? path
--- @return string? message
function process.own_file(name) end

return process
