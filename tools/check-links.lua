-- check-links.lua FILE...: prints a line for each link of these Markdown pages that leads nowhere: to a file that is not there, or to a
-- heading that the page has not. Links to other sites are not followed. The status is 1 when there is one.

local function each_line(path)
  local number, inside = 0, false
  local lines = assert(io.open(path)):lines()
  return function()
    for text in lines do
      number = number + 1
      local fence = text:find "^%s*```"
      if fence then inside = not inside end
      if not fence and not inside then return number, text end
    end
  end
end

-- What GitHub makes of a heading: small letters, digits, "_" and "-"; a blank is "-". A link counts by its text.
local function anchor_of(heading)
  local text = heading:gsub("%[(.-)%]%(.-%)", "%1"):lower()
  return (text:gsub("[^%w%s_\128-\255-]", ""):gsub("%s", "-"))
end

local pages = {} -- path -> set of anchors, or false when there is no such file

local function anchors_of(path)
  if pages[path] ~= nil then return pages[path] end
  local file, anchors, times = io.open(path), {}, {}
  pages[path] = file and anchors or false
  if not file then return false end
  file:close()
  if not path:find "%.md$" then return anchors end
  for _, text in each_line(path) do
    local heading = text:match "^#+%s+(.-)%s*$"
    if heading then
      local name = anchor_of(heading)
      anchors[times[name] and name .. "-" .. times[name] or name] = true -- the second of a name is name-1
      times[name] = (times[name] or 0) + 1
    end
  end
  return anchors
end

local function fault_of(page, target)
  local place, anchor = target:match "^([^#]*)#?(.*)$"
  local path = place == "" and page or (page:match "^(.*/)" or "") .. place
  local anchors = anchors_of((path:gsub("/$", "")))
  if not anchors then return "there is no " .. path end
  if anchor ~= "" and not anchors[anchor] then return path .. " has no heading #" .. anchor end
end

local found = 0
for _, page in ipairs(arg) do
  for number, text in each_line(page) do
    for target in text:gsub("`[^`]*`", "code"):gmatch "%]%(([^)%s]+)[^)]*%)" do
      local fault = not target:find "^%a[%w+.-]*:" and fault_of(page, target)
      if fault then
        found = found + 1
        print(("%s:%d: the link (%s) leads nowhere: %s"):format(page, number, target, fault))
      end
    end
  end
end
os.exit(found == 0 and 0 or 1)
