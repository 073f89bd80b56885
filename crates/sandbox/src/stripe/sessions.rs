//! Checkout sessions: open, then complete or expired for ever.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Failure, Refusal};
use super::objects;
use super::params::{CreateSession, Metadata};
use crate::error::{Result, SandboxError};
use crate::{ids, webhooks};

/// Stripe lets a session live for at most a day.
const MAX_LIFETIME_S: i64 = 24 * 60 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

impl FromSql for SessionStatus {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "open" => Ok(Self::Open),
            "complete" => Ok(Self::Complete),
            "expired" => Ok(Self::Expired),
            other => Err(FromSqlError::Other(
                format!("no session status: {other}").into(),
            )),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LineItem {
    pub name: String,
    pub unit_amount: i64,
    pub quantity: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub id: String,
    pub status: SessionStatus,
    pub reference: Option<String>,
    pub line_items: Vec<LineItem>,
    pub amount: i64,
    pub currency: String,
    pub customer_email: Option<String>,
    pub metadata: Metadata,
    pub intent_metadata: Metadata,
    pub success_url: String,
    pub cancel_url: Option<String>,
    pub created: i64,
    pub expires_at: i64,
    pub payment_intent: Option<String>,
}

impl Session {
    /// A new open session from a checked request; `min_lifetime_s` is how far away its expiry must be at least.
    pub(super) fn new(
        request: CreateSession,
        now_s: i64,
        min_lifetime_s: u64,
    ) -> Result<Self, Refusal> {
        let (amount, currency) = request.total()?;
        let expires_at = expiry(request.expires_at, now_s, min_lifetime_s)?;
        Ok(Self {
            id: ids::session(),
            status: SessionStatus::Open,
            reference: request.client_reference_id,
            line_items: request
                .line_items
                .into_iter()
                .filter_map(|item| {
                    let price = item.price_data?;
                    Some(LineItem {
                        name: price.product_data.name,
                        unit_amount: price.unit_amount,
                        quantity: item.quantity?,
                    })
                })
                .collect(),
            amount,
            currency,
            customer_email: request.customer_email,
            metadata: request.metadata,
            intent_metadata: request.payment_intent_data.metadata,
            success_url: request.success_url.unwrap_or_default(),
            cancel_url: request.cancel_url,
            created: now_s,
            expires_at,
            payment_intent: None,
        })
    }

    pub fn insert(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "INSERT INTO sessions (id, status, reference, line_items, amount, currency, customer_email, metadata,
                                   intent_metadata, success_url, cancel_url, created, expires_at, payment_intent)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                self.id,
                self.status.name(),
                self.reference,
                serde_json::to_string(&self.line_items)?,
                self.amount,
                self.currency,
                self.customer_email,
                serde_json::to_string(&self.metadata)?,
                serde_json::to_string(&self.intent_metadata)?,
                self.success_url,
                self.cancel_url,
                self.created,
                self.expires_at,
                self.payment_intent,
            ],
        )?;
        Ok(())
    }

    /// Writes what may change: status and payment intent.
    pub fn update(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "UPDATE sessions SET status = ?, payment_intent = ? WHERE id = ?",
            params![self.status.name(), self.payment_intent, self.id],
        )?;
        Ok(())
    }

    pub fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>> {
        let raw = tx
            .query_row(
                "SELECT * FROM sessions WHERE id = ?",
                [id],
                RawSession::read,
            )
            .optional()?;
        raw.map(RawSession::decode).transpose()
    }

    /// The newest sessions first.
    pub fn latest(tx: &Transaction<'_>, limit: u32) -> Result<Vec<Self>> {
        let mut statement = tx.prepare("SELECT * FROM sessions ORDER BY rowid DESC LIMIT ?")?;
        let rows = statement.query_map([limit], RawSession::read)?;
        rows.map(|raw| raw?.decode()).collect()
    }

    pub fn load(tx: &Transaction<'_>, id: &str) -> Result<Self, Failure> {
        Ok(Self::find(tx, id)?
            .ok_or_else(|| Refusal::no_such("checkout.session", "session", id))?)
    }
}

