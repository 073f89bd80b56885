//! Handles webhooks that the inbox has stored: the signature first, then what it is about. A payment is
//! recorded at once; whatever needs the provider is left to the sweeper, which is hurried.
//!
//! Keeps true: no webhook waits behind another for the provider to answer.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    payouts::{ONBOARDING, PAYMENT},
    settle::SETTLE,
};
use crate::{
    Checkout, CommandError,
    ports::{
        Agenda, Clock, Payments, Task, Unavailable, WebhookError, WebhookInbox, WebhookNotice,
        WebhookRecord,
    },
};

const BATCH: usize = 64;
/// How long handled webhooks are kept, for whoever wants to know what came.
const KEEP: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often old ones are thrown away.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);

/// Works through the inbox.
pub struct Webhooks {
    pub inbox: Arc<dyn WebhookInbox>,
    pub payments: Arc<dyn Payments>,
    pub checkout: Checkout,
    pub agenda: Arc<dyn Agenda>,
    pub clock: Arc<dyn Clock>,
    /// How often the inbox is looked at when nobody hurries it.
    pub poll: Duration,
    /// Signalled when a webhook has been stored.
    pub arrived: Arc<Notify>,
    /// Hurries the one who settles purchases.
    pub settle: Arc<Notify>,
}

impl Webhooks {
    /// The lease under which one process at a time should [`run`](Self::run) it.
    pub const LEASE: &'static str = "reactor.webhooks";

    /// Handles webhooks until it is told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut tidied: Option<Instant> = None;
        while !stop.is_cancelled() {
            if tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
                tidied = Some(Instant::now());
                report(self.tidy().await);
            }
            if report(self.round().await) == Some(true) {
                continue;
            }
            let wait = tokio::time::timeout(self.poll, self.arrived.notified());
            if stop.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    async fn tidy(&self) -> Result<(), Unavailable> {
        let discarded = self.inbox.discard_handled(self.clock.now() - KEEP).await?;
        tracing::debug!(discarded, "old webhooks were thrown away");
        Ok(())
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
        let looks = self.looks(notice);
        if looks.is_empty() {
            return Some("not_ours");
        }
        match self.note(notice, looks).await {
            Ok(()) => {
                self.settle.notify_one();
                Some("noted")
            }
            Err(CommandError::Purchase(error)) => {
                let event = &notice.event_id;
                tracing::warn!(event, %error, "a webhook is about a purchase we do not have");
                Some("no_purchase")
            }
            Err(error) => {
                let event = &notice.event_id;
                tracing::warn!(
                    event,
                    error = &error as &dyn std::error::Error,
                    "a webhook is put off"
                );
                None
            }
        }
    }

    /// What has to be looked at because of a webhook.
    fn looks(&self, notice: &WebhookNotice) -> Vec<Task> {
        let now = self.clock.now();
        let purchase = notice.purchase_id.as_ref().map(ToString::to_string);
        let payment = notice.taken_back.as_ref().map(ToString::to_string);
        let seller = notice.seller.as_ref().map(ToString::to_string);
        [(SETTLE, purchase), (PAYMENT, payment), (ONBOARDING, seller)]
            .into_iter()
            .filter_map(|(kind, key)| Some(Task::new(kind, key?, now)))
            .collect()
    }

    async fn note(&self, notice: &WebhookNotice, looks: Vec<Task>) -> Result<(), CommandError> {
        if let (Some(id), Some((payment_id, amount))) = (&notice.purchase_id, &notice.payment) {
            self.checkout.note_payment(id, payment_id, *amount).await?;
        }
        for look in looks {
            self.agenda.put(look).await?;
        }
        Ok(())
    }
}

fn report<T>(result: Result<T, Unavailable>) -> Option<T> {
    if let Err(error) = &result {
        let error = error as &dyn std::error::Error;
        tracing::warn!(error, "the webhook inbox could not be worked on");
    }
    result.ok()
}
