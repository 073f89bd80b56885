//! What happens when a person pays or is declined: payment intents and their charges.
//!
//! A session is paid once. Only the `double_charge` fault charges again, with a payment intent and an
//! event of its own, which is what a client must notice and refund.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::error::{Failure, Refusal};
use super::objects;
use super::params::Metadata;
use super::sessions::{Session, SessionStatus};
use crate::error::Result;
use crate::{ids, webhooks};

/// How an attempt to pay ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Payment {
    Paid,
    AlreadyPaid,
    Declined,
    SessionExpired,
}

pub(super) struct Intent {
    pub id: String,
    pub session: String,
    pub succeeded: bool,
    pub amount: i64,
    pub currency: String,
    pub metadata: Metadata,
    pub declined: bool,
    pub created: i64,
    pub charge: Option<Charge>,
}

pub(super) struct Charge {
    pub id: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub refunded: i64,
    /// A bank wants it back, or has it back.
    pub disputed: bool,
    pub created: i64,
}

const CHARGES: &str = "SELECT *, EXISTS (SELECT 1 FROM disputes d WHERE d.charge = charges.id AND d.status <> 'won') AS disputed
     FROM charges";

/// Pays the session; `twice` adds a second, separate charge whether or not it was paid before.
pub(crate) fn pay(
    tx: &Transaction<'_>,
    session: &mut Session,
    now_s: i64,
    url: &str,
    twice: bool,
) -> Result<Payment> {
    let paid = match session.status {
        SessionStatus::Expired => return Ok(Payment::SessionExpired),
        SessionStatus::Complete => Payment::AlreadyPaid,
        SessionStatus::Open => {
            let intent = current_intent(tx, session, now_s)?;
            charge(tx, session, &intent, now_s, url)?;
            Payment::Paid
        }
    };
    if twice {
        let mut copy = Session {
            payment_intent: None,
            ..session.clone()
        };
        let intent = new_intent(tx, &mut copy, now_s)?;
        settle(tx, &intent, now_s)?;
        webhooks::record(
            tx,
            "checkout.session.completed",
            &objects::session(&copy, url),
        )?;
    }
    Ok(paid)
}

/// The card is declined; the session stays open for another try.
pub(crate) fn decline(tx: &Transaction<'_>, session: &mut Session, now_s: i64) -> Result<Payment> {
    match session.status {
        SessionStatus::Expired => return Ok(Payment::SessionExpired),
        SessionStatus::Complete => return Ok(Payment::AlreadyPaid),
        SessionStatus::Open => {}
    }
    let mut intent = current_intent(tx, session, now_s)?;
    session.update(tx)?;
    tx.execute(
        "UPDATE payment_intents SET declined = 1 WHERE id = ?",
        [&intent.id],
    )?;
    intent.declined = true;
    webhooks::record(
        tx,
        "payment_intent.payment_failed",
        &objects::payment_intent(&intent),
    )?;
    Ok(Payment::Declined)
}

fn charge(
    tx: &Transaction<'_>,
    session: &mut Session,
    intent: &Intent,
    now_s: i64,
    url: &str,
) -> Result<()> {
    settle(tx, intent, now_s)?;
    session.status = SessionStatus::Complete;
    session.update(tx)?;
    webhooks::record(
        tx,
        "checkout.session.completed",
        &objects::session(session, url),
    )
}

/// Takes the money.
fn settle(tx: &Transaction<'_>, intent: &Intent, now_s: i64) -> Result<()> {
    tx.execute(
        "UPDATE payment_intents SET status = 'succeeded', declined = 0 WHERE id = ?",
        [&intent.id],
    )?;
    tx.execute(
        "INSERT INTO charges (id, payment_intent, amount, currency, refunded, created) VALUES (?, ?, ?, ?, 0, ?)",
        params![ids::charge(), intent.id, intent.amount, intent.currency, now_s],
    )?;
    Ok(())
}

fn current_intent(tx: &Transaction<'_>, session: &mut Session, now_s: i64) -> Result<Intent> {
    if let Some(id) = &session.payment_intent
        && let Some(intent) = Intent::find(tx, id)?
    {
        return Ok(intent);
    }
    new_intent(tx, session, now_s)
}

fn new_intent(tx: &Transaction<'_>, session: &mut Session, now_s: i64) -> Result<Intent> {
    let intent = Intent {
        id: ids::payment_intent(),
        session: session.id.clone(),
        succeeded: false,
        amount: session.amount,
        currency: session.currency.clone(),
        metadata: session.intent_metadata.clone(),
        declined: false,
        created: now_s,
        charge: None,
    };
    tx.execute(
        "INSERT INTO payment_intents (id, session, status, amount, currency, metadata, declined, created)
         VALUES (?, ?, 'requires_payment_method', ?, ?, ?, 0, ?)",
        params![
            intent.id,
            intent.session,
            intent.amount,
            intent.currency,
            serde_json::to_string(&intent.metadata)?,
            now_s
        ],
    )?;
    session.payment_intent = Some(intent.id.clone());
    Ok(intent)
}

impl Intent {
    pub fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>> {
        let found = tx
            .query_row("SELECT * FROM payment_intents WHERE id = ?", [id], |row| {
                Ok((Self::read(row)?, row.get::<_, String>("metadata")?))
            })
            .optional()?;
        let Some((mut intent, metadata)) = found else {
            return Ok(None);
        };
        intent.metadata = serde_json::from_str(&metadata)?;
        intent.charge = Charge::of_intent(tx, id)?;
        Ok(Some(intent))
    }

    pub fn load(tx: &Transaction<'_>, id: &str, param: &str) -> Result<Self, Failure> {
        Ok(Self::find(tx, id)?.ok_or_else(|| Refusal::no_such("payment_intent", param, id))?)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            session: row.get("session")?,
            succeeded: row.get::<_, String>("status")? == "succeeded",
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            metadata: Metadata::new(),
            declined: row.get("declined")?,
            created: row.get("created")?,
            charge: None,
        })
    }
}

impl Charge {
    fn of_intent(tx: &Transaction<'_>, intent: &str) -> Result<Option<Self>> {
        Ok(tx
            .query_row(
                &format!("{CHARGES} WHERE payment_intent = ?"),
                [intent],
                Self::read,
            )
            .optional()?)
    }

    pub fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>> {
        Ok(tx
            .query_row(&format!("{CHARGES} WHERE id = ?"), [id], Self::read)
            .optional()?)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            payment_intent: row.get("payment_intent")?,
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            refunded: row.get("refunded")?,
            disputed: row.get("disputed")?,
            created: row.get("created")?,
        })
    }
}
