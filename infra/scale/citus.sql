-- After keys.sql, on the coordinator. All that belongs to a log lies together: its head, its events, its requests.
SELECT create_distributed_table('log_heads', 'log', shard_count := 32);
SELECT create_distributed_table('events', 'log', colocate_with := 'log_heads');
SELECT create_distributed_table('requests', 'log', colocate_with := 'log_heads');

-- The whole append then runs where its log is, in one round trip between coordinator and worker.
SELECT create_distributed_function(
    'append_commits(integer, integer, text[], text[], integer[], integer[], bigint[], bigint[], integer[], uuid[],'
    ' text[], bytea[], text[], integer[], text[], text[], bigint[], text[], text[], text[], text[])',
    'p_log', colocate_with := 'log_heads'
);

-- Few logs may hash into few shards. A log of its own shard, which can then be moved to a worker of its own
-- (citus_move_shard_placement); once for each log:
SELECT isolate_tenant_to_new_shard('log_heads', 0, 'CASCADE', shard_transfer_mode := 'block_writes');
