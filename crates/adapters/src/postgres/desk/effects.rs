//! Effects by key: of all who want to cause one, in whatever process, one may.

use async_trait::async_trait;
use picasso_commands::ports::{Begun, EffectLedger, Unavailable};
use picasso_domain::Timestamp;
use sqlx::{Row, postgres::PgRow};
use uuid::Uuid;

use super::{PostgresDesk, time_at, unsigned};

const SERVICE: &str = "effect ledger";

const TAKE: &str = "
    INSERT INTO effects (effect, attempt, begun_at_us) VALUES ($1, $2, $3)
    ON CONFLICT (effect) DO NOTHING RETURNING 1";
const WHO: &str = "
    SELECT attempt = $2, done_at_us IS NOT NULL, begun_at_us FROM effects WHERE effect = $1";
const DONE: &str = "UPDATE effects SET done_at_us = $2 WHERE effect = $1 AND done_at_us IS NULL";
const FORGET: &str =
    "DELETE FROM effects WHERE effect = $1 AND attempt = $2 AND done_at_us IS NULL";
const IN_DOUBT: &str = "SELECT count(*) FROM effects WHERE done_at_us IS NULL AND begun_at_us < $1";
const DISCARD: &str = "DELETE FROM effects WHERE done_at_us < $1 RETURNING 1";

/// How often a beginning is tried when others forget the effect meanwhile.
const TRIES: usize = 3;

#[derive(Clone)]
pub struct PostgresEffectLedger {
    desk: PostgresDesk,
}

impl PostgresEffectLedger {
    pub(super) fn new(desk: PostgresDesk) -> Self {
        Self { desk }
    }
}

#[async_trait]
impl EffectLedger for PostgresEffectLedger {
    async fn begin(
        &self,
        effect: &str,
        attempt: Uuid,
        now: Timestamp,
    ) -> Result<Begun, Unavailable> {
        for _ in 0..TRIES {
            let take = sqlx::query(TAKE).bind(effect).bind(attempt);
            let taken = self.desk.run(SERVICE, take.bind(now.as_microsecond()));
            if taken.await? == 1 {
                return Ok(Begun::Fresh);
            }
            // A statement of its own, which sees what the first one met.
            let who = sqlx::query(WHO).bind(effect).bind(attempt);
            if let Some(begun) = self.desk.fetch(SERVICE, who, begun).await?.pop() {
                return Ok(begun);
            }
            // It was forgotten between the two.
        }
        let fickle = "others begin and forget the effect all the time";
        Err(Unavailable::new(SERVICE, fickle))
    }

    async fn done(&self, effect: &str, now: Timestamp) -> Result<(), Unavailable> {
        let statement = sqlx::query(DONE).bind(effect).bind(now.as_microsecond());
        self.desk.run(SERVICE, statement).await?;
        Ok(())
    }

    async fn forget(&self, effect: &str, attempt: Uuid) -> Result<(), Unavailable> {
        let statement = sqlx::query(FORGET).bind(effect).bind(attempt);
        self.desk.run(SERVICE, statement).await?;
        Ok(())
    }

    async fn in_doubt(&self, begun_before: Timestamp) -> Result<u64, Unavailable> {
        let statement = sqlx::query(IN_DOUBT).bind(begun_before.as_microsecond());
        let read = |row: &_| unsigned::<u64, i64>(row, 0);
        let mut rows = self.desk.fetch(SERVICE, statement, read).await?;
        Ok(rows.pop().unwrap_or(0))
    }

    async fn discard_done(&self, done_before: Timestamp) -> Result<u64, Unavailable> {
        let statement = sqlx::query(DISCARD).bind(done_before.as_microsecond());
        Ok(self.desk.run(SERVICE, statement).await? as u64)
    }
}

fn begun(row: &PgRow) -> Result<Begun, sqlx::Error> {
    Ok(match (row.try_get(0)?, row.try_get(1)?) {
        (_, true) => Begun::Done,
        (true, false) => Begun::Fresh,
        (false, false) => Begun::InDoubt {
            since: time_at(row, 2)?,
        },
    })
}
