-- After keys.sql, in an empty database. YugabyteDB spreads a table by the hash of its primary key's first column, so log_heads,
-- events and requests are spread by their log already: (log HASH, log_offset ASC), (log HASH, request_id ASC, actor ASC).
-- The unique key is an index that is spread by itself; keys.sql made it begin with the log, too. Make sure of it:
SELECT indexdef FROM pg_indexes WHERE tablename IN ('log_heads', 'events', 'requests') ORDER BY indexdef;

-- So many tablets as there are logs, or more (the default follows the number of nodes and cores); for a new table only:
-- CREATE TABLE … SPLIT INTO 16 TABLETS
