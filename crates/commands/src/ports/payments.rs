//! Taking money: a hosted checkout page, what became of it, and refunds.

use async_trait::async_trait;
use picasso_domain::{
    Timestamp,
    values::{DisputeId, Money, PaymentId, PurchaseId, RefundId, SessionId, UserId},
};

/// A checkout page to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckoutRequest {
    /// Idempotency key: the same key again answers with the same page.
    pub key: String,
    pub purchase_id: PurchaseId,
    /// What the page says is bought.
    pub title: String,
    pub amount: Money,
    pub success_url: String,
    pub cancel_url: String,
    /// When the page closes by itself.
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    pub session_id: SessionId,
    pub url: String,
}

/// What the provider says of a checkout page now: the truth a purchase is settled by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutStatus {
    /// Not paid yet; `declined` is the last refusal of a card, if there was one.
    Open {
        url: Option<String>,
        declined: Option<String>,
    },
    Paid {
        payment_id: PaymentId,
        amount: Money,
    },
    /// Closed for good, unpaid.
    Expired,
}

/// Money to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// Idempotency key: the same key again refunds nothing more.
    pub key: String,
    pub payment_id: PaymentId,
    pub amount: Money,
}

/// What the provider says of a payment now: whose it is, and whether anybody has taken it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentReport {
    /// `None` for a payment that is not for one of our purchases.
    pub purchase_id: Option<PurchaseId>,
    /// What came in, once it went through.
    pub received: Option<Money>,
    /// The latest refund, once the whole payment was given back, whoever asked for it.
    pub refunded: Option<RefundId>,
    /// Disputes in which the provider has taken the money, at most 100.
    pub disputes: Vec<DisputeReport>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeReport {
    pub dispute_id: DisputeId,
    pub amount: Money,
    pub status: DisputeStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStatus {
    Open,
    Won,
    Lost,
}

/// What a webhook is about; the details are always fetched from the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookNotice {
    pub event_id: String,
    pub kind: String,
    /// The purchase it concerns, if it concerns one of ours.
    pub purchase_id: Option<PurchaseId>,
    /// A payment that went through, with its amount, if the webhook reports one.
    pub payment: Option<(PaymentId, Money)>,
    /// A payment whose money somebody has asked back: ask the provider what became of it.
    pub taken_back: Option<PaymentId>,
    /// A seller whose account has changed: ask the provider how it stands.
    pub seller: Option<UserId>,
}

/// The provider did not do it, or we do not know whether it did.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// Nothing came back: it may or may not have happened. The same key again is safe.
    #[error("the payment provider did not answer")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It asked us to come back later.
    #[error("the payment provider is busy")]
    Busy,
    /// It refused, and will again.
    #[error("the payment provider refused: {code}")]
    Refused { code: String },
}

/// Why a webhook is not believed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("the signature is not the provider's")]
    Forged,
    #[error("the webhook cannot be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Takes payments by a hosted page.
#[async_trait]
pub trait Payments: Send + Sync + 'static {
    async fn open_checkout(
        &self,
        request: &CheckoutRequest,
    ) -> Result<CheckoutSession, PaymentError>;

    async fn checkout(&self, session_id: &SessionId) -> Result<CheckoutStatus, PaymentError>;

    /// Closes a page so that it can never be paid; answers how it stands afterwards (it may have been paid first).
    async fn close_checkout(&self, session_id: &SessionId) -> Result<CheckoutStatus, PaymentError>;

    /// Every payment that went through for a purchase, refunded or not, at most 100. It may be minutes behind,
    /// so it settles nothing; it finds what nobody told us of.
    async fn payments_of(
        &self,
        purchase_id: &PurchaseId,
    ) -> Result<Vec<(PaymentId, Money)>, PaymentError>;

    /// What has become of a payment since it went through.
    async fn payment(&self, payment_id: &PaymentId) -> Result<PaymentReport, PaymentError>;

    async fn refund(&self, request: &RefundRequest) -> Result<RefundId, PaymentError>;

    /// Checks a webhook's signature in constant time and its age against `received_at`, then reads what it is about.
    ///
    /// # Errors
    /// [`WebhookError`].
    fn read_webhook(
        &self,
        body: &[u8],
        signature: &str,
        received_at: Timestamp,
    ) -> Result<WebhookNotice, WebhookError>;
}
