//! Handles webhooks that the inbox has stored: the signature first, then what it is about.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    Checkout, CommandError,
    ports::{Payments, Unavailable, WebhookError, WebhookInbox, WebhookNotice, WebhookRecord},
};

const BATCH: usize = 64;

/// Works through the inbox.
pub struct Webhooks {
    pub inbox: Arc<dyn WebhookInbox>,
    pub payments: Arc<dyn Payments>,
    pub checkout: Checkout,
    /// How often the inbox is looked at when nobody hurries it.
    pub poll: Duration,
    /// Signalled when a webhook has been stored.
    pub arrived: Arc<Notify>,
}

impl Webhooks {
    /// Handles webhooks until it is told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.round().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the webhook inbox could not be worked on"
                    );
                }
            }
            let wait = tokio::time::timeout(self.poll, self.arrived.notified());
            if stop.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    /// Handles what is there; answers whether there may be more.
    async fn round(&self) -> Result<bool, Unavailable> {
        let records = self.inbox.unhandled(BATCH).await?;
        let (count, mut handled) = (records.len(), 0);
        for record in records {
            if let Some(outcome) = self.handle(&record).await {
                self.inbox.handled(record.id, outcome).await?;
                handled += 1;
            }
        }
        // What was put off comes back with the next poll, not at once.
        Ok(count == BATCH && handled == count)
    }

    /// What became of a webhook; `None` when it must be tried again.
    async fn handle(&self, record: &WebhookRecord) -> Option<&'static str> {
        let (body, signature) = (&record.body, &record.signature);
        let read = self
            .payments
            .read_webhook(body, signature, record.received_at);
        match read {
            Ok(notice) => self.act(&notice).await,
            Err(WebhookError::Forged) => {
                tracing::warn!(
                    webhook = record.id,
                    "a webhook with a wrong signature was ignored"
                );
                Some("forged")
            }
            Err(WebhookError::Unreadable(error)) => {
                tracing::error!(
                    webhook = record.id,
                    error = &*error as &dyn std::error::Error,
                    "a webhook cannot be read"
                );
                Some("unreadable")
            }
        }
    }

    async fn act(&self, notice: &WebhookNotice) -> Option<&'static str> {
        let Some(id) = &notice.purchase_id else {
            return Some("not_ours");
        };
        let acted = async {
            if let Some((payment_id, amount)) = &notice.payment {
                self.checkout.note_payment(id, payment_id, *amount).await?;
            }
            self.checkout.advance(id).await
        };
        match acted.await {
            Ok(_) => Some("settled"),
            Err(CommandError::Purchase(error)) => {
                tracing::warn!(purchase_id = %id, %error, "a webhook is about a purchase we do not have");
                Some("no_purchase")
            }
            Err(error) => {
                tracing::warn!(purchase_id = %id, error = &error as &dyn std::error::Error, "a webhook is put off");
                None
            }
        }
    }
}
