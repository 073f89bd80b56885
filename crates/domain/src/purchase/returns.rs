//! Money that goes back to the buyer: by a refund of ours, by one made at the provider, or because their bank
//! disputes the payment and wins.
//!
//! Keeps true: whatever takes the payment of a grant away takes the grant away, once, and the seller's share too.

use serde::{Deserialize, Serialize};

use super::{
    HeldShare, Purchase, PurchaseError, PurchaseEvent, RefundReason, RevocationCause, Stage,
};
use crate::values::{DisputeId, Money, PaymentId, RefundId};

/// A payment that came in, and what has become of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub amount: Money,
    pub refund: Refund,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refund {
    NotDue,
    /// Owed under this idempotency key.
    Due {
        key: String,
    },
    Done {
        refund_id: RefundId,
    },
    /// The buyer's bank has taken it back.
    ByDispute,
}

/// A payment that the buyer's bank wants back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    pub payment_id: PaymentId,
    pub amount: Money,
    pub held: Option<HeldShare>,
    pub stage: DisputeStage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStage {
    Open,
    Won,
    Lost,
}

/// The key is derived from the payment, so that asking again can never refund twice.
pub(super) fn refund_of(payment_id: PaymentId, reason: RefundReason) -> PurchaseEvent {
    PurchaseEvent::RefundRequested {
        key: format!("refund-{payment_id}"),
        payment_id,
        reason,
    }
}

impl Purchase {
    /// Payments that must go back and can: the payment, its idempotency key, its amount. One that is disputed is
    /// with the buyer's bank, and the provider would refuse.
    pub fn refunds_due(&self) -> impl Iterator<Item = (&PaymentId, &str, Money)> {
        self.payments
            .iter()
            .filter(|(id, _)| !self.is_disputed(id))
            .filter_map(|(id, payment)| match &payment.refund {
                Refund::Due { key } => Some((id, key.as_str(), payment.amount)),
                Refund::NotDue | Refund::Done { .. } | Refund::ByDispute => None,
            })
    }

    /// Whether a dispute of the payment that the grant rests on is open.
    #[must_use]
    pub fn grant_is_disputed(&self) -> bool {
        let payment = self.granted_by.as_ref();
        payment.is_some_and(|payment| self.is_disputed(payment))
    }

    fn is_disputed(&self, payment_id: &PaymentId) -> bool {
        let of_payment = |dispute: &&Dispute| dispute.payment_id == *payment_id;
        let mut disputes = self.disputes.values().filter(of_payment);
        disputes.any(|dispute| dispute.stage == DisputeStage::Open)
    }

