//! Telling other systems what happened to the business.

use async_trait::async_trait;

use super::EffectError;

/// A piece of news for other systems; no personal data beyond ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// What happened: `sale_made`, `purchase_granted`, `picture_liked`.
    pub kind: &'static str,
    /// JSON of the kind's documented form.
    pub body: String,
    /// News of one group arrives in order, where the service keeps any: a picture's id.
    pub group: String,
    /// The same key is told once, where the service can tell.
    pub dedupe_key: String,
}

/// Publishes notifications.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    async fn publish(&self, notification: &Notification) -> Result<(), EffectError>;
}
