//! Orders: every attempt to buy, as its buyer and its seller follow it, from frozen terms to a grant or a refund.

mod query;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use picasso_domain::{
    DomainEvent,
    picture::{Edition, Licence},
    purchase::{Closure, PurchaseEvent, RefundReason, Terms},
    values::{Money, PaymentId, PictureId, Price, PurchaseId, UserId},
};
use picasso_eventlog::Position;
use serde::{Deserialize, Serialize};

pub use self::query::{Order, OrderQueries, Side};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Projection, Recorded,
    fold::{entry, misfit, push_bounded, sortable},
};

pub(crate) const BUYER: &str = "buyer";
pub(crate) const SELLER: &str = "seller";

/// Where an attempt to buy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// The terms are frozen; the checkout page is being made.
    Started,
    /// The checkout page waits for the buyer.
    Open,
    /// Paid; the buyer may download.
    Granted,
    /// Ended without a grant; a payment that came nevertheless goes back.
    Closed,
    /// Granted once, taken back; the payment is on its way to the buyer.
    RefundDue,
    /// Granted once, taken back, the payment returned.
    Refunded,
}

/// A payment that came in for an order, and its way back, if it goes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPayment {
    pub payment_id: PaymentId,
    pub amount: Money,
    pub received_at: Timestamp,
    pub refund: Option<OrderRefund>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRefund {
    /// `None` when it was made at the provider, or by the buyer's bank.
    pub reason: Option<RefundReason>,
    pub requested_at: Timestamp,
    /// `None` while it is due.
    pub refunded_at: Option<Timestamp>,
}

/// What happened to an order, by the name of its event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    pub what: String,
    pub at: Timestamp,
    /// Whether it is about what the seller gets, which is no business of the buyer's.
    pub is_the_sellers: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDocument {
    pub purchase_id: PurchaseId,
    pub picture_id: PictureId,
    pub buyer: UserId,
    pub seller: UserId,
    /// Frozen when checkout started.
    pub price: Price,
    pub edition: Edition,
    pub licence: Licence,
    /// When the checkout page closes.
    pub expires_at: Timestamp,
    pub status: OrderStatus,
    /// Where the buyer pays; only while the status is open.
    pub checkout_url: Option<String>,
    /// The last decline's code, as the payment provider names it.
    pub declined: Option<String>,
    /// Why it ended without a grant.
    pub closure: Option<Closure>,
    /// The payment the grant rests on.
    pub granted_by: Option<PaymentId>,
    /// Oldest first; of very many the first and the latest.
    pub payments: Vec<OrderPayment>,
    /// Oldest first; of a long one the first moment and the latest ones.
    pub timeline: Vec<Moment>,
    pub started_at: Timestamp,
    pub changed_at: Timestamp,
    /// The purchase's sequence, which is its etag.
    pub version: u64,
    /// Where the latest event stands that this tells of: who has read it may ask other models for no less.
    pub position: Position,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Orders;

fn news(event: &Recorded) -> Option<&PurchaseEvent> {
    match &event.data {
        DomainEvent::Purchase(happened) => Some(happened),
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Picture(_)
        | DomainEvent::Reaction(_) => None,
    }
}

impl Projection for Orders {
    type Document = Option<OrderDocument>;
    const NAME: &'static str = "orders";
    const VERSION: u32 = 3;
    const INDEXES: &'static [Index] = &[
        Index {
            name: BUYER,
            order: crate::Order::Descending,
        },
        Index {
            name: SELLER,
            order: crate::Order::Descending,
        },
    ];

    fn keys(&self, event: &Recorded) -> Keys {
        let order = news(event).map(|_| event.event.aggregate_id.clone());
        order.into_iter().collect()
    }

    fn fold(
        &self,
        _key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let Some(happened) = news(event) else {
            return Ok(Effect::Keep);
        };
        if let PurchaseEvent::PurchaseStarted(terms) = happened {
            if document.is_some() {
                return Err(misfit(event, "the purchase was started before"));
            }
            *document = Some(begun(terms, event)?);
        }
        let Some(order) = document else {
            return Err(misfit(event, "the purchase was not started"));
        };
        let is_the_sellers = order.change(happened, event)?;
        order.note(event, is_the_sellers);
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        let Some(order) = document else {
            return vec![];
        };
        let newest = sortable(order.started_at);
        vec![
            entry(BUYER, order.buyer.as_str(), newest.as_str()),
            entry(SELLER, order.seller.as_str(), newest.as_str()),
        ]
    }
}

