-- The event log. Every table is keyed by the log, and every statement names it, so that tables can be spread by it: see
-- infra/scale.

CREATE TABLE deployment (
    id integer PRIMARY KEY CHECK (id = 1),
    epoch uuid NOT NULL,
    logs integer NOT NULL CHECK (logs > 0)
);

-- Where each log ends. Whoever appends holds its row until the end of the transaction, so offsets become visible in
-- their order and without holes. Free room lets an update stay in its page.
CREATE TABLE log_heads (
    log integer PRIMARY KEY,
    head bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 10);

-- The columns from aggregate_type to metadata are those of postgres-es, which can load aggregates from here.
-- json, not jsonb: an event comes back as the very text that was written.
CREATE TABLE events (
    log integer NOT NULL,
    log_offset bigint NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    event_type text NOT NULL,
    event_version text NOT NULL,
    payload json NOT NULL,
    metadata json NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (log, log_offset),
    UNIQUE (aggregate_type, aggregate_id, sequence)
);

CREATE TABLE requests (
    log integer NOT NULL,
    request_id uuid NOT NULL,
    actor text NOT NULL,
    fingerprint bytea NOT NULL,
    reply text NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (log, request_id, actor)
);

-- Appends commits to one log, each accepted or refused on its own, and tells of each: the offset it ended at, or the
-- stream that conflicts, or the answer that its request got before. Commits, aggregates and streams are numbered from
-- 1; streams come in order of their commits. No two commits of one call carry the same request.
CREATE FUNCTION append_commits(
    p_log integer,
    p_commits integer,
    p_aggregate_types text[], p_aggregate_ids text[],
    p_stream_commits integer[], p_stream_aggregates integer[], p_stream_expected bigint[], p_stream_events bigint[],
    p_request_commits integer[], p_request_ids uuid[], p_actors text[], p_fingerprints bytea[], p_replies text[],
    p_event_commits integer[], p_event_aggregate_types text[], p_event_aggregate_ids text[], p_event_sequences bigint[],
    p_event_types text[], p_event_versions text[], p_payloads text[], p_metadata text[]
) RETURNS TABLE (commit_number integer, ended_at bigint, conflict integer, known_fingerprint bytea, known_reply text)
LANGUAGE plpgsql AS $$
DECLARE
    v_head bigint;
    v_end bigint;
    v_now timestamptz;
    v_sequences bigint[];
    v_ends bigint[] := array_fill(NULL::bigint, ARRAY[p_commits]);
    v_known boolean[] := array_fill(false, ARRAY[p_commits]);
    v_first integer;
    v_stream integer := 1;
BEGIN
    -- The statements below begin after this lock is ours, so they see every commit that was made under it.
    SELECT h.head, greatest(h.recorded_at, clock_timestamp()) INTO STRICT v_head, v_now
        FROM log_heads h WHERE h.log = p_log FOR UPDATE;

    FOR commit_number, known_fingerprint, known_reply, ended_at IN
        SELECT asked.commit, known.fingerprint, known.reply, known.log_offset
        FROM unnest(p_request_commits, p_request_ids, p_actors) AS asked (commit, request_id, actor)
        CROSS JOIN LATERAL (
            SELECT r.fingerprint, r.reply, r.log_offset FROM requests r
            WHERE r.log = p_log AND r.request_id = asked.request_id AND r.actor = asked.actor LIMIT 1
        ) AS known
    LOOP
        v_known[commit_number] := true;
        RETURN NEXT;
    END LOOP;
    known_fingerprint := NULL;
    known_reply := NULL;

    SELECT array_agg(coalesce(last.sequence, 0) ORDER BY a.number) INTO v_sequences
    FROM unnest(p_aggregate_types, p_aggregate_ids) WITH ORDINALITY AS a (aggregate_type, aggregate_id, number)
    CROSS JOIN LATERAL (
        SELECT max(e.sequence) AS sequence FROM events e
        WHERE e.log = p_log AND e.aggregate_type = a.aggregate_type AND e.aggregate_id = a.aggregate_id
    ) AS last;

    -- In order, and with what this call has accepted so far in view.
    v_end := v_head;
    FOR v_commit IN 1 .. p_commits LOOP
        v_first := v_stream;
        conflict := NULL;
        WHILE p_stream_commits[v_stream] = v_commit LOOP
            IF conflict IS NULL AND v_sequences[p_stream_aggregates[v_stream]] <> p_stream_expected[v_stream] THEN
                conflict := v_stream;
            END IF;
            v_stream := v_stream + 1;
        END LOOP;
        CONTINUE WHEN v_known[v_commit];
        IF conflict IS NULL THEN
            FOR v_accepted IN v_first .. v_stream - 1 LOOP
                v_sequences[p_stream_aggregates[v_accepted]] := p_stream_expected[v_accepted] + p_stream_events[v_accepted];
                v_end := v_end + p_stream_events[v_accepted];
            END LOOP;
            v_ends[v_commit] := v_end;
        END IF;
        commit_number := v_commit;
        ended_at := v_ends[v_commit];
        RETURN NEXT;
    END LOOP;

    IF v_end > v_head THEN
        UPDATE log_heads SET head = v_end, recorded_at = v_now WHERE log = p_log;
        INSERT INTO events (log, log_offset, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
            metadata, recorded_at)
        SELECT p_log, v_head + row_number() OVER (ORDER BY e.number), e.aggregate_type, e.aggregate_id, e.sequence,
            e.event_type, e.event_version, e.payload::json, e.metadata::json, v_now
        FROM unnest(p_event_commits, p_event_aggregate_types, p_event_aggregate_ids, p_event_sequences, p_event_types,
            p_event_versions, p_payloads, p_metadata) WITH ORDINALITY
            AS e (commit, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, number)
        WHERE v_ends[e.commit] IS NOT NULL
        ORDER BY e.number;
    END IF;
    INSERT INTO requests (log, request_id, actor, fingerprint, reply, log_offset)
    SELECT p_log, r.request_id, r.actor, r.fingerprint, r.reply, v_ends[r.commit]
    FROM unnest(p_request_commits, p_request_ids, p_actors, p_fingerprints, p_replies)
        AS r (commit, request_id, actor, fingerprint, reply)
    WHERE v_ends[r.commit] IS NOT NULL;
END
$$;
