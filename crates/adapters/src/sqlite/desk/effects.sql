-- Times are microseconds since the Unix epoch.
CREATE TABLE effects (
    effect      TEXT PRIMARY KEY,
    attempt     BLOB NOT NULL,        -- who began it
    begun_at_us INTEGER NOT NULL,
    done_at_us  INTEGER               -- empty until it is known to have happened
) STRICT, WITHOUT ROWID;
CREATE INDEX effects_in_doubt ON effects (begun_at_us) WHERE done_at_us IS NULL;
CREATE INDEX effects_done ON effects (done_at_us) WHERE done_at_us IS NOT NULL;