    pub(super) fn request_refund(&self) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        self.terms()?;
        match (&self.granted_by, self.stage) {
            (Some(_), Stage::Granted) if self.grant_is_disputed() => Err(PurchaseError::Disputed),
            (Some(payment_id), Stage::Granted) => {
                let mut events = vec![refund_of(payment_id.clone(), RefundReason::Requested)];
                // At once, not when the money has arrived: nobody downloads what is being refunded.
                events.extend(self.revocation(payment_id, RevocationCause::Refund)?);
                Ok(events)
            }
            (Some(_), _) => Ok(vec![]),
            (None, _) => Err(PurchaseError::NotGranted),
        }
    }

    pub(super) fn confirm_refund(
        &self,
        payment_id: PaymentId,
        refund_id: RefundId,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        self.terms()?;
        let payment = self.payments.get(&payment_id);
        match payment.map(|payment| (&payment.refund, payment.amount)) {
            Some((Refund::Due { .. }, amount)) => Ok(vec![PurchaseEvent::PaymentRefunded {
                payment_id,
                refund_id,
                amount,
            }]),
            Some((Refund::Done { .. } | Refund::ByDispute, _)) => Ok(vec![]),
            Some((Refund::NotDue, _)) | None => Err(PurchaseError::NoRefundDue),
        }
    }

    pub(super) fn note_refund(
        &self,
        payment_id: PaymentId,
        refund_id: RefundId,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        let payment = self.payment(&payment_id)?;
        match payment.refund {
            Refund::NotDue | Refund::Due { .. } => {
                let mut events = self.revocation(&payment_id, RevocationCause::Refund)?;
                events.push(PurchaseEvent::PaymentRefunded {
                    payment_id,
                    refund_id,
                    amount: payment.amount,
                });
                Ok(events)
            }
            Refund::Done { .. } | Refund::ByDispute => Ok(vec![]),
        }
    }

    pub(super) fn note_dispute(
        &self,
        payment_id: PaymentId,
        dispute_id: DisputeId,
        amount: Money,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        self.payment(&payment_id)?;
        if self.disputes.contains_key(&dispute_id) {
            return Ok(vec![]);
        }
        let held = self.share_to_hold(&payment_id)?;
        Ok(vec![PurchaseEvent::PurchaseDisputed {
            dispute_id,
            payment_id,
            amount,
            held,
        }])
    }

    pub(super) fn close_dispute(
        &self,
        dispute_id: DisputeId,
        won: bool,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        self.terms()?;
        let dispute = self.disputes.get(&dispute_id);
        let Dispute {
            payment_id,
            amount,
            held,
            stage,
        } = dispute.ok_or(PurchaseError::UnknownDispute)?.clone();
        match stage {
            DisputeStage::Won | DisputeStage::Lost => Ok(vec![]),
            DisputeStage::Open if won => Ok(vec![PurchaseEvent::DisputeWon {
                dispute_id,
                payment_id,
                amount,
                held,
            }]),
            DisputeStage::Open => {
                let mut events = self.revocation(&payment_id, RevocationCause::Dispute)?;
                events.push(PurchaseEvent::DisputeLost {
                    dispute_id,
                    payment_id,
                    amount,
                });
                Ok(events)
            }
        }
    }

    /// What a grant that stands loses with the payment it rests on: the right to download, and the share of the
    /// seller, if they have it. Nothing for any other payment.
    fn revocation(
        &self,
        payment_id: &PaymentId,
        cause: RevocationCause,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        let is_the_grants = self.granted_by.as_ref() == Some(payment_id);
        if !is_the_grants || self.stage != Stage::Granted {
            return Ok(vec![]);
        }
        let revoked = PurchaseEvent::PurchaseRevoked {
            terms: Box::new(self.terms()?.clone()),
            cause,
            released: self.payout.is_released(),
            held: self.disputes.values().any(|it| it.held.is_some()),
        };
        Ok(std::iter::once(revoked).chain(self.reversal()).collect())
    }

    /// The share of a grant that stands on this payment and is still with us; held once, however many disputes there are.
    fn share_to_hold(&self, payment_id: &PaymentId) -> Result<Option<HeldShare>, PurchaseError> {
        let is_the_grants = self.granted_by.as_ref() == Some(payment_id);
        let is_owed = is_the_grants && self.stage == Stage::Granted;
        if !is_owed || !self.payout.is_with_us() || self.is_disputed(payment_id) {
            return Ok(None);
        }
        let terms = self.terms()?;
        Ok(Some(HeldShare {
            seller: terms.seller.clone(),
            amount: terms.split().share,
            released: self.payout.is_released(),
        }))
    }

    fn payment(&self, payment_id: &PaymentId) -> Result<&Payment, PurchaseError> {
        self.terms()?;
        let payment = self.payments.get(payment_id);
        payment.ok_or(PurchaseError::UnknownPayment)
    }

    /// A dispute holds nothing any more: it was won, or there is no share left.
    pub(super) fn let_go(&mut self) {
        for dispute in self.disputes.values_mut() {
            dispute.held = None;
        }
    }

    pub(super) fn set_refund(&mut self, payment_id: &PaymentId, refund: Refund) {
        if let Some(payment) = self.payments.get_mut(payment_id) {
            payment.refund = refund;
        }
    }

    pub(super) fn set_dispute(&mut self, dispute_id: &DisputeId, stage: DisputeStage) {
        if let Some(dispute) = self.disputes.get_mut(dispute_id) {
            dispute.stage = stage;
        }
    }
}
