//! One attempt of one person to buy one picture, from frozen terms to a granted download or a settled refusal.
//!
//! Keeps true: a payment is either for a granted purchase or on its way back; every payment beyond the
//! first, every late one and every wrong amount is refunded under a key stored before the refund is asked.

mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    command::{PurchaseCommand, Terms},
    error::PurchaseError,
    event::{Closure, PurchaseEvent, RefundReason},
};
use crate::{
    Aggregate,
    values::{Money, PaymentId, RefundId, SessionId},
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
}

impl Purchase {
    /// Whether nothing is left to do for this purchase at the payment provider.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let ended = !matches!(self.stage, Stage::Started | Stage::Open);
        ended && self.refunds_due().next().is_none()
    }

    /// Payments that must go back: the payment, its idempotency key, its amount.
    pub fn refunds_due(&self) -> impl Iterator<Item = (&PaymentId, &str, Money)> {
        self.payments
            .iter()
            .filter_map(|(id, payment)| match &payment.refund {
                Refund::Due { key } => Some((id, key.as_str(), payment.amount)),
                Refund::NotDue | Refund::Done { .. } => None,
            })
    }

    fn terms(&self) -> Result<&Terms, PurchaseError> {
        self.terms.as_ref().ok_or(PurchaseError::Unknown)
    }

    fn confirm_payment(
        &self,
        payment_id: PaymentId,
        amount: Money,
        picture_is_deliverable: bool,
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
            return Ok(vec![
                received,
                PurchaseEvent::PurchaseGranted { payment_id, terms },
            ]);
        };
        let mut events = vec![received, refund_of(payment_id, reason)];
        if is_open {
            let closure = Closure::PaymentUnusable;
            events.push(PurchaseEvent::PurchaseClosed { closure });
        }
        Ok(events)
    }

    fn request_refund(&self) -> Result<Vec<PurchaseEvent>, PurchaseError> {
        let terms = self.terms()?;
        match (&self.granted_by, self.stage) {
            (Some(payment_id), Stage::Granted) => Ok(vec![
                refund_of(payment_id.clone(), RefundReason::Requested),
                // At once, not when the money has arrived: nobody downloads what is being refunded.
                PurchaseEvent::PurchaseRevoked {
                    terms: Box::new(terms.clone()),
                },
            ]),
            (Some(_), _) => Ok(vec![]),
            (None, _) => Err(PurchaseError::NotGranted),
        }
    }
}

/// The key is derived from the payment, so that asking again can never refund twice.
fn refund_of(payment_id: PaymentId, reason: RefundReason) -> PurchaseEvent {
    PurchaseEvent::RefundRequested {
        key: format!("refund-{payment_id}"),
        payment_id,
        reason,
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
            } => self.confirm_payment(payment_id, amount, picture_is_deliverable),
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
            } => {
                self.terms()?;
                let payment = self.payments.get(&payment_id);
                match payment.map(|payment| &payment.refund) {
                    Some(Refund::Due { .. }) => Ok(vec![PurchaseEvent::PaymentRefunded {
                        payment_id,
                        refund_id,
                    }]),
                    Some(Refund::Done { .. }) => Ok(vec![]),
                    Some(Refund::NotDue) | None => Err(PurchaseError::NoRefundDue),
                }
            }
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
            PurchaseEvent::PurchaseGranted { payment_id, .. } => {
                self.stage = Stage::Granted;
                self.granted_by = Some(payment_id.clone());
            }
            PurchaseEvent::PurchaseClosed { .. } => self.stage = Stage::Closed,
            PurchaseEvent::RefundRequested {
                payment_id, key, ..
            } => {
                if let Some(payment) = self.payments.get_mut(payment_id) {
                    payment.refund = Refund::Due { key: key.clone() };
                }
            }
            PurchaseEvent::PurchaseRevoked { .. } => self.stage = Stage::Refunded,
            PurchaseEvent::PaymentRefunded {
                payment_id,
                refund_id,
            } => {
                if let Some(payment) = self.payments.get_mut(payment_id) {
                    payment.refund = Refund::Done {
                        refund_id: refund_id.clone(),
                    };
                }
            }
        }
    }
}
