//! Effects by key: of all who want to cause one, one may.

use async_trait::async_trait;
use picasso_commands::ports::{Begun, EffectLedger, Unavailable};
use picasso_domain::Timestamp;
use rusqlite::{Transaction, params};
use uuid::Uuid;

use super::{Desk, time_at};

const SERVICE: &str = "effect ledger";

#[derive(Clone)]
pub struct SqliteEffectLedger {
    desk: Desk,
}

impl SqliteEffectLedger {
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
impl EffectLedger for SqliteEffectLedger {
    async fn begin(
        &self,
        effect: &str,
        attempt: Uuid,
        now: Timestamp,
    ) -> Result<Begun, Unavailable> {
        let (effect, now) = (effect.to_owned(), now.as_microsecond());
        self.transact(move |tx| {
            let take = "INSERT INTO effects (effect, attempt, begun_at_us) VALUES (?1, ?2, ?3)
                ON CONFLICT (effect) DO NOTHING";
            let mine = attempt.as_bytes();
            tx.prepare_cached(take)?
                .execute(params![effect, mine, now])?;
            let who =
                "SELECT attempt = ?2, done_at_us IS NOT NULL, begun_at_us FROM effects WHERE effect = ?1";
            tx.prepare_cached(who)?
                .query_row(params![effect, mine], |row| {
                    Ok(match (row.get(0)?, row.get(1)?) {
                        (_, true) => Begun::Done,
                        (true, false) => Begun::Fresh,
                        (false, false) => Begun::InDoubt {
                            since: time_at(row, 2)?,
                        },
                    })
                })
        })
        .await
    }

    async fn done(&self, effect: &str, now: Timestamp) -> Result<(), Unavailable> {
        let (effect, now) = (effect.to_owned(), now.as_microsecond());
        self.transact(move |tx| {
            let sql = "UPDATE effects SET done_at_us = ?2 WHERE effect = ?1 AND done_at_us IS NULL";
            tx.prepare_cached(sql)?.execute(params![effect, now])?;
            Ok(())
        })
        .await
    }

    async fn forget(&self, effect: &str, attempt: Uuid) -> Result<(), Unavailable> {
        let effect = effect.to_owned();
        self.transact(move |tx| {
            let sql =
                "DELETE FROM effects WHERE effect = ?1 AND attempt = ?2 AND done_at_us IS NULL";
            tx.prepare_cached(sql)?
                .execute(params![effect, attempt.as_bytes()])?;
            Ok(())
        })
        .await
    }

    async fn in_doubt(&self, begun_before: Timestamp) -> Result<u64, Unavailable> {
        let before = begun_before.as_microsecond();
        self.transact(move |tx| {
            let sql = "SELECT count(*) FROM effects WHERE done_at_us IS NULL AND begun_at_us < ?1";
            tx.prepare_cached(sql)?
                .query_row([before], |row| row.get(0))
        })
        .await
    }

    async fn discard_done(&self, done_before: Timestamp) -> Result<u64, Unavailable> {
        let before = done_before.as_microsecond();
        self.transact(move |tx| {
            let sql = "DELETE FROM effects WHERE done_at_us < ?1";
            Ok(tx.prepare_cached(sql)?.execute([before])? as u64)
        })
        .await
    }
}
