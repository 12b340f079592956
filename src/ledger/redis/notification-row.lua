-- Put before the scripts that show notifications: a notification as a list of its columns.

local function rowOf(id, n)
  return { id, n.head, n.state, n.revision, n.since, n.due, n.told or false, n.attempts, n.failures, n.reason or false }
end
