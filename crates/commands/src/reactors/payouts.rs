//! Sees to it that sellers are paid: looks at every granted purchase when its holding time is over, at accounts
//! that cannot be paid yet, and at payments of which somebody says that they were taken back.

use std::sync::Arc;

use jiff::SignedDuration;
use picasso_domain::{
    DomainEvent, Timestamp,
    payout_account::PayoutAccountEvent,
    purchase::{PurchaseError, PurchaseEvent},
    values::{PaymentId, PurchaseId, UserId},
};
use picasso_eventlog::RecordedEvent;

use super::{Outcome, Planner, Worker};
use crate::{
    Checkout, CommandError, Earnings, NextLook, Onboarding,
    ports::{Clock, Task},
};

const PAYOUT: &str = "payout";
/// Also put by whoever has news of an account; its key is the seller's user id.
pub(super) const ONBOARDING: &str = "onboarding";
/// Put by whoever has news of a payment; its key is the payment's id.
pub(super) const PAYMENT: &str = "payment";
/// How long a seller is left to the provider's page and its webhook before the first look, and between two looks.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(10);
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// Every grant is looked at when its share is payable, and again when something makes that worth while.
pub struct PayoutPlanner;

impl Planner for PayoutPlanner {
    const NAME: &'static str = "payouts";

    fn plan(&self, event: &RecordedEvent, data: &DomainEvent) -> Vec<Task> {
        let (id, at) = (&event.aggregate_id, event.recorded_at);
        match data {
            DomainEvent::Purchase(data) => {
                let due = payout_due(data, at);
                due.map(|due_at| Task::new(PAYOUT, id.clone(), due_at))
                    .into_iter()
                    .collect()
            }
            DomainEvent::PayoutAccount(data) => match data {
                PayoutAccountEvent::PayoutAccountRequested { .. }
                | PayoutAccountEvent::PayoutsDisabled {} => {
                    vec![Task::new(ONBOARDING, id.clone(), at + FIRST_LOOK)]
                }
                PayoutAccountEvent::PayoutsEnabled { waiting } => waiting
                    .iter()
                    .map(|purchase_id| Task::new(PAYOUT, purchase_id.to_string(), at))
                    .collect(),
                PayoutAccountEvent::PayoutAccountOpened { .. }
                | PayoutAccountEvent::PayoutAwaited { .. } => vec![],
            },
            DomainEvent::Account(_)
            | DomainEvent::Handle(_)
            | DomainEvent::Picture(_)
            | DomainEvent::Reaction(_) => vec![],
        }
    }
}

fn payout_due(event: &PurchaseEvent, at: Timestamp) -> Option<Timestamp> {
    match event {
        PurchaseEvent::PurchaseGranted { payable_at, .. } => Some(*payable_at),
        PurchaseEvent::ReversalRequested { .. } | PurchaseEvent::DisputeWon { .. } => Some(at),
        PurchaseEvent::PurchaseStarted(_)
        | PurchaseEvent::CheckoutOpened { .. }
        | PurchaseEvent::PaymentDeclined { .. }
        | PurchaseEvent::PaymentReceived { .. }
        | PurchaseEvent::PurchaseRevoked { .. }
        | PurchaseEvent::PurchaseClosed { .. }
        | PurchaseEvent::RefundRequested { .. }
        | PurchaseEvent::PaymentRefunded { .. }
        | PurchaseEvent::PurchaseDisputed { .. }
        | PurchaseEvent::DisputeLost { .. }
        | PurchaseEvent::EarningsReleased { .. }
        | PurchaseEvent::TransferRequested { .. }
        | PurchaseEvent::TransferRefused { .. }
        | PurchaseEvent::SellerPaid { .. }
        | PurchaseEvent::TransferReversed { .. } => None,
    }
}

/// Looks at the seller's share of one purchase.
pub struct PayOut {
    pub earnings: Earnings,
}

impl Worker for PayOut {
    const KIND: &'static str = PAYOUT;

    async fn attempt(&self, task: &Task) -> Outcome {
        let Ok(id) = PurchaseId::parse(&task.key) else {
            return unknown(task);
        };
        match self.earnings.advance(&id).await {
            Ok(NextLook::Never) => Outcome::Done,
            Ok(NextLook::At(time)) => Outcome::Again(time),
            Err(error) => failed(task, &error),
        }
    }
}

/// Looks at an account that cannot be paid yet, or of which there is news.
pub struct Onboard {
    pub onboarding: Onboarding,
    pub clock: Arc<dyn Clock>,
}

impl Worker for Onboard {
    const KIND: &'static str = ONBOARDING;

    async fn attempt(&self, task: &Task) -> Outcome {
        let Ok(user_id) = UserId::parse(&task.key) else {
            return unknown(task);
        };
        match self.onboarding.refresh(&user_id).await {
            Ok(account) if account.key().is_none() || account.ready().is_some() => Outcome::Done,
            Ok(_) => Outcome::Again(self.clock.now() + LOOK_AGAIN),
            Err(error) => failed(task, &error),
        }
    }
}

/// Looks at a payment that somebody has taken back, it is said.
pub struct LookAtPayments {
    pub checkout: Checkout,
}

impl Worker for LookAtPayments {
    const KIND: &'static str = PAYMENT;

    async fn attempt(&self, task: &Task) -> Outcome {
        let payment_id = PaymentId(task.key.clone());
        match self.checkout.look_at_unknown_payment(&payment_id).await {
            Ok(Some(_)) => Outcome::Done,
            Ok(None) => {
                tracing::info!(%payment_id, "a payment that is not for one of our purchases");
                Outcome::Done
            }
            Err(error) => failed(task, &error),
        }
    }
}

fn unknown(task: &Task) -> Outcome {
    let (kind, key) = (&task.kind, &task.key);
    tracing::error!(kind, key, "a task names nothing we know");
    Outcome::Done
}

fn failed(task: &Task, error: &CommandError) -> Outcome {
    let (kind, key) = (&task.kind, &task.key);
    let source = error as &dyn std::error::Error;
    if matches!(error, CommandError::Purchase(PurchaseError::Unknown)) {
        tracing::error!(kind, key, "a task is about a purchase we do not have");
        return Outcome::Done;
    }
    tracing::warn!(kind, key, error = source, "a payout is put off");
    Outcome::Failed
}
