//! One attempt of one person to buy one picture, from frozen terms to a granted download or a settled refusal.
//!
//! Keeps true: a payment is either for a granted purchase or on its way back; every payment beyond the
//! first, every late one and every wrong amount is refunded under a key stored before the refund is asked. The
//! seller's share is transferred at most once, after its holding time, and comes back if the grant does not last.

mod command;
mod error;
mod event;
mod payout;
mod returns;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    command::{PurchaseCommand, Terms},
    error::PurchaseError,
    event::{Closure, HeldShare, PurchaseEvent, RefundReason, RevocationCause},
    payout::{Payout, Reversal},
    returns::{Dispute, DisputeStage, Payment, Refund},
};
use crate::{
    Aggregate, Timestamp,
    values::{DisputeId, Money, PaymentId, SessionId},
};

/// Where a purchase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing has happened.
    #[default]
    Absent,
    /// Terms are frozen; the payment provider has not answered yet.
    Started,
    /// The checkout page is open.
    Open,
    /// Paid; the buyer may download.
    Granted,
    /// Ended without a grant: cancelled, expired, or its payment was unusable.
    Closed,
    /// Granted once, then revoked; the right to download is gone, the payment is or goes back.
    Refunded,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Purchase {
    pub stage: Stage,
    pub terms: Option<Terms>,
    pub session_id: Option<SessionId>,
    pub checkout_url: Option<String>,
    pub declined: Option<String>,
    pub payments: BTreeMap<PaymentId, Payment>,
    /// The payment the grant rests on.
    pub granted_by: Option<PaymentId>,
    /// When the seller may have their share.
    pub payable_at: Option<Timestamp>,
    pub payout: Payout,
    /// How many transfers the provider has refused.
    pub transfers_refused: u32,
    pub disputes: BTreeMap<DisputeId, Dispute>,
}

impl Purchase {
    /// Whether nothing is left to do for this purchase at the payment provider.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let ended = !matches!(self.stage, Stage::Started | Stage::Open);
        ended && self.refunds_due().next().is_none()
    }

    fn terms(&self) -> Result<&Terms, PurchaseError> {
        self.terms.as_ref().ok_or(PurchaseError::Unknown)
    }

    fn confirm_payment(
        &self,
        payment_id: PaymentId,
        amount: Money,
        picture_is_deliverable: bool,
        payable_at: Timestamp,
    ) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        let terms = self.terms()?;
        if self.payments.contains_key(&payment_id) {
            return Ok(vec![]);
        }
        let received = PurchaseEvent::PaymentReceived {
            payment_id: payment_id.clone(),
            amount,
        };
        let is_open = matches!(self.stage, Stage::Started | Stage::Open);
        let refused = if !is_open && self.granted_by.is_some() {
            Some(RefundReason::PaidTwice)
        } else if !is_open {
            Some(RefundReason::PaidTooLate)
        } else if amount != terms.price.money() {
            Some(RefundReason::WrongAmount)
        } else if !picture_is_deliverable {
            Some(RefundReason::PictureUnavailable)
        } else {
            None
        };
        let Some(reason) = refused else {
            let terms = Box::new(terms.clone());
            let granted = PurchaseEvent::PurchaseGranted {
                payment_id,
                terms,
                payable_at,
            };
            return Ok(vec![received, granted]);
        };
        let mut events = vec![received, returns::refund_of(payment_id, reason)];
        if is_open {
            let closure = Closure::PaymentUnusable;
            events.push(PurchaseEvent::PurchaseClosed { closure });
        }
        Ok(events)
    }
}

impl Aggregate for Purchase {
    const TYPE: &'static str = "purchase";
    type Command = PurchaseCommand;
    type Event = PurchaseEvent;
    type Error = PurchaseError;

