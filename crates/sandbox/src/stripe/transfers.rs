//! Transfers to connected accounts, each out of one charge, and their reversals: never more than there is.
//!
//! Shapes: <https://docs.stripe.com/api/transfers>, <https://docs.stripe.com/api/transfer_reversals>.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::Account;
use super::error::{Failure, Refusal};
use super::objects;
use super::params::{Metadata, check_currency_code, check_metadata, missing, page_limit};
use super::payments::Charge;
use crate::error::Result;
use crate::{ids, money};

pub(super) struct Transfer {
    pub id: String,
    pub destination: String,
    pub charge: String,
    pub amount: i64,
    pub currency: String,
    pub reversed: i64,
    pub group: Option<String>,
    pub metadata: Metadata,
    pub created: i64,
}

pub(super) struct Reversal {
    pub id: String,
    pub transfer: String,
    pub amount: i64,
    pub currency: String,
    pub metadata: Metadata,
    pub created: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTransfer {
    amount: Option<i64>,
    currency: String,
    destination: String,
    source_transaction: Option<String>,
    pub transfer_group: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListTransfers {
    transfer_group: String,
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateReversal {
    amount: Option<i64>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListReversals {
    limit: Option<u32>,
}

impl CreateTransfer {
    pub fn check(&self) -> Result<(), Refusal> {
        check_currency_code("currency", &self.currency)?;
        check_amount(self.amount)?;
        check_metadata("metadata", &self.metadata)
    }
}

impl CreateReversal {
    pub fn check(&self) -> Result<(), Refusal> {
        check_amount(self.amount)?;
        check_metadata("metadata", &self.metadata)
    }
}

fn check_amount(amount: Option<i64>) -> Result<(), Refusal> {
    if amount.is_some_and(|amount| amount < 1) {
        return Err(Refusal::invalid("Invalid positive integer")
            .code("parameter_invalid_integer")
            .param("amount"));
    }
    Ok(())
}

pub(super) fn create(
    tx: &Transaction<'_>,
    request: CreateTransfer,
    now_s: i64,
) -> Result<Value, Failure> {
    let account = Account::load(tx, &request.destination, "destination")?;
    if !account.is_enabled {
        let message = "Your destination account needs to have at least one of the following capabilities enabled: transfers";
        return Err(Refusal::invalid(message)
            .code("insufficient_capabilities_for_transfer")
            .into());
    }
    let source = request.source_transaction;
    let source = source.ok_or_else(|| missing("source_transaction"))?;
    let charge = Charge::find(tx, &source)?
        .ok_or_else(|| Refusal::no_such("charge", "source_transaction", &source))?;
    let amount = request.amount.ok_or_else(|| missing("amount"))?;
    covered(tx, &charge, amount, &request.currency)?;
    let transfer = Transfer {
        id: ids::transfer(),
        destination: account.id,
        charge: charge.id,
        amount,
        currency: request.currency,
        reversed: 0,
        group: request.transfer_group,
        metadata: request.metadata,
        created: now_s,
    };
    transfer.insert(tx)?;
    Ok(objects::transfer(&transfer, &[]))
}

/// All transfers out of a charge together are at most the charge.
fn covered(
    tx: &Transaction<'_>,
    charge: &Charge,
    amount: i64,
    currency: &str,
) -> Result<(), Failure> {
    if charge.currency != currency {
        let message = "The currency of a transfer must be that of its source_transaction.";
        return Err(Refusal::invalid(message).param("currency").into());
    }
    let transferred: i64 = tx.query_row(
        "SELECT coalesce(sum(amount), 0) FROM transfers WHERE charge = ?",
        [&charge.id],
        |row| row.get(0),
    )?;
    if transferred + amount > charge.amount {
        let rest = money::display(charge.amount - transferred, currency);
        let message =
            format!("The amount exceeds what is left of the source_transaction ({rest}).");
        return Err(Refusal::invalid(message).param("amount").into());
    }
    Ok(())
}

/// The transfers of one group, newest first, in one page.
pub(super) fn list(tx: &Transaction<'_>, request: &ListTransfers) -> Result<Value, Failure> {
    let transfers = Transfer::of_group(tx, &request.transfer_group, page_limit(request.limit))?;
    let data = transfers.iter().map(|transfer| {
        let reversals = Reversal::of(tx, transfer, page_limit(None))?;
        Ok(objects::transfer(transfer, &reversals))
    });
    let data = data.collect::<Result<Vec<_>>>()?;
    Ok(json!({"object": "list", "url": "/v1/transfers", "has_more": false, "data": data}))
}

pub(super) fn reverse(
    tx: &Transaction<'_>,
    id: &str,
    request: CreateReversal,
    now_s: i64,
) -> Result<Value, Failure> {
    let transfer = Transfer::load(tx, id)?;
    let rest = transfer.amount - transfer.reversed;
    let amount = request.amount.unwrap_or(rest);
    if rest == 0 || amount > rest {
        let message = format!(
            "Reversal amount ({}) is greater than unreversed amount on transfer ({})",
            money::display(amount, &transfer.currency),
            money::display(rest, &transfer.currency)
        );
        return Err(Refusal::invalid(message).param("amount").into());
    }
    let reversal = Reversal {
        id: ids::transfer_reversal(),
        transfer: transfer.id,
        amount,
        currency: transfer.currency,
        metadata: request.metadata,
        created: now_s,
    };
    reversal.insert(tx)?;
    tx.execute(
        "UPDATE transfers SET reversed = reversed + ? WHERE id = ?",
        params![amount, reversal.transfer],
    )?;
    Ok(objects::reversal(&reversal))
}

/// The reversals of one transfer, newest first, in one page.
pub(super) fn list_reversals(
    tx: &Transaction<'_>,
    id: &str,
    request: &ListReversals,
) -> Result<Value, Failure> {
    let transfer = Transfer::load(tx, id)?;
    let reversals = Reversal::of(tx, &transfer, page_limit(request.limit))?;
    let data: Vec<Value> = reversals.iter().map(objects::reversal).collect();
    let url = format!("/v1/transfers/{id}/reversals");
    Ok(json!({"object": "list", "url": url, "has_more": false, "data": data}))
}

impl Transfer {
    fn load(tx: &Transaction<'_>, id: &str) -> Result<Self, Failure> {
        let found = tx
            .query_row("SELECT * FROM transfers WHERE id = ?", [id], Self::read)
            .optional()?;
        let found = found.ok_or_else(|| Refusal::no_such("transfer", "transfer", id))?;
        Ok(Self::decode(found)?)
    }

    fn of_group(tx: &Transaction<'_>, group: &str, limit: u32) -> Result<Vec<Self>> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM transfers WHERE transfer_group = ? ORDER BY seq DESC LIMIT ?",
        )?;
        let rows = statement.query_map(params![group, limit], Self::read)?;
        rows.map(|row| Self::decode(row?)).collect()
    }

    fn insert(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "INSERT INTO transfers (id, destination, charge, amount, currency, reversed, transfer_group, metadata, created)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                self.id,
                self.destination,
                self.charge,
                self.amount,
                self.currency,
                self.reversed,
                self.group,
                serde_json::to_string(&self.metadata)?,
                self.created
            ],
        )?;
        Ok(())
    }

    /// A transfer and its metadata, not yet decoded.
    fn read(row: &Row<'_>) -> rusqlite::Result<(Self, String)> {
        let transfer = Self {
            id: row.get("id")?,
            destination: row.get("destination")?,
            charge: row.get("charge")?,
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            reversed: row.get("reversed")?,
            group: row.get("transfer_group")?,
            metadata: Metadata::new(),
            created: row.get("created")?,
        };
        Ok((transfer, row.get("metadata")?))
    }

    fn decode((transfer, metadata): (Self, String)) -> Result<Self> {
        Ok(Self {
            metadata: serde_json::from_str(&metadata)?,
            ..transfer
        })
    }
}

impl Reversal {
    fn of(tx: &Transaction<'_>, transfer: &Transfer, limit: u32) -> Result<Vec<Self>> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM transfer_reversals WHERE transfer = ? ORDER BY seq DESC LIMIT ?",
        )?;
        let rows = statement.query_map(params![transfer.id, limit], |row| {
            let reversal = Self {
                id: row.get("id")?,
                transfer: row.get("transfer")?,
                amount: row.get("amount")?,
                currency: transfer.currency.clone(),
                metadata: Metadata::new(),
                created: row.get("created")?,
            };
            Ok((reversal, row.get::<_, String>("metadata")?))
        })?;
        let decode = |row: rusqlite::Result<(Self, String)>| {
            let (reversal, metadata) = row?;
            let metadata = serde_json::from_str(&metadata)?;
            Ok(Self {
                metadata,
                ..reversal
            })
        };
        rows.map(decode).collect()
    }

    fn insert(&self, tx: &Transaction<'_>) -> Result<()> {
        tx.execute(
            "INSERT INTO transfer_reversals (id, transfer, amount, metadata, created) VALUES (?, ?, ?, ?, ?)",
            params![
                self.id,
                self.transfer,
                self.amount,
                serde_json::to_string(&self.metadata)?,
                self.created
            ],
        )?;
        Ok(())
    }
}
