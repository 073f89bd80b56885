//! The ledger: who was charged, refunded and paid what. Tests ask it whether anybody was charged or paid twice.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::server::Sandbox;

const MAX_CHARGES: usize = 50_000;

/// All charges, grouped by client reference and currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub references: Vec<LedgerEntry>,
    /// More than 50,000 charges: the rest is left out. Ask for one reference instead.
    pub is_truncated: bool,
}

/// What one reference was charged; all amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub client_reference_id: Option<String>,
    pub currency: String,
    pub charged: i64,
    pub refunded: i64,
    /// Charged less refunded.
    pub net: i64,
    /// In open and lost disputes.
    pub withdrawn: i64,
    /// Handed on to connected accounts.
    pub transferred: i64,
    /// Taken back from them.
    pub reversed: i64,
    pub transfers: u64,
    pub payments: Vec<LedgerPayment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPayment {
    pub session: String,
    pub payment_intent: String,
    pub charge: String,
    pub amount: i64,
    pub refunded: i64,
    pub withdrawn: i64,
    pub transferred: i64,
    pub reversed: i64,
    pub transfers: u64,
}

#[derive(Deserialize)]
struct Filter {
    reference: Option<String>,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/sandbox/ledger", get(show))
}

async fn show(State(sandbox): State<Sandbox>, Query(filter): Query<Filter>) -> Response {
    match sandbox.ledger(filter.reference.as_deref()).await {
        Ok(ledger) => Json(ledger).into_response(),
        Err(error) => crate::html::broken(&error),
    }
}

pub(crate) fn read(tx: &Transaction<'_>, reference: Option<&str>) -> Result<Ledger> {
    let mut statement = tx.prepare(
        "SELECT s.reference, c.currency, s.id, c.payment_intent, c.id, c.amount, c.refunded,
                (SELECT coalesce(sum(d.amount), 0) FROM disputes d WHERE d.charge = c.id AND d.status <> 'won'),
                (SELECT coalesce(sum(t.amount), 0) FROM transfers t WHERE t.charge = c.id),
                (SELECT coalesce(sum(t.reversed), 0) FROM transfers t WHERE t.charge = c.id),
                (SELECT count(*) FROM transfers t WHERE t.charge = c.id)
         FROM charges c
         JOIN payment_intents i ON i.id = c.payment_intent
         JOIN sessions s ON s.id = i.session
         WHERE ?1 IS NULL OR s.reference = ?1
         ORDER BY c.seq LIMIT ?2",
    )?;
    let mut rows = statement.query(params![reference, MAX_CHARGES + 1])?;
    let mut groups: BTreeMap<(Option<String>, String), Vec<LedgerPayment>> = BTreeMap::new();
    let mut seen = 0;
    while let Some(row) = rows.next()? {
        seen += 1;
        if seen > MAX_CHARGES {
            break;
        }
        groups
            .entry((row.get(0)?, row.get(1)?))
            .or_default()
            .push(LedgerPayment {
                session: row.get(2)?,
                payment_intent: row.get(3)?,
                charge: row.get(4)?,
                amount: row.get(5)?,
                refunded: row.get(6)?,
                withdrawn: row.get(7)?,
                transferred: row.get(8)?,
                reversed: row.get(9)?,
                transfers: row.get(10)?,
            });
    }
    let references = groups
        .into_iter()
        .map(|((reference, currency), payments)| entry(reference, currency, payments));
    Ok(Ledger {
        references: references.collect(),
        is_truncated: seen > MAX_CHARGES,
    })
}

fn entry(
    client_reference_id: Option<String>,
    currency: String,
    payments: Vec<LedgerPayment>,
) -> LedgerEntry {
    let sum = |part: fn(&LedgerPayment) -> i64| payments.iter().map(part).sum::<i64>();
    let charged = sum(|payment| payment.amount);
    let refunded = sum(|payment| payment.refunded);
    LedgerEntry {
        client_reference_id,
        currency,
        charged,
        refunded,
        net: charged - refunded,
        withdrawn: sum(|payment| payment.withdrawn),
        transferred: sum(|payment| payment.transferred),
        reversed: sum(|payment| payment.reversed),
        transfers: payments.iter().map(|payment| payment.transfers).sum(),
        payments,
    }
}