    fn decide(&self, command: PurchaseCommand) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        match command {
            PurchaseCommand::Start(terms) => match &self.terms {
                None => Ok(vec![PurchaseEvent::PurchaseStarted(terms)]),
                Some(frozen) if *frozen == *terms => Ok(vec![]),
                Some(_) => Err(PurchaseError::AlreadyStarted),
            },
            PurchaseCommand::OpenCheckout { session_id, url } => {
                self.terms()?;
                Ok(match self.stage {
                    Stage::Started => vec![PurchaseEvent::CheckoutOpened { session_id, url }],
                    _ => vec![],
                })
            }
            PurchaseCommand::NoteDecline { code } => {
                self.terms()?;
                let news = self.stage == Stage::Open && self.declined.as_ref() != Some(&code);
                Ok(if news {
                    vec![PurchaseEvent::PaymentDeclined { code }]
                } else {
                    vec![]
                })
            }
            PurchaseCommand::ConfirmPayment {
                payment_id,
                amount,
                picture_is_deliverable,
                payable_at,
            } => self.confirm_payment(payment_id, amount, picture_is_deliverable, payable_at),
            PurchaseCommand::Close { closure } => {
                self.terms()?;
                match self.stage {
                    Stage::Started | Stage::Open => {
                        Ok(vec![PurchaseEvent::PurchaseClosed { closure }])
                    }
                    Stage::Granted => Err(PurchaseError::AlreadyPaid),
                    Stage::Absent | Stage::Closed | Stage::Refunded => Ok(vec![]),
                }
            }
            PurchaseCommand::RequestRefund => self.request_refund(),
            PurchaseCommand::ConfirmRefund {
                payment_id,
                refund_id,
            } => self.confirm_refund(payment_id, refund_id),
            PurchaseCommand::NoteRefund {
                payment_id,
                refund_id,
            } => self.note_refund(payment_id, refund_id),
            PurchaseCommand::NoteDispute {
                payment_id,
                dispute_id,
                amount,
            } => self.note_dispute(payment_id, dispute_id, amount),
            PurchaseCommand::CloseDispute { dispute_id, won } => {
                self.close_dispute(dispute_id, won)
            }
            PurchaseCommand::ReleaseEarnings { now } => self.release_earnings(now),
            PurchaseCommand::RequestTransfer { account } => self.request_transfer(account),
            PurchaseCommand::ConfirmTransfer { key, transfer_id } => {
                self.confirm_transfer(&key, transfer_id)
            }
            PurchaseCommand::RefuseTransfer { key, code } => self.refuse_transfer(key, code),
            PurchaseCommand::ConfirmReversal { reversal_id } => self.confirm_reversal(reversal_id),
        }
    }

    fn evolve(&mut self, event: &PurchaseEvent) {
        match event {
            PurchaseEvent::PurchaseStarted(terms) => {
                self.stage = Stage::Started;
                self.terms = Some((**terms).clone());
            }
            PurchaseEvent::CheckoutOpened { session_id, url } => {
                self.stage = Stage::Open;
                self.session_id = Some(session_id.clone());
                self.checkout_url = Some(url.clone());
            }
            PurchaseEvent::PaymentDeclined { code } => self.declined = Some(code.clone()),
            PurchaseEvent::PaymentReceived { payment_id, amount } => {
                let payment = Payment {
                    amount: *amount,
                    refund: Refund::NotDue,
                };
                self.payments.insert(payment_id.clone(), payment);
            }
            PurchaseEvent::PurchaseGranted {
                payment_id,
                payable_at,
                ..
            } => {
                self.stage = Stage::Granted;
                self.granted_by = Some(payment_id.clone());
                self.payable_at = Some(*payable_at);
            }
            PurchaseEvent::PurchaseClosed { .. } => self.stage = Stage::Closed,
            PurchaseEvent::RefundRequested {
                payment_id, key, ..
            } => self.set_refund(payment_id, Refund::Due { key: key.clone() }),
            PurchaseEvent::PurchaseRevoked { .. } => {
                self.stage = Stage::Refunded;
                self.let_go();
            }
            PurchaseEvent::PaymentRefunded {
                payment_id,
                refund_id,
                ..
            } => {
                let refund_id = refund_id.clone();
                self.set_refund(payment_id, Refund::Done { refund_id });
            }
            PurchaseEvent::PurchaseDisputed {
                dispute_id,
                payment_id,
                amount,
                held,
            } => {
                let dispute = Dispute {
                    payment_id: payment_id.clone(),
                    amount: *amount,
                    held: held.clone(),
                    stage: DisputeStage::Open,
                };
                self.disputes.insert(dispute_id.clone(), dispute);
            }
            PurchaseEvent::DisputeWon { dispute_id, .. } => {
                self.set_dispute(dispute_id, DisputeStage::Won);
                self.let_go();
            }
            PurchaseEvent::DisputeLost {
                dispute_id,
                payment_id,
                ..
            } => {
                self.set_dispute(dispute_id, DisputeStage::Lost);
                self.set_refund(payment_id, Refund::ByDispute);
            }
            PurchaseEvent::EarningsReleased { .. } => self.payout = Payout::Released,
            PurchaseEvent::TransferRequested {
                key,
                account,
                amount,
                ..
            } => {
                self.payout = Payout::Requested {
                    key: key.clone(),
                    account: account.clone(),
                    amount: *amount,
                };
            }
            PurchaseEvent::TransferRefused { .. } => {
                self.payout = Payout::Released;
                self.transfers_refused += 1;
            }
            PurchaseEvent::SellerPaid {
                transfer_id,
                amount,
                ..
            } => {
                self.payout = Payout::Paid {
                    transfer_id: transfer_id.clone(),
                    amount: *amount,
                    reversal: Reversal::NotDue,
                };
            }
            PurchaseEvent::ReversalRequested { key, .. } => {
                self.set_reversal(Reversal::Due { key: key.clone() });
            }
            PurchaseEvent::TransferReversed { reversal_id, .. } => {
                let reversal_id = reversal_id.clone();
                self.set_reversal(Reversal::Done { reversal_id });
            }
        }
    }
}
