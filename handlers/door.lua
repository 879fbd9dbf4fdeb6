-- door.lua: an authorizer: lets in who has a token of the issuer. `moonwire token --sub ann` makes one for `moonwire dev`, whose
-- audience is the name of the service.
local auth = require "moonwire.auth"

return auth.jwt {
  issuer = os.getenv "MOONWIRE_LOCAL_ISSUER" or os.getenv "ISSUER", audience = "moonwire-example",
}:authorizer { claims = { "name" } }
