//! The sweeper: looks at every purchase until nothing is left to do for it, webhook or no webhook, and once
//! more, later, for payments that nobody told us of.

use std::sync::Arc;

use jiff::SignedDuration;
use picasso_domain::{
    DomainEvent, Purchase, Timestamp, purchase::PurchaseEvent, values::PurchaseId,
};
use picasso_eventlog::RecordedEvent;

use super::{Outcome, Planner, Worker};
use crate::{
    Checkout, CommandError,
    ports::{Clock, Task},
};

/// Also put by whoever has news of a purchase; its key is the purchase's id.
pub(super) const SETTLE: &str = "settle";
const AUDIT: &str = "audit";
/// How long after its end a purchase is audited: Stripe's search is "up to an hour behind during outages"
/// (<https://docs.stripe.com/api/payment_intents/search>).
const AUDIT_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// Every purchase that starts or owes a refund is looked at until it is settled, and audited when it has ended.
pub struct SettlePlanner {
    /// How long a purchase is left to itself and its webhook before the first look.
    pub first_look: SignedDuration,
}

impl Planner for SettlePlanner {
    const NAME: &'static str = "checkout";

    fn plan(&self, event: &RecordedEvent, data: &DomainEvent) -> Vec<Task> {
        let DomainEvent::Purchase(data) = data else {
            return vec![];
        };
        let (kind, wait) = match data {
            PurchaseEvent::PurchaseStarted(_) => (SETTLE, self.first_look),
            // A refund that waited for the end of a dispute is due again.
            PurchaseEvent::RefundRequested { .. } | PurchaseEvent::DisputeWon { .. } => {
                (SETTLE, SignedDuration::ZERO)
            }
            PurchaseEvent::PurchaseGranted { .. } | PurchaseEvent::PurchaseClosed { .. } => {
                (AUDIT, AUDIT_AFTER)
            }
            PurchaseEvent::CheckoutOpened { .. }
            | PurchaseEvent::PaymentDeclined { .. }
            | PurchaseEvent::PaymentReceived { .. }
            | PurchaseEvent::PurchaseRevoked { .. }
            | PurchaseEvent::PaymentRefunded { .. }
            | PurchaseEvent::PurchaseDisputed { .. }
            | PurchaseEvent::DisputeLost { .. }
            | PurchaseEvent::EarningsReleased { .. }
            | PurchaseEvent::TransferRequested { .. }
            | PurchaseEvent::TransferRefused { .. }
            | PurchaseEvent::SellerPaid { .. }
            | PurchaseEvent::ReversalRequested { .. }
            | PurchaseEvent::TransferReversed { .. } => return vec![],
        };
        let due_at = event.recorded_at + wait;
        vec![Task::new(kind, event.aggregate_id.clone(), due_at)]
    }
}

/// Looks at one purchase.
pub struct Settle {
    pub checkout: Checkout,
    pub clock: Arc<dyn Clock>,
    /// How long between two looks at an open checkout page.
    pub look_again: SignedDuration,
}

impl Worker for Settle {
    const KIND: &'static str = SETTLE;

    async fn attempt(&self, task: &Task) -> Outcome {
        let Some(id) = purchase_of(task) else {
            return Outcome::Done;
        };
        outcome(&id, self.checkout.advance(&id).await, |purchase| {
            let expires_at = purchase.terms.as_ref().map(|terms| terms.expires_at);
            Outcome::Again(self.next_look(expires_at))
        })
    }
}

/// Looks for payments of an ended purchase that nobody told us of.
pub struct Audit {
    pub checkout: Checkout,
}

impl Worker for Audit {
    const KIND: &'static str = AUDIT;

    async fn attempt(&self, task: &Task) -> Outcome {
        let Some(id) = purchase_of(task) else {
            return Outcome::Done;
        };
        // A refund that is still due is the other worker's from here on.
        outcome(&id, self.checkout.audit(&id).await, |_| Outcome::Done)
    }
}

fn purchase_of(task: &Task) -> Option<PurchaseId> {
    let id = PurchaseId::parse(&task.key);
    if id.is_err() {
        let (kind, key) = (&task.kind, &task.key);
        tracing::error!(kind, key, "a task names no purchase");
    }
    id.ok()
}

fn outcome(
    id: &PurchaseId,
    result: Result<Purchase, CommandError>,
    unsettled: impl FnOnce(&Purchase) -> Outcome,
) -> Outcome {
    match result {
        Ok(purchase) if purchase.is_settled() => Outcome::Done,
        Ok(purchase) => unsettled(&purchase),
        Err(CommandError::Purchase(error)) => {
            tracing::error!(purchase_id = %id, %error, "a purchase cannot be settled");
            Outcome::Done
        }
        Err(error) => {
            tracing::warn!(purchase_id = %id, error = &error as &dyn std::error::Error, "settling a purchase is put off");
            Outcome::Failed
        }
    }
}

impl Settle {
    /// The next look, or the moment the page closes if that comes first.
    fn next_look(&self, expires_at: Option<Timestamp>) -> Timestamp {
        let now = self.clock.now();
        let again = now + self.look_again;
        match expires_at {
            Some(end) if end > now => again.min(end),
            _ => again,
        }
    }
}