fn begun(terms: &Terms, event: &Recorded) -> Result<OrderDocument, FoldError> {
    let purchase_id = PurchaseId::parse(&event.event.aggregate_id)
        .map_err(|_| misfit(event, "its aggregate id is not a purchase's"))?;
    let at = event.event.recorded_at;
    Ok(OrderDocument {
        purchase_id,
        picture_id: terms.picture_id,
        buyer: terms.buyer.clone(),
        seller: terms.seller.clone(),
        price: terms.price,
        edition: terms.edition,
        licence: terms.licence,
        expires_at: terms.expires_at,
        status: OrderStatus::Started,
        checkout_url: None,
        declined: None,
        closure: None,
        granted_by: None,
        payments: vec![],
        timeline: vec![],
        started_at: at,
        changed_at: at,
        version: event.event.sequence,
        position: event.event.position(),
    })
}

impl OrderDocument {
    /// Says whether what happened is only about what the seller gets.
    fn change(&mut self, happened: &PurchaseEvent, event: &Recorded) -> Result<bool, FoldError> {
        let at = event.event.recorded_at;
        match happened {
            PurchaseEvent::PurchaseStarted(_) => {}
            PurchaseEvent::CheckoutOpened { url, .. } => {
                self.status = OrderStatus::Open;
                self.checkout_url = Some(url.clone());
            }
            PurchaseEvent::PaymentDeclined { code } => self.declined = Some(code.clone()),
            PurchaseEvent::PaymentReceived { payment_id, amount } => {
                let payment = OrderPayment {
                    payment_id: payment_id.clone(),
                    amount: *amount,
                    received_at: at,
                    refund: None,
                };
                push_bounded(&mut self.payments, payment);
            }
            PurchaseEvent::PurchaseGranted { payment_id, .. } => {
                self.end(OrderStatus::Granted);
                self.granted_by = Some(payment_id.clone());
            }
            PurchaseEvent::PurchaseClosed { closure } => {
                self.end(OrderStatus::Closed);
                self.closure = Some(*closure);
            }
            PurchaseEvent::PurchaseRevoked { .. } => self.revoke(event)?,
            PurchaseEvent::RefundRequested {
                payment_id, reason, ..
            } => {
                if let Some(payment) = self.payment(payment_id) {
                    payment.refund = Some(OrderRefund {
                        reason: Some(*reason),
                        requested_at: at,
                        refunded_at: None,
                    });
                }
            }
            PurchaseEvent::PaymentRefunded { payment_id, .. }
            | PurchaseEvent::DisputeLost { payment_id, .. } => self.refunded(payment_id, at),
            // Noted in the timeline like everything else.
            PurchaseEvent::PurchaseDisputed { .. } | PurchaseEvent::DisputeWon { .. } => {}
            // What the seller gets is no part of an order, and noted for them alone.
            PurchaseEvent::EarningsReleased { .. }
            | PurchaseEvent::TransferRequested { .. }
            | PurchaseEvent::TransferRefused { .. }
            | PurchaseEvent::SellerPaid { .. }
            | PurchaseEvent::ReversalRequested { .. }
            | PurchaseEvent::TransferReversed { .. } => return Ok(true),
        }
        Ok(false)
    }

    fn end(&mut self, status: OrderStatus) {
        self.status = status;
        self.checkout_url = None;
    }

    fn revoke(&mut self, event: &Recorded) -> Result<(), FoldError> {
        if self.granted_by.is_none() {
            return Err(misfit(event, "the purchase was not granted"));
        }
        self.end(OrderStatus::RefundDue);
        Ok(())
    }

    fn refunded(&mut self, payment_id: &PaymentId, at: Timestamp) {
        if let Some(payment) = self.payment(payment_id) {
            let refund = payment.refund.get_or_insert(OrderRefund {
                reason: None,
                requested_at: at,
                refunded_at: None,
            });
            refund.refunded_at = Some(at);
        }
        let is_the_grants = self.granted_by.as_ref() == Some(payment_id);
        if is_the_grants && self.status == OrderStatus::RefundDue {
            self.status = OrderStatus::Refunded;
        }
    }

    /// `None` for one of so many payments that it is no longer kept here.
    fn payment(&mut self, payment_id: &PaymentId) -> Option<&mut OrderPayment> {
        self.payments
            .iter_mut()
            .find(|payment| payment.payment_id == *payment_id)
    }

    fn note(&mut self, event: &Recorded, is_the_sellers: bool) {
        let at = event.event.recorded_at;
        let what = event.data.name().to_owned();
        let moment = Moment {
            what,
            at,
            is_the_sellers,
        };
        push_bounded(&mut self.timeline, moment);
        self.changed_at = at;
        self.version = event.event.sequence;
        self.position = event.event.position();
    }
}
