//! Disputes on demand: a bank takes a payment back, and keeps it or gives it up.
//!
//! Shapes: <https://docs.stripe.com/api/disputes>. Not imitated: the fee, evidence, and inquiries.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Failure;
use super::objects;
use super::params::page_limit;
use super::payments::Intent;
use super::sessions::Session;
use crate::error::Result;
use crate::{ids, webhooks};

const OPEN: &str = "needs_response";

pub(super) struct Dispute {
    pub id: String,
    pub charge: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub status: String,
    pub created: i64,
}

/// How an open dispute ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DisputeEnd {
    Won,
    Lost,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListDisputes {
    payment_intent: String,
    limit: Option<u32>,
}

/// The buyer's bank takes the payment of a session; nothing happens when there is nothing left to take.
pub(crate) fn open_dispute(tx: &Transaction<'_>, session: &Session, now_s: i64) -> Result<()> {
    let Some(intent) = session.payment_intent.as_deref() else {
        return Ok(());
    };
    let charge = Intent::find(tx, intent)?.and_then(|intent| intent.charge);
    let Some(charge) = charge.filter(|it| !it.disputed && it.refunded < it.amount) else {
        return Ok(());
    };
    let dispute = Dispute {
        id: ids::dispute(),
        amount: charge.amount - charge.refunded,
        charge: charge.id,
        payment_intent: charge.payment_intent,
        currency: charge.currency,
        status: OPEN.to_owned(),
        created: now_s,
    };
    dispute.insert(tx)?;
    webhooks::record(tx, "charge.dispute.created", &objects::dispute(&dispute))
}

/// Ends the open dispute of a session's payment, if there is one.
pub(crate) fn close_dispute(
    tx: &Transaction<'_>,
    session: &Session,
    end: DisputeEnd,
) -> Result<()> {
    let Some(intent) = session.payment_intent.as_deref() else {
        return Ok(());
    };
    let disputes = Dispute::of_intent(tx, intent, 1)?;
    let Some(mut dispute) = disputes.into_iter().find(|it| it.status == OPEN) else {
        return Ok(());
    };
    dispute.status = match end {
        DisputeEnd::Won => "won".to_owned(),
        DisputeEnd::Lost => "lost".to_owned(),
    };
    tx.execute(
        "UPDATE disputes SET status = ? WHERE id = ?",
        params![dispute.status, dispute.id],
    )?;
    webhooks::record(tx, "charge.dispute.closed", &objects::dispute(&dispute))
}

/// The disputes of one payment, newest first, in one page.
pub(super) fn list(tx: &Transaction<'_>, request: &ListDisputes) -> Result<Value, Failure> {
    Intent::load(tx, &request.payment_intent, "payment_intent")?;
    let limit = page_limit(request.limit);
    let disputes = Dispute::of_intent(tx, &request.payment_intent, limit)?;
    let data: Vec<Value> = disputes.iter().map(objects::dispute).collect();
    Ok(json!({"object": "list", "url": "/v1/disputes", "has_more": false, "data": data}))
}

pub(super) fn retrieve(tx: &Transaction<'_>, id: &str) -> Result<Value, Failure> {
    let found = tx
        .query_row("SELECT * FROM disputes WHERE id = ?", [id], Dispute::read)
        .optional()?;
    let dispute = found.ok_or_else(|| super::error::Refusal::no_such("dispute", "dispute", id))?;
    Ok(objects::dispute(&dispute))
}

impl Dispute {
    fn insert(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "INSERT INTO disputes (id, charge, payment_intent, amount, currency, status, created)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                self.id,
                self.charge,
                self.payment_intent,
                self.amount,
                self.currency,
                self.status,
                self.created
            ],
        )?;
        Ok(())
    }

    fn of_intent(tx: &Transaction<'_>, intent: &str, limit: u32) -> Result<Vec<Self>> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM disputes WHERE payment_intent = ? ORDER BY seq DESC LIMIT ?",
        )?;
        let rows = statement.query_map(params![intent, limit], Self::read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            charge: row.get("charge")?,
            payment_intent: row.get("payment_intent")?,
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            status: row.get("status")?,
            created: row.get("created")?,
        })
    }
}
