-- dynamodb_keys.lua: the items of the table, and their keys pk and sk. Every pk begins with the scope, which has no "#", and says
-- what it is next; what is behind that is a name as it is, so that no two names make one key.
--
--   API/STAGE#C#id          META    a connection: all that is known of it, and the names of its rooms
--   API/STAGE#R#room#shard  C#id    a member of a room
--   API/STAGE#U#user        C#id    a connection of a user
--
-- META decides. The other two are where to look for it: one without META, or whose META does not say the same, counts for
-- nothing. The members of a room are spread over shards, because a partition takes 1000 writes a second ("Service, account, and table
-- quotas in Amazon DynamoDB": per partition), and everybody comes back at once after an outage.
local crypto = require "moonwire.crypto"

local keys = {}

keys.SHARDS = 4 -- 0 .. 3. Another number loses the members of rooms that are there: each read of a room asks all shards

local function shard_of(id)
  return crypto.sha256(id):byte() % keys.SHARDS
end

local function item(id)
  return "C#" .. id
end

--- META of a connection.
--- @return { pk: string, sk: string }
function keys.connection(scope, id)
  return { pk = scope .. "#C#" .. id, sk = "META" }
end

--- A membership.
--- @return { pk: string, sk: string }
function keys.member(scope, room, id)
  return { pk = keys.room(scope, room, shard_of(id)), sk = item(id) }
end

--- @return { pk: string, sk: string }
function keys.device(scope, user, id)
  return { pk = keys.user(scope, user), sk = item(id) }
end

--- The pk of members.
--- @param scope string
--- @param room string
--- @param shard integer from 0
--- @return string pk
function keys.room(scope, room, shard)
  return scope .. "#R#" .. room .. "#" .. shard
end

--- The pk of a user's connections.
--- @return string pk
function keys.user(scope, user)
  return scope .. "#U#" .. user
end

--- What all sk of connections behind this id are greater than.
--- @param after? string nil: the sk is smaller than all of them
--- @return string sk
function keys.behind(after)
  return item(after or "")
end

--- The id in an sk of a membership.
--- @return string id
function keys.id_of(sk)
  return sk:sub(3)
end

return keys
