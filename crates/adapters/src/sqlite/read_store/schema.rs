//! The tables of the read store.

/// `STEPS[n]` leads from version n to n + 1.
pub const STEPS: &[&str] = &[TABLES];

const TABLES: &str = "
-- A dropped generation keeps its row, so its number is never given again.
CREATE TABLE generations (
    id INTEGER PRIMARY KEY,
    projection TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('building', 'live', 'retired', 'dropped', 'swept')),
    version INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- Until it is live for the first time, a generation has documents but no entries: see `indexing`.
    indexed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (projection, number)
) STRICT;
CREATE UNIQUE INDEX one_live ON generations (projection) WHERE state = 'live';

-- places: the document's own rows in `entries`, as JSON: see `places`.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    folded TEXT NOT NULL,
    body TEXT,
    places TEXT NOT NULL,
    UNIQUE (generation, key)
) STRICT;

CREATE TABLE entries (
    generation INTEGER NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    sort TEXT NOT NULL,
    key TEXT NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (generation, name, prefix, sort, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    generation INTEGER NOT NULL,
    log INTEGER NOT NULL,
    log_offset INTEGER NOT NULL,
    PRIMARY KEY (generation, log)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    generation INTEGER NOT NULL,
    key TEXT NOT NULL,
    log INTEGER NOT NULL,
    log_offset INTEGER NOT NULL,
    waiting TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    parked_at TEXT NOT NULL,
    PRIMARY KEY (generation, key)
) STRICT, WITHOUT ROWID;
";
