//! What can be asked of a purchase.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::Closure;
use crate::{
    picture::{Edition, Licence},
    values::{Digest, Money, PaymentId, PictureId, Price, RefundId, SessionId, Title, UserId},
};

/// What buyer and seller agree to; frozen when checkout starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    pub picture_id: PictureId,
    pub buyer: UserId,
    pub seller: UserId,
    /// What the picture was called then: the checkout page, asked for twice, must be the same page.
    pub title: Title,
    pub price: Price,
    pub edition: Edition,
    pub licence: Licence,
    /// The file the buyer will get.
    pub original: Digest,
    /// When the checkout page closes.
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PurchaseCommand {
    Start(Box<Terms>),
    /// The provider has made the checkout page for this purchase.
    OpenCheckout {
        session_id: SessionId,
        url: String,
    },
    /// The provider reports that a card was declined; the page stays open.
    NoteDecline {
        code: String,
    },
    /// The provider reports a payment that went through.
    ConfirmPayment {
        payment_id: PaymentId,
        amount: Money,
        /// Looked up by the handler: an open edition, or still reserved for this purchase.
        picture_is_deliverable: bool,
    },
    /// The provider's page is closed for good, so no payment can come of it any more.
    Close {
        closure: Closure,
    },
    RequestRefund,
    ConfirmRefund {
        payment_id: PaymentId,
        refund_id: RefundId,
    },
}
