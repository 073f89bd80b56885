//! The ledger: double-entry postings of everything that moves money, one document per account with its balances and
//! one per event with its postings.
//!
//! Keeps true: the postings of one event add up to zero in each currency, so the balances do; a debit is positive,
//! what we owe is negative. Amounts of different currencies are never added.

mod account;
mod postings;
mod query;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use picasso_domain::values::{Currency, Money};
use picasso_eventlog::Position;
use serde::{Deserialize, Serialize};

use self::postings::{Moved, moved};
pub use self::{
    account::Account,
    postings::Posting,
    query::{Earnings, LedgerQueries},
};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded,
    fold::{entry, misfit, sortable},
};

pub(crate) const ENTRIES: &str = "entries";
pub(crate) const ACCOUNTS: &str = "accounts";

/// What one account comes to in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Balance {
    /// Debits less credits.
    pub amount_minor: i64,
    /// How many postings that are.
    pub postings: u64,
    /// Of what a seller is owed, the part that is within its holding time.
    pub pending_minor: i64,
    /// Of what a seller is owed, the part that a dispute holds; and of that, what is within its holding time.
    pub held_minor: i64,
    pub held_pending_minor: i64,
    /// What a seller has been paid, less what came back.
    pub paid_minor: i64,
}

/// The postings of one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub position: Position,
    /// The name of the event.
    pub what: String,
    /// The purchase it is about.
    pub purchase_id: String,
    pub at: Timestamp,
    pub postings: Vec<Posting>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerDocument {
    #[default]
    Absent,
    Account {
        name: String,
        balances: BTreeMap<Currency, Balance>,
    },
    Entry(Entry),
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Ledger;

const ACCOUNT_PREFIX: &str = "account/";

pub(crate) fn account_key(account: &Account) -> String {
    format!("{ACCOUNT_PREFIX}{account}")
}

fn entry_key(event: &Recorded) -> String {
    let position = event.event.position();
    format!("entry/{}/{}", position.log, position.offset)
}

impl Projection for Ledger {
    type Document = LedgerDocument;
    const NAME: &'static str = "ledger";
    const VERSION: u32 = 1;
    const INDEXES: &'static [Index] = &[
        Index {
            name: ENTRIES,
            order: Order::Descending,
        },
        Index {
            name: ACCOUNTS,
            order: Order::Ascending,
        },
    ];

    fn keys(&self, event: &Recorded) -> Keys {
        let moved = moved(event);
        let mut keys: Keys = moved
            .postings
            .iter()
            .map(|posting| account_key(&posting.account))
            .collect();
        if !moved.postings.is_empty() {
            keys.push(entry_key(event));
        }
        let seller = moved
            .seller
            .as_ref()
            .map(|seller| account_key(&seller.account));
        keys.extend(seller.filter(|key| !keys.contains(key)));
        keys
    }

    fn fold(
        &self,
        key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let moved = moved(event);
        match key.strip_prefix(ACCOUNT_PREFIX) {
            Some(name) => fold_account(name, document, &moved, event)?,
            None => fold_entry(document, moved, event)?,
        }
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        match document {
            LedgerDocument::Absent => vec![],
            LedgerDocument::Account { name, .. } => vec![entry(ACCOUNTS, "", name.as_str())],
            LedgerDocument::Entry(it) => {
                let at = sort_key(it);
                let accounts = it
                    .postings
                    .iter()
                    .map(|posting| posting.account.to_string());
                let prefixes = accounts.chain([String::new()]);
                prefixes
                    .map(|prefix| entry(ENTRIES, prefix, at.as_str()))
                    .collect()
            }
        }
    }
}

/// By time; of one moment, by position.
fn sort_key(entry: &Entry) -> String {
    let Position { log, offset } = entry.position;
    format!("{}/{:05}/{:020}", sortable(entry.at), log.0, offset.0)
}

fn fold_entry(
    document: &mut LedgerDocument,
    moved: Moved,
    event: &Recorded,
) -> Result<(), FoldError> {
    if *document != LedgerDocument::Absent {
        return Err(misfit(event, "its postings stand in the ledger already"));
    }
    *document = LedgerDocument::Entry(Entry {
        position: event.event.position(),
        what: event.data.name().to_owned(),
        purchase_id: event.event.aggregate_id.clone(),
        at: event.event.recorded_at,
        postings: moved.postings,
    });
    Ok(())
}

fn fold_account(
    name: &str,
    document: &mut LedgerDocument,
    moved: &Moved,
    event: &Recorded,
) -> Result<(), FoldError> {
    let mut balances = match document {
        LedgerDocument::Absent => BTreeMap::new(),
        LedgerDocument::Account { balances, .. } => balances.clone(),
        LedgerDocument::Entry(_) => return Err(misfit(event, "an entry stands for an account")),
    };
    let too_large = || misfit(event, "the balance is too large");
    let is_this = |account: &Account| account.to_string() == name;
    for Posting { account, amount } in &moved.postings {
        if is_this(account) {
            let balance = balances.entry(amount.currency).or_default();
            *balance = balance.post(*amount).ok_or_else(too_large)?;
        }
    }
    if let Some(news) = moved.seller.as_ref().filter(|news| is_this(&news.account)) {
        let balance = balances.entry(news.currency).or_default();
        *balance = balance.note(news).ok_or_else(too_large)?;
    }
    let name = name.to_owned();
    *document = LedgerDocument::Account { name, balances };
    Ok(())
}

impl Balance {
    /// `None` when it is too large.
    fn post(self, amount: Money) -> Option<Self> {
        Some(Self {
            amount_minor: self.amount_minor.checked_add(amount.amount_minor)?,
            postings: self.postings.checked_add(1)?,
            ..self
        })
    }

    fn note(self, news: &postings::SellerNews) -> Option<Self> {
        Some(Self {
            pending_minor: self.pending_minor.checked_add(news.pending_minor)?,
            held_minor: self.held_minor.checked_add(news.held_minor)?,
            held_pending_minor: self
                .held_pending_minor
                .checked_add(news.held_pending_minor)?,
            paid_minor: self.paid_minor.checked_add(news.paid_minor)?,
            ..self
        })
    }
}
