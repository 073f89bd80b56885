//! Webhooks: events recorded in the transaction of what they tell, delivered later until the receiver
//! accepts them or the attempts run out. A restart resumes what is pending.

mod deliver;
mod http;
mod signature;

use rusqlite::{Transaction, params};
use serde_json::{Value, json};

use crate::clock::{real_now_ms, real_now_s};
use crate::error::Result;
use crate::faults::{self, FaultKind, Operation};
use crate::ids;
use crate::stripe::API_VERSION;

pub(crate) use deliver::run;
pub(crate) use http::{Delivery, latest, router};

/// An out-of-order delivery waits for another to overtake it, but no longer than this.
const HELD_FOR_MS: i64 = 5_000;

/// Records an event about `object` for delivery, in the envelope of
/// <https://docs.stripe.com/api/events/object>.
pub(crate) fn record(tx: &Transaction<'_>, event_type: &str, object: &Value) -> Result<()> {
    let id = ids::event();
    let body = json!({
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": real_now_s(),
        "data": {"object": object},
        "livemode": false,
        "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null},
        "type": event_type,
    })
    .to_string();
    let fault = faults::take(tx, Operation::Webhook, &[&body])?;
    let plan = Plan::after(fault);
    for _ in 0..plan.copies {
        tx.execute(
            "INSERT INTO deliveries (event, type, body, state, due_at_ms, held, forge_next, attempts)
             VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            params![
                id,
                event_type,
                body,
                plan.state,
                real_now_ms() + plan.delay_ms,
                plan.is_held,
                plan.forges_first
            ],
        )?;
    }
    Ok(())
}

/// How an event is to be delivered.
struct Plan {
    copies: u8,
    state: &'static str,
    delay_ms: i64,
    is_held: bool,
    forges_first: bool,
}

impl Plan {
    fn after(fault: Option<FaultKind>) -> Self {
        let plain = Self {
            copies: 1,
            state: "pending",
            delay_ms: 0,
            is_held: false,
            forges_first: false,
        };
        match fault {
            Some(FaultKind::DeliverTwice) => Self { copies: 2, ..plain },
            Some(FaultKind::DeliverLate { ms }) => Self {
                delay_ms: i64::try_from(ms).unwrap_or(i64::MAX / 4),
                ..plain
            },
            Some(FaultKind::OutOfOrder) => Self {
                is_held: true,
                delay_ms: HELD_FOR_MS,
                ..plain
            },
            Some(FaultKind::Never) => Self {
                state: "dropped",
                ..plain
            },
            Some(FaultKind::BadSignature) => Self {
                forges_first: true,
                ..plain
            },
            Some(
                FaultKind::TimeoutAfterEffect
                | FaultKind::TimeoutBeforeEffect
                | FaultKind::Error500
                | FaultKind::Error429
                | FaultKind::ConnectionReset
                | FaultKind::DoubleCharge,
            )
            | None => plain,
        }
    }
}
