-- describe.lua KIND MOONWIRE VERSION: what `moonwire --help` and each `moonwire COMMAND --help` say, as KIND: the manual page (man), or
-- completion for a shell (bash, zsh). Made of the very texts, they cannot say anything else.
local kind, program, version = arg[1], arg[2], arg[3]

local function help_of(command)
  local pipe = assert(io.popen(("'%s' %s --help"):format(program, command)))
  local text = pipe:read "*a"
  pipe:close()
  assert(text:find "^Usage: moonwire", command .. " --help has no usage")
  return text
end

-- The entries of the lists: { name = "slow ID --bytes-per-second N" or "-o, --output FILE", text = what stands beside it }; and
-- the paragraphs between them: { text = ... }, or { lines = ... } as they stand.
local function entries_of(help)
  local entries, open = {}, nil
  for line in help:gmatch "([^\n]*)\n" do
    local name, text = line:match "^  (%S.-)  +(%S.*)$"
    if line == "" then
      open = nil
    elseif line:find "^Usage:" or line:find "^ +moonwire " then
      open = open or { lines = "" }
      if open.lines == "" then entries[#entries + 1] = open end
      open.lines = open.lines .. line .. "\n"
    elseif name or not open then
      open = { name = name, text = text or line }
      entries[#entries + 1] = open
    else
      open.text = open.text .. " " .. line:match "^%s*(.*)$"
    end
  end
  return entries
end

-- What entries are called, each once, in their order.
local function names_of(entries, ...)
  local names, seen = {}, {}
  for _, entry in ipairs(entries) do
    for _, pattern in ipairs { ... } do
      local name = entry.name and entry.name:match(pattern)
      if name and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  return names
end

-- Options that take one of a few words.
local VALUES = {
  ctl = { ["--only"] = { "invoke", "send" } },
  new = { ["--template"] = { "echo", "chat", "notify" } },
  package = { ["--arch"] = { "x86_64", "arm64" } },
  test = { ["--format"] = { "plain", "tap", "junit" } },
}

local function values_of(command, entries)
  local values = VALUES[command] or {}
  for option, words in pairs(values) do
    local told = ""
    for _, entry in ipairs(entries) do
      if entry.name and entry.name:find(option, 1, true) == 1 then told = entry.name .. " " .. entry.text end
    end
    for _, word in ipairs(words) do
      assert(told:find("%f[%w_]" .. word .. "%f[^%w_]"), ("%s --help: %s does not take %s"):format(command, option, word))
    end
  end
  return values
end

-- { name =, summary =, entries =, options = { "--json" ... }, words = { "drop" ... }, values = { ["--arch"] = { ... } } } in the order of
-- --help.
local function read_commands()
  local commands = {}
  for name, summary in help_of "":gmatch "\n  (%l+) +([^\n]+)" do
    local entries = entries_of(help_of(name))
    commands[#commands + 1] = {
      name = name,
      summary = summary,
      entries = entries,
      options = names_of(entries, "^(%-%-[%l-]+)", "^%-%a, (%-%-[%l-]+)"),
      words = names_of(entries, "^(%l[%l-]*)"),
      values = values_of(name, entries),
    }
  end
  assert(#commands > 0, "moonwire --help lists no command")
  return commands
end

-- A line that begins with a dot or an apostrophe would be a request.
local function roff(text)
  return (text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("[^\n]+", function(line) return line:find "^[.']" and "\\&" .. line or nil end))
end

local PAGE = [[
.TH MOONWIRE 1 "" "moonwire %s" "Moonwire"
.SH NAME
moonwire \- WebSocket backends on AWS Lambda in Lua: the command-line tool
.SH SYNOPSIS
.B moonwire
.I COMMAND
.RI [ ARGUMENT " ...]"
.br
.B moonwire \-\-version
.SH DESCRIPTION
The tool runs a service of the Serverless Framework behind a local API Gateway, runs its specs, calls its functions and packages it. Each
command prints what is below with
.BR "moonwire COMMAND \-\-help" .
]]

local END = [[
.SH EXIT STATUS
0, 1 when something failed, 2 when the call was wrong.
.SH FILES
.TP
.I serverless.yml
The service, in the working directory.
.TP
.I ../lib/moonwire/bootstrap
The runtime that
.B moonwire dev
starts, from the directory of the program, and the layers for Lambda beside it.
]]

local writers = {}

function writers.man(commands)
  local parts = { PAGE:format(roff(version)) }
  for _, command in ipairs(commands) do
    parts[#parts + 1] = (".SH \"%s\"\n"):format(roff("moonwire " .. command.name))
    for _, entry in ipairs(command.entries) do
      local form = entry.lines and ".nf\n%s.fi\n" or entry.name and ".TP\n.B %s\n%s\n" or ".PP\n%s\n"
      parts[#parts + 1] = form:format(roff(entry.lines or entry.name or entry.text), entry.name and roff(entry.text))
    end
  end
  return table.concat(parts) .. END
end

local BASH = [==[
# bash completion for moonwire %s
_moonwire() {
  local word=${COMP_WORDS[COMP_CWORD]} options words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "%s help --help --version" -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD - 1]} in
%s  *)
    case ${COMP_WORDS[1]}:$COMP_CWORD in
%s    esac ;;
  esac
  if [ -n "$words" ] && [[ $word != -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
%s  esac
  case $word in
  -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
  *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _moonwire moonwire
]==]

-- One case of a shell for each option that takes one of a few words, and for each command with words of its own (as its first argument).
local function word_cases(commands, form)
  local values, words = {}, {}
  for _, command in ipairs(commands) do
    for option, taken in pairs(command.values) do
      values[#values + 1] = form:format(command.name .. ":" .. option, table.concat(taken, " "))
    end
    if #command.words > 0 then words[#words + 1] = form:format(command.name .. ":2", table.concat(command.words, " ")) end
  end
  table.sort(values)
  return table.concat(values), table.concat(words)
end

function writers.bash(commands)
  local names, cases = {}, {}
  for i, command in ipairs(commands) do
    names[i] = command.name
    cases[i] = ("  %s) options=\"%s\" ;;\n"):format(command.name, table.concat(command.options, " "))
  end
  local values, words = word_cases(commands, "  %s) words=\"%s\" ;;\n")
  return BASH:format(version, table.concat(names, " "), values, (words:gsub("[^\n]+", "  %0")), table.concat(cases))
end

local ZSH = [==[
#compdef moonwire
# zsh completion for moonwire %s
local -a commands options words_here
commands=(
%s)
if (( CURRENT == 2 )); then
  _describe command commands
  return
fi
case $words[2]:$words[CURRENT-1] in
%s*)
  case $words[2]:$((CURRENT - 1)) in
%s  esac ;;
esac
if (( $#words_here )) && [[ $PREFIX != -* ]]; then
  compadd -- $words_here
  return
fi
case $words[2] in
%sesac
if [[ $PREFIX == -* ]]; then compadd -- $options; else _files; fi
]==]

function writers.zsh(commands)
  local names, cases = {}, {}
  for i, command in ipairs(commands) do
    names[i] = ("  '%s:%s'\n"):format(command.name, (command.summary:gsub("'", "'\\''")))
    cases[i] = ("%s) options=(%s) ;;\n"):format(command.name, table.concat(command.options, " "))
  end
  local values, words = word_cases(commands, "%s) words_here=(%s) ;;\n")
  return ZSH:format(version, table.concat(names), values, (words:gsub("[^\n]+", "  %0")), table.concat(cases))
end

io.write(writers[kind](read_commands()))
