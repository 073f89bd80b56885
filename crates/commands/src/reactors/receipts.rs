//! Tells buyer and seller by mail what happened to a purchase.

use std::sync::Arc;

use picasso_domain::{
    DomainEvent,
    purchase::{PurchaseEvent, Terms},
    values::UserId,
};
use picasso_eventlog::RecordedEvent;
use serde::{Deserialize, Serialize};

use super::{Outcome, Planner, Worker};
use crate::ports::{ContactBook, Mail, Mailer, Task, Unavailable};

const KIND: &str = "mail";
/// After so many failures a letter is given up: about two days.
const MAX_ATTEMPTS: u32 = 300;

/// A letter to be written: kept on the agenda until it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Letter {
    to: UserId,
    occasion: Occasion,
    terms: Box<Terms>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Occasion {
    Receipt,
    Sale,
    Refund,
}

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
                (terms.buyer.clone(), Occasion::Receipt, terms),
                (terms.seller.clone(), Occasion::Sale, terms),
            ],
            PurchaseEvent::PurchaseRevoked { terms, .. } => {
                vec![(terms.buyer.clone(), Occasion::Refund, terms)]
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
        let task = |(to, occasion, terms): (UserId, Occasion, _)| {
            // Each happens to a purchase once, so this is the same however often the log is read.
            let key = format!("{}/{}", event.aggregate_id, occasion.kind());
            Letter {
                to,
                occasion,
                terms: Box::clone(terms),
            }
            .into_task(key, event)
        };
        letters.into_iter().map(task).collect()
    }
}

impl Occasion {
    fn kind(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Sale => "sale",
            Self::Refund => "refund",
        }
    }
}

impl Letter {
    fn into_task(self, key: String, event: &RecordedEvent) -> Task {
        let payload = serde_json::to_string(&self).expect("a letter has only JSON's own types");
        Task {
            payload,
            ..Task::new(KIND, key, event.recorded_at)
        }
    }

    fn write(&self, email: String, key: &str) -> Mail {
        let (price, title) = (self.terms.price, self.terms.title.as_str());
        let (subject, text) = match self.occasion {
            Occasion::Receipt => (
                format!("Your picture: {title}"),
                format!("You bought \"{title}\" for {price}. The original is in your library."),
            ),
            Occasion::Sale => (
                format!("Sold: {title}"),
                format!("\"{title}\" was bought for {price}."),
            ),
            Occasion::Refund => (
                format!("Refunded: {title}"),
                format!("Your payment of {price} for \"{title}\" goes back to you."),
            ),
        };
        Mail {
            to: email,
            subject,
            text,
            kind: self.occasion.kind(),
            dedupe_key: key.to_owned(),
        }
    }
}

/// Writes and sends letters.
pub struct Receipts {
    pub contacts: Arc<dyn ContactBook>,
    pub mailer: Arc<dyn Mailer>,
}

impl Worker for Receipts {
    const KIND: &'static str = KIND;

    async fn attempt(&self, task: &Task) -> Outcome {
        let letter: Letter = match serde_json::from_str(&task.payload) {
            Ok(letter) => letter,
            Err(error) => {
                tracing::error!(key = task.key, %error, "a letter cannot be read");
                return Outcome::Done;
            }
        };
        match self.send(&letter, &task.key).await {
            Ok(()) => Outcome::Done,
            Err(error) if task.attempts >= MAX_ATTEMPTS => {
                tracing::error!(
                    key = task.key,
                    error = &error as &dyn std::error::Error,
                    "a letter is given up"
                );
                Outcome::Done
            }
            Err(error) => {
                tracing::warn!(
                    key = task.key,
                    error = &error as &dyn std::error::Error,
                    "a letter is put off"
                );
                Outcome::Failed
            }
        }
    }
}

impl Receipts {
    async fn send(&self, letter: &Letter, key: &str) -> Result<(), Unavailable> {
        let Some(email) = self.contacts.email(&letter.to).await? else {
            tracing::info!(user_id = %letter.to, "nobody to write to: the person left no address");
            return Ok(());
        };
        self.mailer.send(&letter.write(email, key)).await
    }
}
