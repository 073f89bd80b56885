//! Queries of the ledger: what a seller has earned, what was posted, and whether it all adds up.

use std::{collections::BTreeMap, sync::Arc};

use picasso_domain::values::{Currency, UserId};

use super::{ACCOUNTS, Account, Balance, ENTRIES, Entry, Ledger, LedgerDocument, account_key};
use crate::{
    Live, Order, Reader,
    ports::PageRequest,
    query::{Page, PageTokens, Paging, Place, QueryError, walk},
};

/// How many accounts are added up at a time.
const CHUNK: usize = 100;

/// What a seller has earned in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Earnings {
    /// Within the holding time, and not disputed.
    pub pending_minor: i64,
    /// Held by disputes that are not decided.
    pub held_minor: i64,
    /// Due and not paid; below zero what the seller owes, because a sale was taken back.
    pub available_minor: i64,
    /// Handed on to the seller, less what came back.
    pub paid_minor: i64,
}

impl From<Balance> for Earnings {
    fn from(balance: Balance) -> Self {
        let owed_minor = balance.amount_minor.saturating_neg();
        let pending_minor = balance
            .pending_minor
            .saturating_sub(balance.held_pending_minor);
        Self {
            pending_minor,
            held_minor: balance.held_minor,
            available_minor: owed_minor
                .saturating_sub(pending_minor)
                .saturating_sub(balance.held_minor),
            paid_minor: balance.paid_minor,
        }
    }
}

/// Answers what the ledger says.
#[derive(Clone)]
pub struct LedgerQueries {
    ledger: Reader<Ledger>,
    tokens: PageTokens,
}

impl LedgerQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>, tokens: &PageTokens) -> Self {
        Self {
            ledger: Reader::new(Arc::clone(live)),
            tokens: tokens.clone(),
        }
    }

    /// What a seller has earned, per currency; empty for somebody who has sold nothing.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn earnings(
        &self,
        seller: &UserId,
    ) -> Result<BTreeMap<Currency, Earnings>, QueryError> {
        let balances = self.balances(&Account::Seller(seller.clone())).await?;
        let earnings = balances
            .into_iter()
            .map(|(currency, balance)| (currency, balance.into()));
        Ok(earnings.collect())
    }

    /// What one account comes to, per currency.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn balances(
        &self,
        account: &Account,
    ) -> Result<BTreeMap<Currency, Balance>, QueryError> {
        match self.ledger.get(&account_key(account)).await? {
            Some(LedgerDocument::Account { balances, .. }) => Ok(balances),
            Some(LedgerDocument::Entry(_) | LedgerDocument::Absent) | None => Ok(BTreeMap::new()),
        }
    }

    /// What was posted, to one account or to all, latest first.
    ///
    /// # Errors
    /// [`QueryError::PageToken`] or [`QueryError::Store`].
    pub async fn entries(
        &self,
        account: Option<&Account>,
        paging: &Paging,
    ) -> Result<Page<Entry>, QueryError> {
        let prefix = account.map(ToString::to_string).unwrap_or_default();
        let place = Place {
            index: ENTRIES,
            order: Order::Descending,
            prefix: &prefix,
            scope: &["ledger.entries", &prefix],
        };
        walk(&self.ledger, &self.tokens, place, paging, |it| match it {
            LedgerDocument::Entry(entry) => Some(entry),
            LedgerDocument::Account { .. } | LedgerDocument::Absent => None,
        })
        .await
    }

    /// What all accounts together come to, per currency: zero, once everything is folded.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn sums(&self) -> Result<BTreeMap<Currency, i128>, QueryError> {
        let (mut sums, mut after) = (BTreeMap::<_, i128>::new(), None);
        loop {
            let request = PageRequest {
                index: ACCOUNTS,
                order: Order::Ascending,
                prefix: "",
                after: after.as_ref(),
                limit: CHUNK,
            };
            let found = self.ledger.page(request).await?;
            let is_last = found.len() < CHUNK;
            for hit in found {
                after = Some(hit.cursor);
                if let LedgerDocument::Account { balances, .. } = hit.document {
                    for (currency, balance) in balances {
                        *sums.entry(currency).or_default() += i128::from(balance.amount_minor);
                    }
                }
            }
            if is_last {
                return Ok(sums);
            }
        }
    }
}
