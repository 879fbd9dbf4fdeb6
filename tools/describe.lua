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

-- Each once, in the order of the text.
local function options_of(help)
  local options, seen = {}, {}
  for line in help:gmatch "[^\n]+" do
    local option = line:match "^  (%-%-[%l-]+)" or line:match "^  %-%a, (%-%-[%l-]+)"
    if option and not seen[option] then
      seen[option] = true
      options[#options + 1] = option
    end
  end
  return options
end

-- { name =, summary =, help =, options = { "--json" ... } } in the order of --help.
local function read_commands()
  local commands = {}
  for name, summary in help_of "":gmatch "\n  (%l+) +([^\n]+)" do
    local help = help_of(name)
    commands[#commands + 1] = { name = name, summary = summary, help = help, options = options_of(help) }
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
    parts[#parts + 1] = (".SH \"%s\"\n.nf\n%s.fi\n"):format(roff("moonwire " .. command.name), roff(command.help))
  end
  return table.concat(parts) .. END
end

local BASH = [[
# bash completion for moonwire %s
_moonwire() {
  local word=${COMP_WORDS[COMP_CWORD]} options
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "%s help --help --version" -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
%s  *) options= ;;
  esac
  case $word in
  -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
  *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _moonwire moonwire
]]

function writers.bash(commands)
  local names, cases = {}, {}
  for i, command in ipairs(commands) do
    names[i] = command.name
    cases[i] = ("  %s) options=\"%s\" ;;\n"):format(command.name, table.concat(command.options, " "))
  end
  return BASH:format(version, table.concat(names, " "), table.concat(cases))
end

local ZSH = [==[
#compdef moonwire
# zsh completion for moonwire %s
local -a commands options
commands=(
%s)
if (( CURRENT == 2 )); then
  _describe command commands
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
  return ZSH:format(version, table.concat(names), table.concat(cases))
end

io.write(writers[kind](read_commands()))
