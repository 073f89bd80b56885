//! What can be asked of a purchase.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::Closure;
use crate::{
    picture::{Edition, Licence},
    values::{
        Digest, DisputeId, FeeRate, Money, PaymentId, PayoutAccountId, PictureId, Price, RefundId,
        ReversalId, SessionId, Split, Title, TransferId, UserId,
    },
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
    /// What Picasso keeps of the price.
    pub fee_rate: FeeRate,
    pub edition: Edition,
    pub licence: Licence,
    /// The file the buyer will get.
    pub original: Digest,
    /// When the checkout page closes.
    pub expires_at: Timestamp,
}

impl Terms {
    /// What Picasso keeps, and what the seller gets.
    #[must_use]
    pub fn split(&self) -> Split {
        self.fee_rate.split(self.price)
    }
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
        /// When the seller may have their share, should this payment be for a grant.
        payable_at: Timestamp,
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
    /// The provider reports that a payment was given back whole, whoever asked for it.
    NoteRefund {
        payment_id: PaymentId,
        refund_id: RefundId,
    },
    /// The provider reports that the buyer's bank wants a payment back and has taken it for the time being.
    NoteDispute {
        payment_id: PaymentId,
        dispute_id: DisputeId,
        amount: Money,
    },
    /// The provider reports how a dispute has ended.
    CloseDispute {
        dispute_id: DisputeId,
        won: bool,
    },
    /// The seller's share is theirs once the holding time is over.
    ReleaseEarnings {
        now: Timestamp,
    },
    /// The seller's share shall go to an account that can be paid.
    RequestTransfer {
        account: PayoutAccountId,
    },
    ConfirmTransfer {
        key: String,
        transfer_id: TransferId,
    },
    /// The provider refused the transfer that has this key: nothing was moved.
    RefuseTransfer {
        key: String,
        code: String,
    },
    ConfirmReversal {
        reversal_id: ReversalId,
    },
}
