-- price.lua: what things cost.
local price = {}

local prices = { tea = 3, cake = 5 }

function price.of(item) return prices[item] end

return price
