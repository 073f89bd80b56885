//! The contract of [`Payments`], kept over whatever the provider and the way to it do; a broken rule panics.
//!
//! Each rule wants a provider that has seen nothing yet.

mod checkout;
mod refunds;
mod returns;
mod webhooks;

use std::time::Duration;

use async_trait::async_trait;
use picasso_domain::{
    Timestamp,
    values::{Currency, Money, PaymentId, PictureId, PurchaseId, SessionId, UserId},
};

use crate::ports::{CheckoutRequest, CheckoutSession, CheckoutStatus, Payments, WebhookRecord};

pub(super) use checkout::assert_may_be_repeated;
pub use checkout::*;
pub use refunds::*;
pub use returns::*;
pub use webhooks::*;

/// A call to the provider that can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Open,
    Read,
    Close,
    Refund,
    Report,
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is carried out, and nobody hears of it.
    TimeoutAfterEffect,
    TimeoutBeforeEffect,
    /// The provider says that it failed.
    ServerError,
    /// The provider says that it is asked too often.
    TooManyRequests,
    ConnectionReset,
}

impl Trouble {
    pub const ALL: [Self; 5] = [
        Self::TimeoutAfterEffect,
        Self::TimeoutBeforeEffect,
        Self::ServerError,
        Self::TooManyRequests,
        Self::ConnectionReset,
    ];
}

/// What a purchase's payments add up to, in minor units, according to the provider's own books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Books {
    pub payments: usize,
    pub charged: i64,
    pub refunded: i64,
}

/// The provider's side: what people do on its page, what goes wrong, and what its books say.
#[async_trait]
pub trait Provider: Send + Sync {
    fn payments(&self) -> &dyn Payments;

    /// A person pays on the page.
    async fn pay(&self, session_id: &SessionId);

    /// A person pays and the provider charges them a second time, by a payment of its own.
    async fn pay_twice(&self, session_id: &SessionId);

    /// A person's card is declined.
    async fn decline(&self, session_id: &SessionId);

    /// Somebody gives the payment of a page back in the provider's dashboard.
    async fn refund_in_dashboard(&self, session_id: &SessionId);

    /// The buyer's bank takes the payment of a page back for the time being.
    async fn dispute(&self, session_id: &SessionId);

    /// The dispute of the payment of a page is decided.
    async fn decide_dispute(&self, session_id: &SessionId, won: bool);

    /// The next such call goes wrong.
    async fn spoil(&self, call: Call, trouble: Trouble);

    /// The provider's clock moves forward.
    async fn pass(&self, time: Duration);

    async fn books(&self, purchase_id: &PurchaseId) -> Books;

    /// How many pages can still be paid.
    async fn open_pages(&self) -> usize;

    /// Waits until so many webhooks have come.
    async fn webhooks(&self, count: usize) -> Vec<WebhookRecord>;
}

pub(super) const PRICE: Money = Money {
    amount_minor: 1_250,
    currency: Currency::Eur,
};

pub(super) fn purchase() -> PurchaseId {
    let buyer = UserId::parse("Bob.the-buyer").expect("a user id");
    PurchaseId::new(PictureId::nil(), buyer, 1)
}

/// A page for [`purchase`] that closes in `minutes`.
fn closing_in(minutes: i64) -> CheckoutRequest {
    CheckoutRequest {
        key: "checkout-1".into(),
        purchase_id: purchase(),
        title: "Harbour at dawn & <night>".into(),
        amount: PRICE,
        success_url: "http://127.0.0.1/orders?checkout=success".into(),
        cancel_url: "http://127.0.0.1/orders?checkout=cancelled".into(),
        expires_at: Timestamp::now() + jiff::SignedDuration::from_mins(minutes),
    }
}

async fn open(provider: &dyn Provider) -> CheckoutSession {
    let opened = provider.payments().open_checkout(&closing_in(60)).await;
    opened.expect("a page")
}

async fn status(provider: &dyn Provider, session_id: &SessionId) -> CheckoutStatus {
    let status = provider.payments().checkout(session_id).await;
    status.expect("a status")
}

/// Opens a page and pays it.
async fn paid(provider: &dyn Provider) -> (SessionId, PaymentId) {
    let session_id = open(provider).await.session_id;
    provider.pay(&session_id).await;
    match status(provider, &session_id).await {
        CheckoutStatus::Paid { payment_id, amount } => {
            assert_eq!(amount, PRICE);
            (session_id, payment_id)
        }
        other => panic!("it was paid, but is {other:?}"),
    }
}
