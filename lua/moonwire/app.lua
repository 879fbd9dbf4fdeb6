--- What an application is written with: a table of routes becomes the function of a handler.
---
---   local app = require "moonwire.app"
---
---   return app {
---     ["$connect"] = function(conn, request) return true end,
---     say = { schema = { text = "string<=500" }, run = function(conn, message) return { you_said = message.text } end },
---   }
---
--- A file that returns an app is named without a function: `handler: handlers/chat`.
local arguments = require "moonwire.runtime.arguments"
local route = require "moonwire.app.route"
local turn = require "moonwire.app.turn"

--- @class moonwire.app
--- @overload fun(routes: moonwire.app.Routes, options?: moonwire.app.Options): moonwire.App
local app = {}

--- @class moonwire.app.Routes what an app is made of: a function, or a table with one and more, for each route
--- @field ["$connect"]? moonwire.app.Connect|moonwire.app.ConnectOptions
--- @field ["$disconnect"]? moonwire.app.Disconnect|moonwire.app.DisconnectOptions
--- @field ["$default"]? moonwire.app.Run|moonwire.app.RouteOptions
--- @field [string] moonwire.app.Run|moonwire.app.RouteOptions

--- @class moonwire.app.RouteOptions a route of messages
--- @field run moonwire.app.Run the function: `run(conn, message, context)`
--- @field before? moonwire.app.Run|moonwire.app.Run[] called before it; what one returns, but for nothing and `true`, counts as the route's
--- @field schema? table<string, moonwire.app.Rule> what a message must look like
--- @field reply? "body" what is returned becomes the body of the result: for two-way routes

--- @class moonwire.app.ConnectOptions
--- @field run? moonwire.app.Connect
--- @field before? moonwire.app.Connect|moonwire.app.Connect[]
--- @field auth? moonwire.auth.Verifier who has no good token is refused
--- @field origins? string[] the pages that browsers may come from
--- @field protocols? string[] the subprotocols, of which one is agreed on
--- @field close_expired? boolean false: the connection outlives its token

--- @class moonwire.app.DisconnectOptions
--- @field run moonwire.app.Disconnect
--- @field before? moonwire.app.Disconnect|moonwire.app.Disconnect[]

--- @class moonwire.App
--- @field private parts moonwire.app.Parts
local App = {}
App.__index = App

--- @alias moonwire.app.Run fun(conn: moonwire.app.Conn, message: any, context: moonwire.Context): any, string?, string?
--- @alias moonwire.app.Connect fun(conn: moonwire.app.Conn, request: moonwire.app.Request, context: moonwire.Context): any, string?, string?
--- @alias moonwire.app.Disconnect fun(conn: moonwire.app.Conn, reason: moonwire.app.Reason, context: moonwire.Context): any, string?, string?

-- A sentence about a wrong call of a hook's method, or nothing.
local function problem(self, name, fn)
  if getmetatable(self) ~= App then return ("app:%s: call it with a colon"):format(name) end
  local why = arguments.type("fn", fn, "function")
  return why and ("app:%s: %s"):format(name, why)
end

local function add(self, name, fn)
  local hooks = self.parts[name]
  hooks[#hooks + 1] = fn
  return self
end

--- Calls fn before every route. Nothing or `true` goes on; what else it returns counts as if the route had returned it, and the route is
--- not called.
--- @param fn moonwire.app.Run
--- @return moonwire.App self
function App:before(fn)
  local why = problem(self, "before", fn)
  if why then error(why, 2) end
  return add(self, "before", fn)
end

--- Calls fn after every route that did not fail. What it returns, if not nil, takes the place of what the route returned.
--- @param fn fun(conn: moonwire.app.Conn, result: any, context: moonwire.Context): any, string?, string?
--- @return moonwire.App self
function App:after(fn)
  local why = problem(self, "after", fn)
  if why then error(why, 2) end
  return add(self, "after", fn)
end

--- Calls fn after a failure. What it returns, if not nil, is sent in place of the error; `false` sends nothing.
--- @param fn fun(conn: moonwire.app.Conn, failure: moonwire.app.Failure, context: moonwire.Context): any
--- @return moonwire.App self
function App:on_error(fn)
  local why = problem(self, "on_error", fn)
  if why then error(why, 2) end
  return add(self, "on_error", fn)
end

--- What the app has, for tools: one entry for each route, sorted.
--- @return moonwire.app.RouteInfo[]
function App:routes()
  if getmetatable(self) ~= App then error("app:routes: call it with a colon", 2) end
  return route.describe(self.parts.routes)
end

function App:__call(event, context)
  return turn.take(self.parts, event, context)
end

--- @class moonwire.app.Options
--- @field action? string the member of a message that names its route, when API Gateway did not choose one; default `"action"`

local function make(_, routes, options)
  local made, why = route.read_all(routes)
  local wrong = not why and options ~= nil and arguments.fields("options", options, { action = "text" })
  if wrong then why = "app: " .. wrong end
  if why then error(why, why:find "^app: " and 2 or 0) end
  local parts = { routes = made, action = options and options.action or "action", before = {}, after = {}, on_error = {} }
  return setmetatable({ parts = parts }, App)
end

return setmetatable(app, { __call = make })
