//! Idempotency keys, as <https://docs.stripe.com/api/idempotent_requests> has them: the first answer is
//! kept for a day and given again to the same request; another request under that key is refused.

use axum::http::StatusCode;
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::call::Answer;
use super::error::{Failure, Refusal};
use crate::clock::real_now_s;
use crate::error::Result;

const KEPT_S: i64 = 24 * 60 * 60;
const MAX_KEY_BYTES: usize = 255;

/// A key together with the request it was sent with.
pub(super) struct IdempotencyKey {
    key: String,
    fingerprint: String,
}

impl IdempotencyKey {
    pub fn new(key: &str, path: &str, body: &[u8]) -> Result<Self, Refusal> {
        if key.is_empty() || key.len() > MAX_KEY_BYTES {
            return Err(Refusal::invalid(
                "Idempotency keys must have 1 to 255 characters.",
            ));
        }
        let digest = Sha256::new()
            .chain_update(path)
            .chain_update([0])
            .chain_update(body)
            .finalize();
        Ok(Self {
            key: key.to_owned(),
            fingerprint: hex::encode(digest),
        })
    }

    /// The answer given before, if this request was made before.
    pub fn first_answer(&self, tx: &Transaction<'_>) -> Result<Option<Answer>, Failure> {
        let kept: Option<(String, u16, String)> = tx
            .query_row(
                "SELECT fingerprint, status, body FROM idempotency WHERE key = ? AND created > ?",
                params![self.key, real_now_s() - KEPT_S],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let Some((fingerprint, status, body)) = kept else {
            return Ok(None);
        };
        if fingerprint != self.fingerprint {
            return Err(Refusal::key_reused().into());
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body: Value = serde_json::from_str(&body)?;
        Ok(Some(Answer {
            status,
            body,
            replayed: true,
        }))
    }

    pub fn remember(&self, tx: &Transaction<'_>, answer: &Answer) -> Result<()> {
        tx.execute(
            "INSERT OR REPLACE INTO idempotency (key, fingerprint, status, body, created) VALUES (?, ?, ?, ?, ?)",
            params![self.key, self.fingerprint, answer.status.as_u16(), answer.body.to_string(), real_now_s()],
        )?;
        Ok(())
    }
}

/// Forgets all keys.
pub(crate) fn forget(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("DELETE FROM idempotency", [])?;
    Ok(())
}

/// Forgets keys older than a day.
pub(crate) fn prune(tx: &Transaction<'_>) -> Result<()> {
    tx.execute(
        "DELETE FROM idempotency WHERE created <= ?",
        [real_now_s() - KEPT_S],
    )?;
    Ok(())
}
