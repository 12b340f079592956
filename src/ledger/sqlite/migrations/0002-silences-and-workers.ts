/**
 * An attempt may acknowledge and reply: its table is made anew, since SQLite changes no CHECK. What stands at a
 * destination says when it was last told there; for what is settled that is known.
 */
export const silencesAndWorkers = `
  CREATE TABLE attempts_anew (
    notification TEXT NOT NULL REFERENCES notifications ON DELETE CASCADE,
    number INTEGER NOT NULL,
    token TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    late INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    act TEXT CHECK (act IN ('open', 'update', 'acknowledge', 'reply', 'resolve', 'notice', 'nothing', 'wait', 'find')),
    result TEXT CHECK (result IN ('told', 'retry', 'ambiguous', 'refused', 'none')),
    reason TEXT,
    ref TEXT,
    PRIMARY KEY (notification, number)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO attempts_anew (notification, number, token, started_at, ended_at, late, act, result, reason, ref)
    SELECT notification, number, token, started_at, ended_at, late, act, result, reason, ref FROM attempts;
  DROP TABLE attempts;
  ALTER TABLE attempts_anew RENAME TO attempts;

  UPDATE notifications SET told = json_set(told, '$.parts', (
      SELECT json_group_array(json_set(part.value, '$.at', CASE WHEN state = 'settled' THEN due_at ELSE owed_since END))
        FROM json_each(told, '$.parts') AS part))
    WHERE json_array_length(told, '$.parts') > 0;
  CREATE INDEX notifications_address ON notifications (address);

  CREATE TABLE silences (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    filter TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expired_by TEXT
  ) STRICT;
  CREATE INDEX silences_ends ON silences (ends_at);

  CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    since INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    worker TEXT NOT NULL
  ) STRICT;

  CREATE TABLE confirmed_files (
    file TEXT PRIMARY KEY,
    until_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE addresses (
    address TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    destination TEXT NOT NULL,
    credential TEXT NOT NULL,
    taken_up_at INTEGER NOT NULL
  ) STRICT;
`;
