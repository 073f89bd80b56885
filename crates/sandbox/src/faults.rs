//! Faults on demand: what shall go wrong, where, and how often.
//!
//! A fault is taken in the transaction of the request it spoils, so `times` is exact whatever runs at
//! once, and faults still to come survive a restart.

mod act;
mod http;

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use crate::error::{Result, SandboxError};

pub(crate) use act::{is_before_effect, spoil};
pub(crate) use http::router;

const MAX_ACTIVE: i64 = 200;
const MAX_TIMES: u32 = 100_000;
const MAX_PATTERN_BYTES: usize = 200;
const MAX_LATE_MS: u64 = 600_000;

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    CreateSession,
    RetrieveSession,
    ExpireSession,
    SearchPayments,
    RetrievePayment,
    Refund,
    CreateAccount,
    CreateAccountLink,
    RetrieveAccount,
    Transfer,
    Reverse,
    /// A person pays on the checkout page.
    Pay,
    /// An event is recorded for delivery.
    Webhook,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FaultKind {
    /// The request takes effect, its answer never comes.
    TimeoutAfterEffect,
    /// Nothing happens and no answer comes.
    TimeoutBeforeEffect,
    /// Nothing happens; status 500.
    #[serde(rename = "error_500")]
    Error500,
    /// Nothing happens; status 429.
    #[serde(rename = "error_429")]
    Error429,
    /// Nothing happens; the connection breaks.
    ConnectionReset,
    /// The card is charged a second time, by a payment intent of its own.
    DoubleCharge,
    DeliverTwice,
    DeliverLate {
        ms: u64,
    },
    /// Waits until a later event was delivered (or a bound).
    OutOfOrder,
    /// The event is recorded as dropped and not sent.
    Never,
    /// The first attempt is signed with another secret; later attempts rightly.
    BadSignature,
}

/// An order for trouble, as `POST /sandbox/faults` takes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultRequest {
    pub on: Operation,
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many matching requests are spoiled.
    #[serde(default = "once")]
    pub times: u32,
    /// Only what has this text in its session id, payment intent id, reference, transfer group or account; for
    /// webhooks, in its body.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

fn once() -> u32 {
    1
}

/// A fault still to strike.
#[derive(Debug, Serialize)]
pub(crate) struct ActiveFault {
    pub id: i64,
    #[serde(flatten)]
    pub request: FaultRequest,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultRefused {
    #[error("{0}")]
    Invalid(&'static str),
    #[error(transparent)]
    Broken(#[from] SandboxError),
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::CreateSession => "create_session",
            Self::RetrieveSession => "retrieve_session",
            Self::ExpireSession => "expire_session",
            Self::SearchPayments => "search_payments",
            Self::RetrievePayment => "retrieve_payment",
            Self::Refund => "refund",
            Self::CreateAccount => "create_account",
            Self::CreateAccountLink => "create_account_link",
            Self::RetrieveAccount => "retrieve_account",
            Self::Transfer => "transfer",
            Self::Reverse => "reverse",
            Self::Pay => "pay",
            Self::Webhook => "webhook",
        }
    }

    fn can_suffer(self, kind: FaultKind) -> bool {
        match kind {
            FaultKind::TimeoutAfterEffect
            | FaultKind::TimeoutBeforeEffect
            | FaultKind::Error500
            | FaultKind::Error429
            | FaultKind::ConnectionReset => self != Self::Webhook,
            FaultKind::DoubleCharge => self == Self::Pay,
            FaultKind::DeliverTwice
            | FaultKind::DeliverLate { .. }
            | FaultKind::OutOfOrder
            | FaultKind::Never
            | FaultKind::BadSignature => self == Self::Webhook,
        }
    }
}

impl FaultRequest {
    fn check(&self) -> Result<(), FaultRefused> {
        if !self.on.can_suffer(self.kind) {
            return Err(FaultRefused::Invalid(
                "this kind of fault does not exist for that operation",
            ));
        }
        if self.times == 0 || self.times > MAX_TIMES {
            return Err(FaultRefused::Invalid("times must be 1 to 100000"));
        }
        if self
            .pattern
            .as_ref()
            .is_some_and(|p| p.is_empty() || p.len() > MAX_PATTERN_BYTES)
        {
            return Err(FaultRefused::Invalid("match must have 1 to 200 bytes"));
        }
        match self.kind {
            FaultKind::DeliverLate { ms } if ms > MAX_LATE_MS => {
                Err(FaultRefused::Invalid("ms must be at most 600000"))
            }
            _ => Ok(()),
        }
    }
}

pub(crate) fn add(tx: &Transaction<'_>, fault: &FaultRequest) -> Result<i64, FaultRefused> {
    fault.check()?;
    let active: i64 = tx
        .query_row("SELECT count(*) FROM faults", [], |row| row.get(0))
        .map_err(SandboxError::from)?;
    if active >= MAX_ACTIVE {
        return Err(FaultRefused::Invalid(
            "200 faults are waiting already; DELETE them first",
        ));
    }
    let kind = serde_json::to_string(&fault.kind).map_err(SandboxError::from)?;
    tx.execute(
        "INSERT INTO faults (operation, kind, pattern, remaining) VALUES (?, ?, ?, ?)",
        params![fault.on.name(), kind, fault.pattern, fault.times],
    )
    .map_err(SandboxError::from)?;
    Ok(tx.last_insert_rowid())
}

pub(crate) fn list(tx: &Transaction<'_>) -> Result<Vec<ActiveFault>> {
    let mut statement =
        tx.prepare("SELECT id, operation, kind, pattern, remaining FROM faults ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut faults = Vec::new();
    while let Some(row) = rows.next()? {
        let operation: String = row.get(1)?;
        let kind: String = row.get(2)?;
        let request = FaultRequest {
            on: serde_json::from_value(operation.into())?,
            kind: serde_json::from_str(&kind)?,
            pattern: row.get(3)?,
            times: row.get(4)?,
        };
        faults.push(ActiveFault {
            id: row.get(0)?,
            request,
        });
    }
    Ok(faults)
}

pub(crate) fn clear(tx: &Transaction<'_>) -> Result<usize> {
    Ok(tx.execute("DELETE FROM faults", [])?)
}

/// Takes the oldest fault that fits the operation and one of its subjects.
pub(crate) fn take(
    tx: &Transaction<'_>,
    operation: Operation,
    subjects: &[&str],
) -> Result<Option<FaultKind>> {
    let fits = |fault: &ActiveFault| {
        fault.request.on == operation
            && fault
                .request
                .pattern
                .as_ref()
                .is_none_or(|p| subjects.iter().any(|s| s.contains(p.as_str())))
    };
    let Some(fault) = list(tx)?.into_iter().find(fits) else {
        return Ok(None);
    };
    tx.execute(
        "UPDATE faults SET remaining = remaining - 1 WHERE id = ?",
        [fault.id],
    )?;
    tx.execute("DELETE FROM faults WHERE remaining <= 0", [])?;
    Ok(Some(fault.request.kind))
}
