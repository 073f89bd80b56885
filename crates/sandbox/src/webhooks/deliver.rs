//! The background task: delivers what is due, retries with growing waits, ends overdue sessions.

use std::time::Duration;

use rusqlite::{OptionalExtension, Transaction, params};
use tokio_util::sync::CancellationToken;

use super::signature;
use crate::clock::{real_now_ms, real_now_s};
use crate::config::DeliveryPolicy;
use crate::error::{Result, SandboxError};
use crate::server::Sandbox;
use crate::stripe;

/// At most this many deliveries are under way at once; it also bounds what one slow receiver holds up.
const BATCH: u32 = 16;
/// Longest sleep, so sessions end and idempotency keys go in good time without being asked about.
const TICK: Duration = Duration::from_secs(1);

struct Due {
    seq: i64,
    body: String,
    is_forged: bool,
    attempts: u32,
}

enum Attempt {
    Accepted,
    Failed(String),
}

/// Delivers until `shutdown`; what is pending or under way then stays pending, so it may come again.
pub(crate) async fn run(sandbox: Sandbox, shutdown: CancellationToken) {
    loop {
        let ended = tokio::select! {
            () = shutdown.cancelled() => return,
            ended = round(&sandbox) => ended,
        };
        let wait = match ended {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "webhook delivery is failing"
                );
                TICK
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sandbox.deliveries_awaited() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Delivers what is due now; answers how long nothing will be.
async fn round(sandbox: &Sandbox) -> Result<Duration> {
    let now_s = sandbox.clock().now_s();
    let public_url = sandbox.config().public_base_url.clone();
    let url = sandbox.webhook_url();
    let has_receiver = url.is_some();
    let due = sandbox.store().transact(move |tx| {
        stripe::expire_overdue(tx, now_s, &public_url)?;
        stripe::prune(tx)?;
        if has_receiver {
            due(tx)
        } else {
            Ok(Vec::new())
        }
    });
    let due = due.await?;
    let Some(url) = url else { return Ok(TICK) };
    let attempts =
        futures::future::join_all(due.iter().map(|delivery| attempt(sandbox, &url, delivery)))
            .await;
    let policy = sandbox.config().deliveries;
    sandbox
        .store()
        .transact(move |tx| {
            for (delivery, attempt) in due.iter().zip(&attempts) {
                settle(tx, delivery, attempt, policy)?;
            }
            until_next(tx)
        })
        .await
}

fn due(tx: &Transaction<'_>) -> Result<Vec<Due>> {
    let mut statement = tx.prepare_cached(
        "SELECT seq, body, forge_next, attempts FROM deliveries
         WHERE state = 'pending' AND due_at_ms <= ? ORDER BY due_at_ms, seq LIMIT ?",
    )?;
    let rows = statement.query_map(params![real_now_ms(), BATCH], |row| {
        Ok(Due {
            seq: row.get(0)?,
            body: row.get(1)?,
            is_forged: row.get(2)?,
            attempts: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

async fn attempt(sandbox: &Sandbox, url: &str, delivery: &Due) -> Attempt {
    let secret = &sandbox.config().webhook_secret;
    let forged = format!("not {secret}");
    let secret = if delivery.is_forged { &forged } else { secret };
    let sent = sandbox
        .http()
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .header(
            "user-agent",
            "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        )
        .header(
            "stripe-signature",
            signature::header(&delivery.body, secret, real_now_s()),
        )
        .body(delivery.body.clone())
        .send()
        .await;
    match sent {
        Ok(answer) if answer.status().is_success() => Attempt::Accepted,
        Ok(answer) => Attempt::Failed(format!("the receiver answered {}", answer.status())),
        Err(error) => Attempt::Failed(error.without_url().to_string()),
    }
}

fn settle(
    tx: &Transaction<'_>,
    delivery: &Due,
    attempt: &Attempt,
    policy: DeliveryPolicy,
) -> Result<()> {
    match attempt {
        Attempt::Accepted => accepted(tx, delivery),
        Attempt::Failed(reason) => failed(tx, delivery, reason, policy),
    }
}

fn accepted(tx: &Transaction<'_>, delivery: &Due) -> Result<()> {
    tx.execute(
        "UPDATE deliveries SET state = 'delivered', attempts = attempts + 1, last_failure = NULL WHERE seq = ?",
        [delivery.seq],
    )?;
    // Whoever waited to be overtaken has been.
    tx.execute(
        "UPDATE deliveries SET held = 0, due_at_ms = 0 WHERE state = 'pending' AND held = 1 AND seq < ?",
        [delivery.seq],
    )?;
    Ok(())
}

fn failed(
    tx: &Transaction<'_>,
    delivery: &Due,
    reason: &str,
    policy: DeliveryPolicy,
) -> Result<()> {
    let attempts = delivery.attempts + 1;
    let gives_up = attempts >= policy.max_attempts;
    if gives_up {
        tracing::warn!(
            delivery = delivery.seq,
            attempts,
            reason,
            "webhook given up"
        );
    }
    let state = if gives_up { "given_up" } else { "pending" };
    let due_at_ms = real_now_ms() + delay_ms(policy, attempts);
    tx.execute(
        "UPDATE deliveries SET state = ?, attempts = ?, due_at_ms = ?, forge_next = 0, held = 0, last_failure = ?
         WHERE seq = ?",
        params![state, attempts, due_at_ms, reason, delivery.seq],
    )?;
    Ok(())
}

/// The first delay, doubled for each attempt after the first, up to the longest.
fn delay_ms(policy: DeliveryPolicy, attempts: u32) -> i64 {
    let doubled = policy
        .first_delay
        .saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
    i64::try_from(doubled.min(policy.longest_delay).as_millis()).unwrap_or(i64::MAX / 4)
}

fn until_next(tx: &Transaction<'_>) -> Result<Duration, SandboxError> {
    let next: Option<i64> = tx
        .query_row(
            "SELECT min(due_at_ms) FROM deliveries WHERE state = 'pending'",
            [],
            |row| row.get(0),
        )
        .optional()?
        .flatten();
    let wait_ms = next.map_or(i64::MAX, |due| (due - real_now_ms()).max(0));
    Ok(TICK.min(Duration::from_millis(wait_ms.unsigned_abs())))
}

#[cfg(test)]
mod tests {
    use super::{DeliveryPolicy, delay_ms};

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = DeliveryPolicy::default();
        let waits: Vec<i64> = [1, 2, 3, 7, 40]
            .map(|attempts| delay_ms(policy, attempts))
            .into();
        assert_eq!(waits, [1_000, 2_000, 4_000, 60_000, 60_000]);
    }
}
