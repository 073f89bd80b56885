//! Webhooks as they came, kept before anyone looks inside, for whichever process handles them.
//!
//! Keeps true: what is stored comes out of `unhandled` until it is handled. Anyone can send a webhook, so the
//! inbox is limited in bodies and in number.

use async_trait::async_trait;
use picasso_commands::ports::{Unavailable, WebhookInbox, WebhookRecord};
use picasso_domain::Timestamp;
use sqlx::Row;

use super::{PostgresDesk, capped, signed, time_at, unsigned};
use crate::webhooks::{self, Refusal};

const SERVICE: &str = "webhook inbox";

/// One statement, so callers at once may overshoot the limit by as many as they are.
const STORE: &str = "
    INSERT INTO webhooks (received_at_us, signature, body)
    SELECT $1, $2, $3
    WHERE (SELECT count(*) FROM (SELECT FROM webhooks WHERE outcome IS NULL LIMIT $4) AS waiting) < $4
    RETURNING id";
const UNHANDLED: &str = "
    SELECT id, received_at_us, signature, body FROM webhooks WHERE outcome IS NULL ORDER BY id LIMIT $1";
const HANDLED: &str = "UPDATE webhooks SET outcome = $2 WHERE id = $1 AND outcome IS NULL";
const DISCARD: &str =
    "DELETE FROM webhooks WHERE outcome IS NOT NULL AND received_at_us < $1 RETURNING 1";

#[derive(Clone)]
pub struct PostgresWebhookInbox {
    desk: PostgresDesk,
}

impl PostgresWebhookInbox {
    pub(super) fn new(desk: PostgresDesk) -> Self {
        Self { desk }
    }
}

#[async_trait]
impl WebhookInbox for PostgresWebhookInbox {
    async fn store(
        &self,
        received_at: Timestamp,
        signature: &str,
        body: &[u8],
    ) -> Result<u64, Unavailable> {
        let refuse = |refusal: Refusal| Unavailable::new(SERVICE, refusal);
        webhooks::expect_small(signature, body).map_err(refuse)?;
        let statement = sqlx::query(STORE)
            .bind(received_at.as_microsecond())
            .bind(signature)
            .bind(body)
            .bind(i64::from(webhooks::MAX_UNHANDLED));
        let mut ids = self
            .desk
            .fetch(SERVICE, statement, |row| unsigned::<u64, i64>(row, 0))
            .await?;
        ids.pop().ok_or_else(|| refuse(Refusal::Full))
    }

    async fn unhandled(&self, limit: usize) -> Result<Vec<WebhookRecord>, Unavailable> {
        let statement = sqlx::query(UNHANDLED).bind(capped(limit, webhooks::MAX_RECORDS));
        self.desk
            .fetch(SERVICE, statement, |row| {
                Ok(WebhookRecord {
                    id: unsigned::<u64, i64>(row, 0)?,
                    received_at: time_at(row, 1)?,
                    signature: row.try_get(2)?,
                    body: row.try_get(3)?,
                })
            })
            .await
    }

    async fn handled(&self, id: u64, outcome: &str) -> Result<(), Unavailable> {
        let statement = sqlx::query(HANDLED).bind(signed(id)).bind(outcome);
        self.desk.run(SERVICE, statement).await?;
        Ok(())
    }

    async fn discard_handled(&self, received_before: Timestamp) -> Result<u64, Unavailable> {
        let statement = sqlx::query(DISCARD).bind(received_before.as_microsecond());
        Ok(self.desk.run(SERVICE, statement).await? as u64)
    }
}
