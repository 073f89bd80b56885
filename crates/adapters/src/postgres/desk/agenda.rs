//! The durable to-do list of the reactors, and how far they have read.
//!
//! Keeps true: a task put while somebody works on it is not struck with the work, because every put has a
//! revision of its own and only the put that was worked on is struck.

use async_trait::async_trait;
use picasso_commands::ports::{Agenda, Task, Unavailable};
use picasso_domain::Timestamp;
use sqlx::Row;

use super::{PostgresDesk, capped, signed, time_at, to_time, unsigned};

const SERVICE: &str = "agenda";
/// The most tasks one call hands out.
const MAX_TASKS: u32 = 1_000;

const PUT: &str = "
    INSERT INTO tasks (kind, key, due_at_us, attempts, payload, revision)
    VALUES ($1, $2, $3, $4, $5, nextval('task_revisions'))
    ON CONFLICT (kind, key) DO UPDATE SET
        due_at_us = least(tasks.due_at_us, excluded.due_at_us),
        again_at_us = least(tasks.again_at_us, excluded.due_at_us),
        revision = excluded.revision";
const DUE: &str = "
    SELECT kind, key, due_at_us, attempts, payload, revision FROM tasks
    WHERE kind = $1 AND due_at_us <= $2 ORDER BY due_at_us, key LIMIT $3";
const POSTPONE: &str = "
    UPDATE tasks SET
        attempts = attempts + 1,
        due_at_us = CASE WHEN revision = $3 THEN $4 ELSE least($4, coalesce(again_at_us, due_at_us)) END,
        again_at_us = CASE WHEN revision = $3 THEN NULL ELSE again_at_us END
    WHERE kind = $1 AND key = $2";
const STRIKE: &str = "DELETE FROM tasks WHERE kind = $1 AND key = $2 AND revision = $3 RETURNING 1";
const KEEP: &str = "
    UPDATE tasks SET due_at_us = coalesce(again_at_us, due_at_us), again_at_us = NULL, attempts = 0
    WHERE kind = $1 AND key = $2";
const BACKLOG: &str = "SELECT count(*), min(due_at_us) FROM tasks WHERE kind = $1";
const CHECKPOINT: &str = "SELECT log_offset FROM checkpoints WHERE reactor = $1 AND log = $2";
const SAVE_CHECKPOINT: &str = "
    INSERT INTO checkpoints (reactor, log, log_offset) VALUES ($1, $2, $3)
    ON CONFLICT (reactor, log) DO UPDATE SET log_offset = greatest(checkpoints.log_offset, excluded.log_offset)";
const CAP_CHECKPOINTS: &str =
    "UPDATE checkpoints SET log_offset = $2 WHERE log = $1 AND log_offset > $2";

#[derive(Clone)]
pub struct PostgresAgenda {
    desk: PostgresDesk,
}

impl PostgresAgenda {
    pub(super) fn new(desk: PostgresDesk) -> Self {
        Self { desk }
    }
}

#[async_trait]
impl Agenda for PostgresAgenda {
    async fn put(&self, task: Task) -> Result<(), Unavailable> {
        let statement = sqlx::query(PUT)
            .bind(&task.kind)
            .bind(&task.key)
            .bind(task.due_at.as_microsecond())
            .bind(i32::try_from(task.attempts).unwrap_or(i32::MAX))
            .bind(&task.payload);
        self.desk.run(SERVICE, statement).await?;
        Ok(())
    }

    async fn due(
        &self,
        kind: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Task>, Unavailable> {
        let statement = sqlx::query(DUE).bind(kind).bind(now.as_microsecond());
        let statement = statement.bind(capped(limit, MAX_TASKS));
        self.desk
            .fetch(SERVICE, statement, |row| {
                Ok(Task {
                    kind: row.try_get(0)?,
                    key: row.try_get(1)?,
                    due_at: time_at(row, 2)?,
                    attempts: unsigned::<u32, i32>(row, 3)?,
                    payload: row.try_get(4)?,
                    revision: unsigned::<u64, i64>(row, 5)?,
                })
            })
            .await
    }

    async fn postpone(&self, task: &Task, until: Timestamp) -> Result<(), Unavailable> {
        let statement = sqlx::query(POSTPONE).bind(&task.kind).bind(&task.key);
        let statement = statement.bind(signed(task.revision));
        self.desk
            .run(SERVICE, statement.bind(until.as_microsecond()))
            .await?;
        Ok(())
    }

    async fn done(&self, task: &Task) -> Result<(), Unavailable> {
        let strike = sqlx::query(STRIKE).bind(&task.kind).bind(&task.key);
        let struck = self.desk.run(SERVICE, strike.bind(signed(task.revision)));
        // A put between these two statements is kept as well: it has left its time in `again_at_us`.
        if struck.await? == 0 {
            let keep = sqlx::query(KEEP).bind(&task.kind).bind(&task.key);
            self.desk.run(SERVICE, keep).await?;
        }
        Ok(())
    }

    async fn backlog(&self, kind: &str) -> Result<(u64, Option<Timestamp>), Unavailable> {
        let statement = sqlx::query(BACKLOG).bind(kind);
        let read = |row: &_| {
            let oldest: Option<i64> = Row::try_get(row, 1)?;
            Ok((
                unsigned::<u64, i64>(row, 0)?,
                oldest.map(to_time).transpose()?,
            ))
        };
        let mut rows = self.desk.fetch(SERVICE, statement, read).await?;
        Ok(rows.pop().unwrap_or_default())
    }

    async fn checkpoint(&self, reactor: &str, log: u16) -> Result<u64, Unavailable> {
        let statement = sqlx::query(CHECKPOINT).bind(reactor).bind(i32::from(log));
        let read = |row: &_| unsigned::<u64, i64>(row, 0);
        let mut rows = self.desk.fetch(SERVICE, statement, read).await?;
        Ok(rows.pop().unwrap_or(0))
    }

    async fn save_checkpoint(
        &self,
        reactor: &str,
        log: u16,
        offset: u64,
    ) -> Result<(), Unavailable> {
        let statement = sqlx::query(SAVE_CHECKPOINT).bind(reactor);
        let statement = statement.bind(i32::from(log)).bind(signed(offset));
        self.desk.run(SERVICE, statement).await?;
        Ok(())
    }

    async fn cap_checkpoints(&self, log: u16, head: u64) -> Result<(), Unavailable> {
        let statement = sqlx::query(CAP_CHECKPOINTS).bind(i32::from(log));
        self.desk.run(SERVICE, statement.bind(signed(head))).await?;
        Ok(())
    }
}
