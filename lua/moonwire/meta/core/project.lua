--- @meta moonwire.core.project

--- A serverless.yml as `moonwire dev` reads it: for subcommands (runtime/cli/bind_project.c).
local project = {}

--- @class moonwire.core.ProjectOptions
--- @field stage? string
--- @field opt? string[] "NAME=VALUE"
--- @field param? string[]

--- @class moonwire.core.ProjectFunction
--- @field name string
--- @field handler string
--- @field timeout integer seconds
--- @field memory integer MB
--- @field environment table<string, string>
--- @field is_routed boolean

--- @class moonwire.core.ProjectRoute
--- @field key string
--- @field function string its name
--- @field two_way boolean
--- @field authorizer? string
--- @field file string
--- @field line integer
--- @field selectable boolean some message can select it

--- @class moonwire.core.ProjectWarning
--- @field code string
--- @field file string
--- @field line integer 0: the file as a whole
--- @field message string

--- @class moonwire.core.Project
--- @field file string
--- @field directory string absolute
--- @field service string
--- @field stage string
--- @field region string
--- @field expression string of the selection of routes
--- @field expression_problem? string
--- @field functions moonwire.core.ProjectFunction[]
--- @field routes moonwire.core.ProjectRoute[]
--- @field warnings moonwire.core.ProjectWarning[]
--- @field tree moonwire.doctor.Node

--- @param file string
--- @param options moonwire.core.ProjectOptions
--- @return moonwire.core.Project? project
--- @return string? message
function project.read(file, options) end

--- Does Lambda keep this name of a variable to itself?
--- @param name string
--- @return boolean
function project.is_reserved(name) end

--- The name that a misspelt word is.
--- @param word string
--- @param names string[]
--- @return string?
function project.nearest(word, names) end

--- Those that a warning may have.
--- @return string[]
function project.codes() end

return project
