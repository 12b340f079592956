-- An incident with its episodes and notifications, the newest first.
--
-- WITH: notification-row
-- KEYS: incident episodes episode_names notifications notifications_by_episode
-- ARGV: the incident's key, the beginning of its episodes' names, how many at most of each
-- Answers: {incident as JSON or false, episodes as JSON, notifications}, a notification being {row, attempts}

local name, prefix, limit = take(), take(), takeNumber()

local function newest(column)
  return redis.call('ZREVRANGEBYLEX', key[column], '(' .. prefix .. ':', '[' .. prefix, 'LIMIT', 0, limit)
end

local episodes, notifications = {}, {}
for i, episode in ipairs(newest('episode_names')) do episodes[i] = redis.call('HGET', key.episodes, episode) end
for i, member in ipairs(newest('notifications_by_episode')) do
  local id = string.match(member, '\n([^\n]*)$')
  local n = cmsgpack.unpack(redis.call('HGET', key.notifications, id))
  notifications[i] = { rowOf(id, n), attemptsOf(id, n) }
end
return { redis.call('HGET', key.incident, name), episodes, notifications }
