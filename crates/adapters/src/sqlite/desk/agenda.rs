//! The durable to-do list of the reactors, and how far they have read.
//!
//! Keeps true: a task put while somebody works on it is not struck with the work, because every put has a
//! revision of its own and only the put that was worked on is struck.

use async_trait::async_trait;
use picasso_commands::ports::{Agenda, Task, Unavailable};
use picasso_domain::Timestamp;
use rusqlite::{OptionalExtension, Transaction, named_params, params};

use super::{Desk, capped, time_at, to_time};

const SERVICE: &str = "agenda";
/// The most tasks one call hands out.
const MAX_TASKS: u32 = 1_000;

#[derive(Clone)]
pub struct SqliteAgenda {
    desk: Desk,
}

impl SqliteAgenda {
    pub(super) fn new(desk: Desk) -> Self {
        Self { desk }
    }

    async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.desk.transact(SERVICE, work).await
    }
}

#[async_trait]
impl Agenda for SqliteAgenda {
    async fn put(&self, task: Task) -> Result<(), Unavailable> {
        self.transact(move |tx| put(tx, &task)).await
    }

    async fn due(
        &self,
        kind: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Task>, Unavailable> {
        let kind = kind.to_owned();
        self.transact(move |tx| due(tx, &kind, now, capped(limit, MAX_TASKS)))
            .await
    }

    async fn postpone(&self, task: &Task, until: Timestamp) -> Result<(), Unavailable> {
        let task = task.clone();
        self.transact(move |tx| postpone(tx, &task, until)).await
    }

    async fn done(&self, task: &Task) -> Result<(), Unavailable> {
        let task = task.clone();
        self.transact(move |tx| done(tx, &task)).await
    }

    async fn backlog(&self, kind: &str) -> Result<(u64, Option<Timestamp>), Unavailable> {
        let kind = kind.to_owned();
        self.transact(move |tx| {
            let sql = "SELECT count(*), min(due_at_us) FROM tasks WHERE kind = ?1";
            tx.prepare_cached(sql)?.query_row([kind], |row| {
                let oldest: Option<i64> = row.get(1)?;
                Ok((row.get(0)?, oldest.map(|us| to_time(1, us)).transpose()?))
            })
        })
        .await
    }

    async fn checkpoint(&self, reactor: &str, log: u16) -> Result<u64, Unavailable> {
        let reactor = reactor.to_owned();
        self.transact(move |tx| {
            let sql = "SELECT log_offset FROM checkpoints WHERE reactor = ?1 AND log = ?2";
            let mut query = tx.prepare_cached(sql)?;
            let stored = query.query_row(params![reactor, log], |row| row.get(0));
            Ok(stored.optional()?.unwrap_or(0))
        })
        .await
    }

    async fn save_checkpoint(
        &self,
        reactor: &str,
        log: u16,
        offset: u64,
    ) -> Result<(), Unavailable> {
        let reactor = reactor.to_owned();
        self.transact(move |tx| {
            let sql = "INSERT INTO checkpoints (reactor, log, log_offset) VALUES (?1, ?2, ?3)
                ON CONFLICT (reactor, log) DO UPDATE SET log_offset = max(log_offset, excluded.log_offset)";
            tx.prepare_cached(sql)?.execute(params![reactor, log, offset])?;
            Ok(())
        })
        .await
    }

    async fn cap_checkpoints(&self, log: u16, head: u64) -> Result<(), Unavailable> {
        self.transact(move |tx| {
            let sql = "UPDATE checkpoints SET log_offset = ?2 WHERE log = ?1 AND log_offset > ?2";
            tx.prepare_cached(sql)?.execute(params![log, head])?;
            Ok(())
        })
        .await
    }
}

fn put(tx: &Transaction<'_>, task: &Task) -> rusqlite::Result<()> {
    let next = "UPDATE task_revision SET last = last + 1 RETURNING last";
    let revision: u64 = tx.prepare_cached(next)?.query_row([], |row| row.get(0))?;
    let sql = "INSERT INTO tasks (kind, key, due_at_us, attempts, payload, revision)
        VALUES (:kind, :key, :due_at, :attempts, :payload, :revision)
        ON CONFLICT (kind, key) DO UPDATE SET
            due_at_us = min(due_at_us, excluded.due_at_us),
            again_at_us = min(coalesce(again_at_us, excluded.due_at_us), excluded.due_at_us),
            revision = excluded.revision";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":kind": task.kind,
        ":key": task.key,
        ":due_at": task.due_at.as_microsecond(),
        ":attempts": task.attempts,
        ":payload": task.payload,
        ":revision": revision,
    })?;
    Ok(())
}

fn due(
    tx: &Transaction<'_>,
    kind: &str,
    now: Timestamp,
    limit: u32,
) -> rusqlite::Result<Vec<Task>> {
    let sql = "SELECT kind, key, due_at_us, attempts, payload, revision FROM tasks
        WHERE kind = ?1 AND due_at_us <= ?2 ORDER BY due_at_us, key LIMIT ?3";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map(params![kind, now.as_microsecond(), limit], |row| {
        Ok(Task {
            kind: row.get(0)?,
            key: row.get(1)?,
            due_at: time_at(row, 2)?,
            attempts: row.get(3)?,
            payload: row.get(4)?,
            revision: row.get(5)?,
        })
    })?;
    rows.collect()
}

fn postpone(tx: &Transaction<'_>, task: &Task, until: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE tasks SET
            attempts = attempts + 1,
            due_at_us = iif(revision = :seen, :until, min(:until, coalesce(again_at_us, due_at_us))),
            again_at_us = iif(revision = :seen, NULL, again_at_us)
        WHERE kind = :kind AND key = :key";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":seen": task.revision,
        ":until": until.as_microsecond(),
        ":kind": task.kind,
        ":key": task.key,
    })?;
    Ok(())
}

fn done(tx: &Transaction<'_>, task: &Task) -> rusqlite::Result<()> {
    let strike = "DELETE FROM tasks WHERE kind = ?1 AND key = ?2 AND revision = ?3";
    let mut strike = tx.prepare_cached(strike)?;
    if strike.execute(params![task.kind, task.key, task.revision])? == 0 {
        let keep = "UPDATE tasks SET
                due_at_us = coalesce(again_at_us, due_at_us), again_at_us = NULL, attempts = 0
            WHERE kind = ?1 AND key = ?2";
        tx.prepare_cached(keep)?.execute([&task.kind, &task.key])?;
    }
    Ok(())
}
