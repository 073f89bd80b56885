-- Who does what only one process may do. A row stays when its lease was given back, so that the token goes on rising.

CREATE TABLE leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    token bigint NOT NULL,
    until timestamptz NOT NULL
) WITH (fillfactor = 10);
