-- Put before the scripts that keep notifications: those of one key at one address, in the order of their episodes.
--
-- KEYS: siblings standing rooted siblings_known
--
-- Of these `siblings` has the ones that go under the shared key, `standing` those of them that are still owed something,
-- or are dead though they were told, or perhaps told, and `rooted` all of which a root was told, under whatever key. A
-- ledger of the version before had only the first, with all notifications in it; what it kept is not `known` until it
-- is written again, or `index-notifications` looked at it. `siblings_known` counts those that are.

local function isOwed(n)
  return n.state == 'due' or n.state == 'waiting'
end

-- Quotes within the texts of a record are escaped: these can only be its own fields.
local function wasTold(n)
  return n.told and not string.find(n.told, '"opened":"no"', 1, true)
end

local function hasRoot(n)
  return n.told and string.find(n.told, '"parts":[{', 1, true)
end

local function isShared(n)
  return not n.apart
end

local function mayStand(n)
  return isShared(n) and (isOwed(n) or n.state == 'dead' and wasTold(n))
end

local function keepIn(column, n, isIn)
  if isIn then
    redis.call('ZADD', key[column], 0, n.sibling)
  else
    redis.call('ZREM', key[column], n.sibling)
  end
end

-- Before it is written.
local function enterSiblings(n)
  if not n.known then redis.call('INCR', key.siblings_known) end
  n.known = true
  keepIn('siblings', n, isShared(n))
  keepIn('standing', n, mayStand(n))
  keepIn('rooted', n, hasRoot(n))
end

local function leaveSiblings(n)
  if n.known then redis.call('DECR', key.siblings_known) end
  for _, column in ipairs({ 'siblings', 'standing', 'rooted' }) do redis.call('ZREM', key[column], n.sibling) end
end
