//! Webhooks as they came, kept before anyone looks inside.
//!
//! Keeps true: what is stored comes out of `unhandled` until it is handled. Anyone can send a webhook, so the
//! inbox is limited in bodies and in number.

use async_trait::async_trait;
use picasso_commands::ports::{Unavailable, WebhookInbox, WebhookRecord};
use picasso_domain::Timestamp;
use rusqlite::{Transaction, params};

use super::{Desk, capped, time_at};
use crate::webhooks::{self, MAX_RECORDS, MAX_UNHANDLED, Refusal};

const SERVICE: &str = "webhook inbox";

#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

#[derive(Clone)]
pub struct SqliteWebhookInbox {
    desk: Desk,
}

impl SqliteWebhookInbox {
    pub(super) fn new(desk: Desk) -> Self {
        Self { desk }
    }
}

#[async_trait]
impl WebhookInbox for SqliteWebhookInbox {
    async fn store(
        &self,
        received_at: Timestamp,
        signature: &str,
        body: &[u8],
    ) -> Result<u64, Unavailable> {
        webhooks::expect_small(signature, body)
            .map_err(|refusal| Unavailable::new(SERVICE, refusal))?;
        let (signature, body) = (signature.to_owned(), body.to_vec());
        let work = move |tx: &Transaction<'_>| store(tx, received_at, &signature, &body);
        self.desk.transact(SERVICE, work).await
    }

    async fn unhandled(&self, limit: usize) -> Result<Vec<WebhookRecord>, Unavailable> {
        let limit = capped(limit, MAX_RECORDS);
        self.desk
            .transact(SERVICE, move |tx| unhandled(tx, limit))
            .await
    }

    async fn handled(&self, id: u64, outcome: &str) -> Result<(), Unavailable> {
        let outcome = outcome.to_owned();
        let work = move |tx: &Transaction<'_>| {
            let sql = "UPDATE webhooks SET outcome = ?2 WHERE id = ?1 AND outcome IS NULL";
            tx.prepare_cached(sql)?.execute(params![id, outcome])?;
            Ok::<_, rusqlite::Error>(())
        };
        self.desk.transact(SERVICE, work).await
    }

    async fn discard_handled(&self, received_before: Timestamp) -> Result<u64, Unavailable> {
        let before = received_before.as_microsecond();
        let work = move |tx: &Transaction<'_>| {
            let sql = "DELETE FROM webhooks WHERE outcome IS NOT NULL AND received_at_us < ?1";
            let discarded = tx.prepare_cached(sql)?.execute([before])?;
            Ok::<_, rusqlite::Error>(discarded as u64)
        };
        self.desk.transact(SERVICE, work).await
    }
}

fn store(
    tx: &Transaction<'_>,
    received_at: Timestamp,
    signature: &str,
    body: &[u8],
) -> Result<u64, StoreError> {
    let waiting = "SELECT count(*) FROM webhooks WHERE outcome IS NULL";
    let waiting: u32 = tx
        .prepare_cached(waiting)?
        .query_row([], |row| row.get(0))?;
    if waiting >= MAX_UNHANDLED {
        return Err(Refusal::Full.into());
    }
    let sql =
        "INSERT INTO webhooks (received_at_us, signature, body) VALUES (?1, ?2, ?3) RETURNING id";
    let row = params![received_at.as_microsecond(), signature, body];
    Ok(tx.prepare_cached(sql)?.query_row(row, |row| row.get(0))?)
}

fn unhandled(tx: &Transaction<'_>, limit: u32) -> rusqlite::Result<Vec<WebhookRecord>> {
    let sql = "SELECT id, received_at_us, signature, body FROM webhooks
        WHERE outcome IS NULL ORDER BY id LIMIT ?1";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([limit], |row| {
        Ok(WebhookRecord {
            id: row.get(0)?,
            received_at: time_at(row, 1)?,
            signature: row.get(2)?,
            body: row.get(3)?,
        })
    })?;
    rows.collect()
}
