//! The seller's share: held for a while after the grant, then transferred to their account, and taken back if the
//! grant does not last.
//!
//! Keeps true: never transferred before its time or while the payment is disputed, never twice; a transfer whose
//! answer is unknown is brought to its end under the same key before anything else.

use serde::{Deserialize, Serialize};

use super::{Purchase, PurchaseError, PurchaseEvent, Stage};
use crate::{
    Timestamp,
    values::{Money, PayoutAccountId, ReversalId, TransferId},
};

/// Where the seller's share is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payout {
    /// Nothing is granted yet, or the holding time is not over.
    #[default]
    Held,
    /// The seller's, and still with us.
    Released,
    /// Asked for under this idempotency key; not known to be done.
    Requested {
        key: String,
        account: PayoutAccountId,
        amount: Money,
    },
    Paid {
        transfer_id: TransferId,
        amount: Money,
        reversal: Reversal,
    },
}

/// Whether a transfer must come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversal {
    NotDue,
    /// Owed to us under this idempotency key.
    Due {
        key: String,
    },
    Done {
        reversal_id: ReversalId,
    },
}

impl Payout {
    /// Whether nobody has asked for the money to be moved.
    #[must_use]
    pub fn is_with_us(&self) -> bool {
        matches!(self, Self::Held | Self::Released)
    }

    #[must_use]
    pub fn is_released(&self) -> bool {
        *self != Self::Held
    }
}

impl Purchase {
    /// Whether nothing is left to do for the seller's share: it was paid for good, came back, or is not owed.
    #[must_use]
    pub fn is_paid_out(&self) -> bool {
        match &self.payout {
            Payout::Held | Payout::Released => self.stage != Stage::Granted,
            Payout::Requested { .. } => false,
            Payout::Paid { reversal, .. } => !matches!(reversal, Reversal::Due { .. }),
        }
    }

    pub(super) fn release_earnings(
        &self,
        now: Timestamp,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        if !self.owes_a_share()? || self.payout.is_released() {
            return Ok(vec![]);
        }
        if self.grant_is_disputed() {
            return Err(PurchaseError::Disputed);
        }
        if self.payable_at.is_none_or(|payable_at| now < payable_at) {
            return Err(PurchaseError::HoldNotOver);
        }
        let terms = self.terms()?;
        Ok(vec![PurchaseEvent::EarningsReleased {
            seller: terms.seller.clone(),
            amount: terms.split().share,
        }])
    }

    pub(super) fn request_transfer(
        &self,
        account: PayoutAccountId,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        if !self.owes_a_share()? {
            return Ok(vec![]);
        }
        match self.payout {
            Payout::Held => Err(PurchaseError::HoldNotOver),
            Payout::Requested { .. } | Payout::Paid { .. } => Ok(vec![]),
            Payout::Released if self.grant_is_disputed() => Err(PurchaseError::Disputed),
            Payout::Released => {
                let terms = self.terms()?;
                Ok(vec![PurchaseEvent::TransferRequested {
                    key: self.transfer_key(),
                    account,
                    seller: terms.seller.clone(),
                    amount: terms.split().share,
                }])
            }
        }
    }

    pub(super) fn confirm_transfer(
        &self,
        key: &str,
        transfer_id: TransferId,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        let terms = self.terms()?;
        match &self.payout {
            Payout::Requested {
                key: asked, amount, ..
            } if asked == key => {
                let paid = PurchaseEvent::SellerPaid {
                    transfer_id: transfer_id.clone(),
                    seller: terms.seller.clone(),
                    amount: *amount,
                };
                // The grant may have gone while nobody knew whether the money had.
                let back = (self.stage != Stage::Granted).then(|| reversal_of(transfer_id));
                Ok(std::iter::once(paid).chain(back).collect())
            }
            Payout::Paid {
                transfer_id: known, ..
            } if *known == transfer_id => Ok(vec![]),
            Payout::Held | Payout::Released | Payout::Requested { .. } | Payout::Paid { .. } => {
                Err(PurchaseError::NoTransferDue)
            }
        }
    }

    pub(super) fn refuse_transfer(
        &self,
        key: String,
        code: String,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        self.terms()?;
        match &self.payout {
            Payout::Requested { key: asked, .. } if *asked == key => {
                Ok(vec![PurchaseEvent::TransferRefused { key, code }])
            }
            Payout::Held | Payout::Released | Payout::Requested { .. } | Payout::Paid { .. } => {
                Ok(vec![])
            }
        }
    }

    pub(super) fn confirm_reversal(
        &self,
        reversal_id: ReversalId,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        let terms = self.terms()?;
        match &self.payout {
            Payout::Paid {
                transfer_id,
                amount,
                reversal: Reversal::Due { .. },
            } => Ok(vec![PurchaseEvent::TransferReversed {
                transfer_id: transfer_id.clone(),
                reversal_id,
                seller: terms.seller.clone(),
                amount: *amount,
            }]),
            Payout::Paid {
                reversal: Reversal::Done { .. },
                ..
            } => Ok(vec![]),
            Payout::Held | Payout::Released | Payout::Requested { .. } | Payout::Paid { .. } => {
                Err(PurchaseError::NoReversalDue)
            }
        }
    }

    /// What must be asked of a share that the seller has.
    pub(super) fn reversal(&self) -> Option<PurchaseEvent> {
        match &self.payout {
            Payout::Paid {
                transfer_id,
                reversal: Reversal::NotDue,
                ..
            } => Some(reversal_of(transfer_id.clone())),
            Payout::Held | Payout::Released | Payout::Requested { .. } | Payout::Paid { .. } => {
                None
            }
        }
    }

    pub(super) fn set_reversal(&mut self, news: Reversal) {
        if let Payout::Paid { reversal, .. } = &mut self.payout {
            *reversal = news;
        }
    }

    fn owes_a_share(&self) -> Result<bool, PurchaseError> {
        self.terms()?;
        match (&self.granted_by, self.stage) {
            (None, _) => Err(PurchaseError::NotGranted),
            (Some(_), stage) => Ok(stage == Stage::Granted),
        }
    }

    /// The provider remembers what it answered to a key, so an attempt after a refusal has a key of its own.
    fn transfer_key(&self) -> String {
        let payment = self.granted_by.as_ref().map_or("", |id| id.0.as_str());
        match self.transfers_refused {
            0 => format!("transfer-{payment}"),
            refused => format!("transfer-{payment}-{}", refused + 1),
        }
    }
}

fn reversal_of(transfer_id: TransferId) -> PurchaseEvent {
    PurchaseEvent::ReversalRequested {
        key: format!("reversal-{transfer_id}"),
        transfer_id,
    }
}