/// A session as stored, its JSON columns not yet decoded.
struct RawSession {
    session: Session,
    line_items: String,
    metadata: String,
    intent_metadata: String,
}

impl RawSession {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            line_items: row.get("line_items")?,
            metadata: row.get("metadata")?,
            intent_metadata: row.get("intent_metadata")?,
            session: Session {
                id: row.get("id")?,
                status: row.get("status")?,
                reference: row.get("reference")?,
                line_items: Vec::new(),
                amount: row.get("amount")?,
                currency: row.get("currency")?,
                customer_email: row.get("customer_email")?,
                metadata: Metadata::new(),
                intent_metadata: Metadata::new(),
                success_url: row.get("success_url")?,
                cancel_url: row.get("cancel_url")?,
                created: row.get("created")?,
                expires_at: row.get("expires_at")?,
                payment_intent: row.get("payment_intent")?,
            },
        })
    }

    fn decode(self) -> Result<Session> {
        Ok(Session {
            line_items: serde_json::from_str(&self.line_items)?,
            metadata: serde_json::from_str(&self.metadata)?,
            intent_metadata: serde_json::from_str(&self.intent_metadata)?,
            ..self.session
        })
    }
}

fn expiry(wanted: Option<i64>, now_s: i64, min_lifetime_s: u64) -> Result<i64, Refusal> {
    let expires_at = wanted.unwrap_or(now_s + MAX_LIFETIME_S);
    let refuse = |problem: String| Err(Refusal::invalid(problem).param("expires_at").not_kept());
    if expires_at < now_s.saturating_add_unsigned(min_lifetime_s) {
        return refuse(format!(
            "The `expires_at` timestamp must be at least {} minutes from Checkout Session creation.",
            min_lifetime_s / 60
        ));
    }
    if expires_at > now_s + MAX_LIFETIME_S {
        return refuse(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
                .into(),
        );
    }
    Ok(expires_at)
}

/// Ends an open session early.
pub(super) fn expire(tx: &Transaction<'_>, id: &str, url: &str) -> Result<Value, Failure> {
    let mut session = Session::load(tx, id)?;
    if session.status != SessionStatus::Open {
        return Err(Refusal::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
            session.status.name()
        ))
        .into());
    }
    Ok(end(tx, &mut session, url)?)
}

/// Ends all open sessions whose time has come; runs before every call, so no caller sees one overdue.
pub(crate) fn expire_overdue(tx: &Transaction<'_>, now_s: i64, url: &str) -> Result<usize> {
    let mut statement =
        tx.prepare_cached("SELECT id FROM sessions WHERE status = 'open' AND expires_at <= ?")?;
    let overdue: Vec<String> = statement
        .query_map([now_s], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in &overdue {
        if let Some(mut session) = Session::find(tx, id)? {
            end(tx, &mut session, url)?;
        }
    }
    Ok(overdue.len())
}

fn end(tx: &Transaction<'_>, session: &mut Session, url: &str) -> Result<Value> {
    session.status = SessionStatus::Expired;
    session.update(tx)?;
    let object = objects::session(session, url);
    webhooks::record(tx, "checkout.session.expired", &object)?;
    Ok(object)
}

/// Everything a fault may name a call by: the session's id, reference and payment intent; the group of a transfer;
/// what an account says of its owner.
pub(super) fn related(tx: &Transaction<'_>, id: &str) -> Result<Vec<String>> {
    let mut statement = tx.prepare_cached(
        "SELECT s.id, s.reference, s.payment_intent FROM sessions s
             WHERE s.id = ?1 OR s.id = (SELECT session FROM payment_intents WHERE id = ?1)
         UNION ALL SELECT transfer_group, NULL, NULL FROM transfers WHERE id = ?1
         UNION ALL SELECT metadata, NULL, NULL FROM connect_accounts WHERE id = ?1",
    )?;
    let found = statement
        .query_row([id], |row| {
            Ok([row.get::<_, Option<String>>(0)?, row.get(1)?, row.get(2)?])
        })
        .optional()
        .map_err(SandboxError::from)?;
    Ok(found.into_iter().flatten().flatten().collect())
}
