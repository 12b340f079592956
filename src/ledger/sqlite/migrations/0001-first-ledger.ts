/**
 * What is hot is small: bodies and traces lie apart, so that claiming and routing never rewrite them. A claimed row
 * keeps its place in the due order, at the end of its lease: no sweeper is needed.
 */
export const firstLedger = `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    digest TEXT NOT NULL,
    accept_token TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unrouted', 'routed', 'dead')),
    reason TEXT,
    due_at INTEGER NOT NULL,
    claim_token TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    UNIQUE (id, source)
  ) STRICT;
  CREATE INDEX deliveries_unrouted ON deliveries (due_at, received_at) WHERE state = 'unrouted';
  CREATE INDEX deliveries_dead ON deliveries (state) WHERE state = 'dead';

  CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY REFERENCES deliveries ON DELETE CASCADE,
    body BLOB NOT NULL
  ) STRICT;

  CREATE TABLE traces (
    seq INTEGER PRIMARY KEY REFERENCES deliveries ON DELETE CASCADE,
    trace TEXT NOT NULL
  ) STRICT;

  CREATE TABLE tally (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    unrouted INTEGER NOT NULL
  ) STRICT;
  INSERT INTO tally VALUES (1, 0);

  CREATE TABLE heard (
    source TEXT PRIMARY KEY,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    altered INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE refusals (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;

  CREATE TABLE refusal_counts (
    code TEXT PRIMARY KEY,
    count INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE gaps (
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE incidents (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    wake_at INTEGER,
    changed_at INTEGER NOT NULL,
    commit_token TEXT NOT NULL,
    incident TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incidents_wake ON incidents (wake_at) WHERE wake_at IS NOT NULL;
  CREATE INDEX incidents_changed ON incidents (open, changed_at);

  CREATE TABLE episodes (
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    over_at INTEGER,
    episode TEXT NOT NULL,
    PRIMARY KEY (key, number)
  ) STRICT;
  CREATE INDEX episodes_over ON episodes (over_at) WHERE over_at IS NOT NULL;

  CREATE TABLE notifications (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    address TEXT NOT NULL,
    destination TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'waiting', 'settled', 'dead')),
    owed_revision INTEGER NOT NULL,
    owed_since INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    rank REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    claim_token TEXT,
    attempt_token TEXT,
    interrupted INTEGER NOT NULL DEFAULT 0 CHECK (interrupted IN (0, 1)),
    raised_at INTEGER,
    waits_for TEXT,
    drawn_ms REAL NOT NULL DEFAULT 0,
    reason TEXT,
    told TEXT NOT NULL,
    own_key INTEGER NOT NULL DEFAULT 0 CHECK (own_key IN (0, 1)),
    strays TEXT NOT NULL DEFAULT '[]',
    UNIQUE (key, address, number),
    FOREIGN KEY (key, number) REFERENCES episodes
  ) STRICT;
  CREATE INDEX notifications_owed ON notifications (address, due_at + rank, due_at) WHERE state IN ('due', 'waiting');
  CREATE INDEX notifications_claimed ON notifications (claim_token) WHERE claim_token IS NOT NULL;
  CREATE INDEX notifications_waiting ON notifications (waits_for) WHERE waits_for IS NOT NULL;
  CREATE INDEX notifications_dead ON notifications (state) WHERE state = 'dead';

  CREATE TABLE attempts (
    notification TEXT NOT NULL REFERENCES notifications ON DELETE CASCADE,
    number INTEGER NOT NULL,
    token TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    late INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    act TEXT CHECK (act IN ('open', 'update', 'resolve', 'notice', 'nothing', 'wait', 'find')),
    result TEXT CHECK (result IN ('told', 'retry', 'ambiguous', 'refused', 'none')),
    reason TEXT,
    ref TEXT,
    PRIMARY KEY (notification, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE paces (
    address TEXT PRIMARY KEY,
    spent_until REAL NOT NULL DEFAULT 0,
    paused_at INTEGER NOT NULL DEFAULT 0,
    paused_until INTEGER NOT NULL DEFAULT 0
  ) STRICT;
`;
