//! The sweeper: looks at every purchase until nothing is left to do for it, webhook or no webhook.

use std::sync::Arc;

use jiff::SignedDuration;
use picasso_domain::{DomainEvent, Timestamp, purchase::PurchaseEvent, values::PurchaseId};
use picasso_eventlog::RecordedEvent;

use super::{Outcome, Planner, Worker};
use crate::{
    Checkout, CommandError,
    ports::{Clock, Task},
};

const KIND: &str = "settle";

/// Every purchase that starts or owes a refund is looked at until it is settled.
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
        let due_at = match data {
            PurchaseEvent::PurchaseStarted(_) => event.recorded_at + self.first_look,
            PurchaseEvent::RefundRequested { .. } => event.recorded_at,
            PurchaseEvent::CheckoutOpened { .. }
            | PurchaseEvent::PaymentDeclined { .. }
            | PurchaseEvent::PaymentReceived { .. }
            | PurchaseEvent::PurchaseGranted { .. }
            | PurchaseEvent::PurchaseRevoked { .. }
            | PurchaseEvent::PurchaseClosed { .. }
            | PurchaseEvent::PaymentRefunded { .. } => return vec![],
        };
        vec![Task::new(KIND, event.aggregate_id.clone(), due_at)]
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
    const KIND: &'static str = KIND;

    async fn attempt(&self, task: &Task) -> Outcome {
        let Ok(id) = PurchaseId::parse(&task.key) else {
            tracing::error!(key = task.key, "a settle task names no purchase");
            return Outcome::Done;
        };
        match self.checkout.advance(&id).await {
            Ok(purchase) if purchase.is_settled() => Outcome::Done,
            Ok(purchase) => {
                let expires_at = purchase.terms.map(|terms| terms.expires_at);
                Outcome::Again(self.next_look(expires_at))
            }
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
