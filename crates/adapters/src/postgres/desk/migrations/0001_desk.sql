-- The reactors' desk. Times are microseconds since the Unix epoch.

CREATE SEQUENCE task_revisions;

CREATE TABLE tasks (
    kind text NOT NULL,
    key text NOT NULL,
    due_at_us bigint NOT NULL,
    again_at_us bigint,               -- the earliest put since the task was last postponed, if there was one
    attempts integer NOT NULL,
    payload text NOT NULL,
    revision bigint NOT NULL,         -- of the last put; never given twice
    PRIMARY KEY (kind, key)
);
CREATE INDEX tasks_by_time ON tasks (kind, due_at_us, key);

CREATE TABLE checkpoints (
    reactor text NOT NULL,
    log integer NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (reactor, log)
);
CREATE INDEX checkpoints_by_log ON checkpoints (log);

CREATE TABLE webhooks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at_us bigint NOT NULL,
    signature text NOT NULL,
    body bytea NOT NULL,
    outcome text                      -- empty until it is handled
);
CREATE INDEX webhooks_unhandled ON webhooks (id) WHERE outcome IS NULL;
CREATE INDEX webhooks_handled ON webhooks (received_at_us) WHERE outcome IS NOT NULL;

CREATE TABLE contacts (
    user_id text PRIMARY KEY,
    email text NOT NULL
);

CREATE TABLE effects (
    effect text PRIMARY KEY,
    attempt uuid NOT NULL,            -- who began it
    begun_at_us bigint NOT NULL,
    done_at_us bigint                 -- empty until it is known to have happened
);
CREATE INDEX effects_in_doubt ON effects (begun_at_us) WHERE done_at_us IS NULL;
CREATE INDEX effects_done ON effects (done_at_us) WHERE done_at_us IS NOT NULL;
