-- What both Citus and YugabyteDB need before the tables can be spread: a unique key that begins with the column they are
-- spread by. It says the same as before: an aggregate's id alone decides which log it is in. Run it once, on the tables that
-- `picasso` has made and before the first event; it is plain PostgreSQL and is tested there.
ALTER TABLE events DROP CONSTRAINT events_aggregate_type_aggregate_id_sequence_key;
ALTER TABLE events ADD UNIQUE (log, aggregate_type, aggregate_id, sequence);
