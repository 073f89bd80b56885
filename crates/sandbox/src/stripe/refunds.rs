//! Refunds: in parts or whole, never more than was paid.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::{Value, json};

use super::error::{Failure, Refusal};
use super::objects;
use super::params::{CreateRefund, ListRefunds, Metadata};
use super::payments::{Charge, Intent};
use super::sessions::Session;
use crate::error::Result;
use crate::{ids, money, webhooks};

pub(super) struct Refund {
    pub id: String,
    pub charge: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub reason: Option<String>,
    pub metadata: Metadata,
    pub created: i64,
}

pub(super) fn create(
    tx: &Transaction<'_>,
    request: CreateRefund,
    now_s: i64,
) -> Result<Value, Failure> {
    let mut charge = refundable_charge(tx, &request)?;
    if charge.disputed {
        let message = format!(
            "Charge {} has been charged back; cannot issue a refund.",
            charge.id
        );
        return Err(Refusal::invalid(message).code("charge_disputed").into());
    }
    let amount = refundable_amount(&charge, request.amount)?;
    let refund = Refund {
        id: ids::refund(),
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        amount,
        currency: charge.currency.clone(),
        reason: request.reason,
        metadata: request.metadata,
        created: now_s,
    };
    refund.insert(tx)?;
    tx.execute(
        "UPDATE charges SET refunded = refunded + ? WHERE id = ?",
        params![amount, charge.id],
    )?;
    charge.refunded += amount;
    let intent = Intent::load(tx, &charge.payment_intent, "payment_intent")?;
    webhooks::record(
        tx,
        "charge.refunded",
        &objects::charge(&charge, &intent.metadata),
    )?;
    Ok(objects::refund(&refund))
}

/// Gives back what is left of a session's payment, as an operator does in Stripe's dashboard; nothing when there is
/// nothing to give back.
pub(crate) fn refund_session(tx: &Transaction<'_>, session: &Session, now_s: i64) -> Result<()> {
    let Some(intent) = &session.payment_intent else {
        return Ok(());
    };
    match create(tx, CreateRefund::whole(intent), now_s) {
        Ok(_) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Broken(error)) => Err(error),
    }
}

pub(super) fn retrieve(tx: &Transaction<'_>, id: &str) -> Result<Value, Failure> {
    let refund = Refund::find(tx, id)?.ok_or_else(|| Refusal::no_such("refund", "refund", id))?;
    Ok(objects::refund(&refund))
}

/// The refunds of one payment, newest first, in one page.
pub(super) fn list(tx: &Transaction<'_>, request: &ListRefunds) -> Result<Value, Failure> {
    Intent::load(tx, &request.payment_intent, "payment_intent")?;
    let refunds = Refund::of_intent(tx, &request.payment_intent, request.limit())?;
    let data: Vec<Value> = refunds.iter().map(objects::refund).collect();
    Ok(json!({"object": "list", "url": "/v1/refunds", "has_more": false, "data": data}))
}

fn refundable_charge(tx: &Transaction<'_>, request: &CreateRefund) -> Result<Charge, Failure> {
    match (&request.payment_intent, &request.charge) {
        (Some(id), None) => {
            let intent = Intent::load(tx, id, "payment_intent")?;
            let unpaid = || {
                Refusal::invalid(format!(
                    "This PaymentIntent ({id}) does not have a successful charge to refund."
                ))
                .code("payment_intent_unexpected_state")
            };
            Ok(intent.charge.ok_or_else(unpaid)?)
        }
        (None, Some(id)) => {
            Ok(Charge::find(tx, id)?.ok_or_else(|| Refusal::no_such("charge", "charge", id))?)
        }
        _ => Err(Refusal::invalid(
            "You must provide exactly one of `payment_intent` and `charge`.",
        )
        .code("parameter_missing")
        .into()),
    }
}

/// What to refund: the whole rest unless an amount is wanted.
fn refundable_amount(charge: &Charge, wanted: Option<i64>) -> Result<i64, Refusal> {
    let rest = charge.amount - charge.refunded;
    if rest == 0 {
        return Err(
            Refusal::invalid(format!("Charge {} has already been refunded.", charge.id))
                .code("charge_already_refunded"),
        );
    }
    let amount = wanted.unwrap_or(rest);
    if amount > rest {
        return Err(Refusal::invalid(format!(
            "Refund amount ({}) is greater than unrefunded amount on charge ({})",
            money::display(amount, &charge.currency),
            money::display(rest, &charge.currency)
        ))
        .param("amount"));
    }
    Ok(amount)
}

impl Refund {
    fn insert(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "INSERT INTO refunds (id, charge, payment_intent, amount, currency, reason, metadata, created)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                self.id,
                self.charge,
                self.payment_intent,
                self.amount,
                self.currency,
                self.reason,
                serde_json::to_string(&self.metadata)?,
                self.created
            ],
        )?;
        Ok(())
    }

    fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>> {
        let found = tx
            .query_row("SELECT * FROM refunds WHERE id = ?", [id], Self::read)
            .optional()?;
        found.map(Self::decode).transpose()
    }

    fn of_intent(tx: &Transaction<'_>, intent: &str, limit: u32) -> Result<Vec<Self>> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM refunds WHERE payment_intent = ? ORDER BY created DESC, rowid DESC LIMIT ?",
        )?;
        let rows = statement.query_map(params![intent, limit], Self::read)?;
        rows.map(|row| Self::decode(row?)).collect()
    }

    /// A refund and its metadata, not yet decoded.
    fn read(row: &Row<'_>) -> rusqlite::Result<(Self, String)> {
        let refund = Self {
            id: row.get("id")?,
            charge: row.get("charge")?,
            payment_intent: row.get("payment_intent")?,
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            reason: row.get("reason")?,
            metadata: Metadata::new(),
            created: row.get("created")?,
        };
        Ok((refund, row.get("metadata")?))
    }

    fn decode((refund, metadata): (Self, String)) -> Result<Self> {
        Ok(Self {
            metadata: serde_json::from_str(&metadata)?,
            ..refund
        })
    }
}
