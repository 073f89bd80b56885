//! How a seller's account at the payment provider stands: one small document per seller.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use picasso_domain::{DomainEvent, payout_account::PayoutAccountEvent, values::UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Live, Projection, Reader, Recorded,
    query::QueryError,
};

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Asked for; the provider has not opened it yet.
    Requested,
    /// The provider wants to know more of the seller.
    Incomplete,
    /// The seller can be paid.
    Enabled,
    /// The seller could be paid, until the provider wanted to know more.
    Disabled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutDocument {
    pub status: PayoutStatus,
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Payouts;

fn news(event: &Recorded) -> Option<PayoutStatus> {
    match &event.data {
        DomainEvent::PayoutAccount(happened) => match happened {
            PayoutAccountEvent::PayoutAccountRequested { .. } => Some(PayoutStatus::Requested),
            PayoutAccountEvent::PayoutAccountOpened { .. } => Some(PayoutStatus::Incomplete),
            PayoutAccountEvent::PayoutsEnabled { .. } => Some(PayoutStatus::Enabled),
            PayoutAccountEvent::PayoutsDisabled {} => Some(PayoutStatus::Disabled),
            PayoutAccountEvent::PayoutAwaited { .. } => None,
        },
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::Picture(_)
        | DomainEvent::Purchase(_)
        | DomainEvent::Reaction(_) => None,
    }
}

impl Projection for Payouts {
    type Document = Option<PayoutDocument>;
    const NAME: &'static str = "payouts";
    const VERSION: u32 = 1;
    const INDEXES: &'static [Index] = &[];

    fn keys(&self, event: &Recorded) -> Keys {
        let seller = news(event).map(|_| event.event.aggregate_id.clone());
        seller.into_iter().collect()
    }

    fn fold(
        &self,
        _key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        if let Some(status) = news(event) {
            let changed_at = event.event.recorded_at;
            *document = Some(PayoutDocument { status, changed_at });
        }
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, _document: &Self::Document) -> Vec<IndexEntry> {
        vec![]
    }
}

/// Answers whether sellers can be paid.
#[derive(Clone)]
pub struct PayoutQueries {
    payouts: Reader<Payouts>,
}

impl PayoutQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>) -> Self {
        Self {
            payouts: Reader::new(Arc::clone(live)),
        }
    }

    /// How a seller's account stands; `None` before one was asked for.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn status(&self, seller: &UserId) -> Result<Option<PayoutDocument>, QueryError> {
        Ok(self.payouts.get(seller.as_str()).await?.flatten())
    }
}
