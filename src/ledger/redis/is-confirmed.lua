-- Whether a person confirmed a rules file.
--
-- KEYS: confirmed_until
-- ARGV: the file's hash
-- Answers: 1 or 0

return tonumber(redis.call('ZSCORE', key.confirmed_until, take()) or 0) > now and 1 or 0
