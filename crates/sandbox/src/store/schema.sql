-- The sandbox's tables. Times are seconds since the Unix epoch unless a name ends in _ms; amounts are
-- integer minor units.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;

CREATE TABLE IF NOT EXISTS sessions (
    id              TEXT PRIMARY KEY,
    status          TEXT NOT NULL,           -- open, complete, expired
    reference       TEXT,
    line_items      TEXT NOT NULL,           -- JSON
    amount          INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    customer_email  TEXT,
    metadata        TEXT NOT NULL,           -- JSON
    intent_metadata TEXT NOT NULL,           -- JSON
    success_url     TEXT NOT NULL,
    cancel_url      TEXT,
    created         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    payment_intent  TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (status, expires_at);

CREATE TABLE IF NOT EXISTS payment_intents (
    id         TEXT PRIMARY KEY,
    session    TEXT NOT NULL REFERENCES sessions (id),
    status     TEXT NOT NULL,                -- requires_payment_method, succeeded
    amount     INTEGER NOT NULL,
    currency   TEXT NOT NULL,
    metadata   TEXT NOT NULL,                -- JSON
    declined   INTEGER NOT NULL,             -- the last attempt was declined
    created    INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS charges (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    payment_intent TEXT NOT NULL UNIQUE REFERENCES payment_intents (id),
    amount         INTEGER NOT NULL,
    currency       TEXT NOT NULL,
    refunded       INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND amount),
    created        INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS refunds (
    id             TEXT PRIMARY KEY,
    charge         TEXT NOT NULL REFERENCES charges (id),
    payment_intent TEXT NOT NULL REFERENCES payment_intents (id),
    amount         INTEGER NOT NULL,
    currency       TEXT NOT NULL,
    reason         TEXT,
    metadata       TEXT NOT NULL,            -- JSON
    created        INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS disputes (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    charge         TEXT NOT NULL REFERENCES charges (id),
    payment_intent TEXT NOT NULL REFERENCES payment_intents (id),
    amount         INTEGER NOT NULL,
    currency       TEXT NOT NULL,
    status         TEXT NOT NULL,            -- needs_response, won, lost
    created        INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS disputes_by_charge ON disputes (charge);

CREATE TABLE IF NOT EXISTS connect_accounts (
    id                TEXT PRIMARY KEY,
    metadata          TEXT NOT NULL,         -- JSON
    details_submitted INTEGER NOT NULL,
    is_enabled        INTEGER NOT NULL,
    created           INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS account_links (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL REFERENCES connect_accounts (id),
    return_url  TEXT NOT NULL,
    refresh_url TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    is_used     INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS transfers (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    destination    TEXT NOT NULL REFERENCES connect_accounts (id),
    charge         TEXT NOT NULL REFERENCES charges (id),
    amount         INTEGER NOT NULL,
    currency       TEXT NOT NULL,
    reversed       INTEGER NOT NULL CHECK (reversed BETWEEN 0 AND amount),
    transfer_group TEXT,
    metadata       TEXT NOT NULL,            -- JSON
    created        INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS transfers_by_charge ON transfers (charge);
CREATE INDEX IF NOT EXISTS transfers_by_group ON transfers (transfer_group);

CREATE TABLE IF NOT EXISTS transfer_reversals (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    transfer TEXT NOT NULL REFERENCES transfers (id),
    amount   INTEGER NOT NULL,
    metadata TEXT NOT NULL,                  -- JSON
    created  INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS reversals_by_transfer ON transfer_reversals (transfer);

CREATE TABLE IF NOT EXISTS idempotency (
    key         TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status      INTEGER NOT NULL,
    body        TEXT NOT NULL,
    created     INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS idempotency_by_age ON idempotency (created);

CREATE TABLE IF NOT EXISTS deliveries (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    event        TEXT NOT NULL,
    type         TEXT NOT NULL,
    body         TEXT NOT NULL,
    state        TEXT NOT NULL,              -- pending, delivered, given_up, dropped
    due_at_ms    INTEGER NOT NULL,
    held         INTEGER NOT NULL,           -- waits to be overtaken
    forge_next   INTEGER NOT NULL,           -- the next attempt is signed wrongly
    attempts     INTEGER NOT NULL,
    last_failure TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at_ms);

CREATE TABLE IF NOT EXISTS faults (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL,
    kind      TEXT NOT NULL,                 -- JSON
    pattern   TEXT,
    remaining INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS accounts (
    local_id      TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    roles         TEXT NOT NULL,             -- JSON
    created       INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS refresh_tokens (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    hash     TEXT NOT NULL UNIQUE,
    local_id TEXT NOT NULL REFERENCES accounts (local_id)
) STRICT;
CREATE INDEX IF NOT EXISTS refresh_tokens_by_account ON refresh_tokens (local_id, seq);

CREATE TABLE IF NOT EXISTS reset_codes (
    hash       TEXT PRIMARY KEY,
    local_id   TEXT NOT NULL REFERENCES accounts (local_id),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS reset_codes_by_account ON reset_codes (local_id);

CREATE TABLE IF NOT EXISTS messages (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    recipient  TEXT NOT NULL,
    subject    TEXT NOT NULL,
    body_text  TEXT NOT NULL,
    body_html  TEXT,
    kind       TEXT NOT NULL,
    dedupe_key TEXT NOT NULL UNIQUE,
    created    INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages (recipient, seq);
