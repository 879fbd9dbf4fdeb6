-- stream.lua: where reports go.
local ffi = require "ffi"

ffi.cdef [[
int isatty(int fd);
int dup2(int from, int to);
int fcntl(int fd, int command, ...);
ssize_t write(int fd, const void *bytes, size_t count);
]]

local stream = {}

local F_DUPFD_CLOEXEC = 1030 -- Linux

--- Is standard output a terminal that wants colours? See no-color.org.
--- @return boolean is_terminal
--- @return boolean colours
function stream.terminal()
  local is_terminal = ffi.C.isatty(1) == 1
  local plain = (os.getenv "NO_COLOR" or "") ~= "" or os.getenv "TERM" == "dumb"
  return is_terminal, is_terminal and not plain
end

--- Keeps standard output for the report alone: what anybody else writes there goes to standard error from now on.
--- @return { write: fun(self, text: string) }
function stream.apart()
  io.stdout:flush()
  local fd = ffi.C.fcntl(1, F_DUPFD_CLOEXEC, ffi.cast("int", 3))
  if fd < 0 or ffi.C.dup2(2, 1) < 0 then error("standard output cannot be duplicated", 0) end
  return {
    write = function(_, text)
      while #text > 0 do
        local count = tonumber(ffi.C.write(fd, text, #text))
        if count <= 0 then error("the report cannot be written to standard output", 0) end
        text = text:sub(count + 1)
      end
    end,
  }
end

return stream
