--- Who is connected: connections with their data, users with their devices, rooms with their members.
---
---   local s = store.open()
---   s:connect({ id = event.requestContext.connectionId, user = "ann" }, { "lobby" })
---   for member in s:members "lobby" do print(member.id, member.user) end
---
--- MOONWIRE_STORE says where it is kept: `sqlite:PATH`, a file that several processes may use at once, or `dynamodb:TABLE`.
--- Both answer the same. What has expired is not there for any read, whether it was deleted or not.
---
--- Functions of the object wait, and return `nil, message, code` for the world's failures:
---
---   gone         there is no such connection: it never was, it was removed, or it has expired
---   conflict     update: others wrote again and again in between
---   too_large    the data of a connection does not fit
---   timeout      no answer in time; a file that others keep locked
---   bad_request  what MOONWIRE_STORE names cannot be used: no such folder, another program's file, no library
---   server       the store failed
---
--- and with DynamoDB what moonwire.aws says besides: `forbidden`, `throttled`, `network`.
local backend = require "moonwire.store.backend"
local handle = require "moonwire.store.handle"
local scope = require "moonwire.store.scope"

--- @class moonwire.store
local store = {}

--- Does MOONWIRE_STORE say where the store is?
--- @return boolean
function store.is_configured()
  return backend.setting() ~= nil
end

--- The store of one stage of one API. Nothing is read or written yet. Raises when MOONWIRE_STORE is missing or has another
--- form, and when nothing says which API is meant.
--- @param api? string `"API_ID/STAGE"`; default: the API of the WebSocket event at hand, else `MOONWIRE_API`, else the one
--- that `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI` names
--- @return moonwire.Store s
function store.open(api)
  local chosen, why = backend.choose()
  local place
  if chosen then place, why = scope.find(api) end
  if not place then error("store.open: " .. why, 2) end
  return handle.new(chosen, place)
end

return store
