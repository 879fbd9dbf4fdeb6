-- door.lua: who may come in: those with a token of the issuer, ws://.../dev?token=... `moonwire token --sub ann` makes one for
-- `moonwire dev`; the audience of such a token is the name of the service.
local auth = require "moonwire.auth"

return auth.jwt { issuer = os.getenv "MOONWIRE_LOCAL_ISSUER" or os.getenv "ISSUER", audience = "service-name" }
