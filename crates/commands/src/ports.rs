//! What the write side needs of the world, as capabilities. Adapters implement these; tests of the write side
//! run against the embedded adapters.

mod agenda;
mod blobs;
mod darkroom;
mod effects;
mod identity;
mod mail;
mod notify;
mod payments;
mod payouts;

pub use agenda::{Agenda, Task, WebhookInbox, WebhookRecord};
pub use blobs::{
    BlobInfo, BlobStore, ByteStream, DERIVATIVE_CACHE_CONTROL, DERIVATIVE_MIME, DownloadGrant,
    Link, MAX_UPLOAD_BYTES, ORIGINAL_CACHE_CONTROL, ReceiveError, StoredBlob, UploadGrant,
    UploadLink,
};
pub use darkroom::{Darkroom, DevelopError, Developed, DevelopedDerivative};
pub use effects::{Begun, EffectError, EffectLedger};
pub use identity::{Identity, IdentityError, Role, TokenVerifier};
pub use mail::{ContactBook, Mail, Mailer};
pub use notify::{Notification, Notifier};
pub use payments::{
    CheckoutRequest, CheckoutSession, CheckoutStatus, DisputeReport, DisputeStatus, PaymentError,
    PaymentReport, Payments, RefundRequest, WebhookError, WebhookNotice,
};
pub use payouts::{OnboardingUrls, Payouts, ReversalRequest, TransferRequest};

use picasso_domain::Timestamp;

/// An outside service did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("{service} is not available")]
pub struct Unavailable {
    /// What could not be reached: `blob store`, `mail` …
    pub service: &'static str,
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl Unavailable {
    pub fn new(
        service: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            service,
            source: source.into(),
        }
    }
}

/// The time, so that tests can hold it still.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
