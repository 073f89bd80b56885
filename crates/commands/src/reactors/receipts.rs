//! Plans what buyer and seller are told of a purchase by mail.

use picasso_domain::{
    DomainEvent,
    purchase::{PurchaseEvent, RevocationCause},
};
use picasso_eventlog::RecordedEvent;

use super::Planner;
use crate::{
    letters::{Letter, Occasion},
    ports::Task,
};

/// Plans a receipt for the buyer, a note for the seller, and a note when money goes back.
pub struct ReceiptPlanner;

impl Planner for ReceiptPlanner {
    const NAME: &'static str = "receipts";

    fn plan(&self, event: &RecordedEvent, data: &DomainEvent) -> Vec<Task> {
        let DomainEvent::Purchase(data) = data else {
            return vec![];
        };
        let letters = match data {
            PurchaseEvent::PurchaseGranted { terms, .. } => vec![
                (&terms.buyer, Occasion::Receipt(terms.clone())),
                (&terms.seller, Occasion::Sale(terms.clone())),
            ],
            PurchaseEvent::PurchaseRevoked { terms, cause, .. } => {
                let occasion = match cause {
                    RevocationCause::Refund => Occasion::Refund(terms.clone()),
                    RevocationCause::Dispute => Occasion::Chargeback(terms.clone()),
                };
                vec![(&terms.buyer, occasion)]
            }
            PurchaseEvent::PurchaseStarted(_)
            | PurchaseEvent::CheckoutOpened { .. }
            | PurchaseEvent::PaymentDeclined { .. }
            | PurchaseEvent::PaymentReceived { .. }
            | PurchaseEvent::PurchaseClosed { .. }
            | PurchaseEvent::RefundRequested { .. }
            | PurchaseEvent::PaymentRefunded { .. }
            | PurchaseEvent::PurchaseDisputed { .. }
            | PurchaseEvent::DisputeWon { .. }
            | PurchaseEvent::DisputeLost { .. }
            | PurchaseEvent::EarningsReleased { .. }
            | PurchaseEvent::TransferRequested { .. }
            | PurchaseEvent::TransferRefused { .. }
            | PurchaseEvent::SellerPaid { .. }
            | PurchaseEvent::ReversalRequested { .. }
            | PurchaseEvent::TransferReversed { .. } => vec![],
        };
        let letter = |(to, occasion): (&picasso_domain::values::UserId, _)| Letter {
            to: to.clone(),
            occasion,
        };
        let letters = letters.into_iter().map(letter);
        letters
            .map(|letter| letter.task(&event.aggregate_id, event))
            .collect()
    }
}
