-- Times are microseconds since the Unix epoch.
CREATE TABLE tasks (
    kind        TEXT NOT NULL,
    key         TEXT NOT NULL,
    due_at_us   INTEGER NOT NULL,
    again_at_us INTEGER,              -- the earliest put since the task was last postponed, if there was one
    attempts    INTEGER NOT NULL,
    payload     TEXT NOT NULL,
    revision    INTEGER NOT NULL,     -- of the last put; never given twice
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_by_time ON tasks (kind, due_at_us);

CREATE TABLE task_revision (last INTEGER NOT NULL) STRICT;
INSERT INTO task_revision VALUES (0);

CREATE TABLE checkpoints (
    reactor    TEXT NOT NULL,
    log        INTEGER NOT NULL,
    log_offset INTEGER NOT NULL,
    PRIMARY KEY (reactor, log)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhooks (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at_us INTEGER NOT NULL,
    signature      TEXT NOT NULL,
    body           BLOB NOT NULL,
    outcome        TEXT               -- empty until it is handled
) STRICT;
CREATE INDEX webhooks_unhandled ON webhooks (id) WHERE outcome IS NULL;
CREATE INDEX webhooks_handled ON webhooks (received_at_us) WHERE outcome IS NOT NULL;

CREATE TABLE contacts (
    user_id TEXT PRIMARY KEY,
    email   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
