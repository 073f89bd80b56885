//! What happened to a purchase.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::Terms;
use crate::{
    EventData,
    values::{
        DisputeId, Money, PaymentId, PayoutAccountId, RefundId, ReversalId, SessionId, TransferId,
        UserId,
    },
};

/// Why a purchase ended without a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closure {
    CancelledByBuyer,
    Expired,
    /// The payment provider would not make a checkout page.
    CheckoutRefused,
    /// A payment came but cannot be used; it goes back.
    PaymentUnusable,
}

/// Why a payment goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    Requested,
    PaidTwice,
    PaidTooLate,
    WrongAmount,
    PictureUnavailable,
}

/// How the payment of a grant went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationCause {
    Refund,
    /// The buyer's bank took it.
    Dispute,
}

/// A seller's share that nobody may move while the buyer's bank has the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldShare {
    pub seller: UserId,
    pub amount: Money,
    /// Whether it had been released before.
    pub released: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PurchaseEvent {
    PurchaseStarted(Box<Terms>),
    CheckoutOpened {
        session_id: SessionId,
        url: String,
    },
    PaymentDeclined {
        code: String,
    },
    PaymentReceived {
        payment_id: PaymentId,
        amount: Money,
    },
    /// The buyer may download from now on; carries the terms for readers that know only this event.
    PurchaseGranted {
        payment_id: PaymentId,
        terms: Box<Terms>,
        /// When the seller may have their share.
        payable_at: Timestamp,
    },
    /// The buyer may not download any more, because the payment goes back.
    PurchaseRevoked {
        terms: Box<Terms>,
        cause: RevocationCause,
        /// Whether the seller's share had been released before.
        released: bool,
        /// Whether a dispute has held it.
        held: bool,
    },
    PurchaseClosed {
        closure: Closure,
    },
    /// The key is stored here before the provider is asked, so that asking again is harmless.
    RefundRequested {
        payment_id: PaymentId,
        key: String,
        reason: RefundReason,
    },
    PaymentRefunded {
        payment_id: PaymentId,
        refund_id: RefundId,
        amount: Money,
    },
    /// The buyer's bank wants the payment back; the provider keeps it until that is decided.
    PurchaseDisputed {
        dispute_id: DisputeId,
        payment_id: PaymentId,
        amount: Money,
        /// The share that is held until the dispute ends, unless the seller has been paid.
        held: Option<HeldShare>,
    },
    DisputeWon {
        dispute_id: DisputeId,
        payment_id: PaymentId,
        amount: Money,
        /// As when it began.
        held: Option<HeldShare>,
    },
    DisputeLost {
        dispute_id: DisputeId,
        payment_id: PaymentId,
        amount: Money,
    },
    /// The holding time is over: the seller's share may be transferred.
    EarningsReleased {
        seller: UserId,
        amount: Money,
    },
    /// The key is stored here before the provider is asked, so that asking again is harmless.
    TransferRequested {
        key: String,
        account: PayoutAccountId,
        seller: UserId,
        amount: Money,
    },
    /// Nothing was moved; the next attempt has a key of its own.
    TransferRefused {
        key: String,
        code: String,
    },
    SellerPaid {
        transfer_id: TransferId,
        seller: UserId,
        amount: Money,
    },
    /// The share must come back from the seller; the key is stored before the provider is asked.
    ReversalRequested {
        transfer_id: TransferId,
        key: String,
    },
    TransferReversed {
        transfer_id: TransferId,
        reversal_id: ReversalId,
        seller: UserId,
        amount: Money,
    },
}

impl EventData for PurchaseEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::PurchaseStarted(_) => "PurchaseStarted",
            Self::CheckoutOpened { .. } => "CheckoutOpened",
            Self::PaymentDeclined { .. } => "PaymentDeclined",
            Self::PaymentReceived { .. } => "PaymentReceived",
            Self::PurchaseGranted { .. } => "PurchaseGranted",
            Self::PurchaseRevoked { .. } => "PurchaseRevoked",
            Self::PurchaseClosed { .. } => "PurchaseClosed",
            Self::RefundRequested { .. } => "RefundRequested",
            Self::PaymentRefunded { .. } => "PaymentRefunded",
            Self::PurchaseDisputed { .. } => "PurchaseDisputed",
            Self::DisputeWon { .. } => "DisputeWon",
            Self::DisputeLost { .. } => "DisputeLost",
            Self::EarningsReleased { .. } => "EarningsReleased",
            Self::TransferRequested { .. } => "TransferRequested",
            Self::TransferRefused { .. } => "TransferRefused",
            Self::SellerPaid { .. } => "SellerPaid",
            Self::ReversalRequested { .. } => "ReversalRequested",
            Self::TransferReversed { .. } => "TransferReversed",
        }
    }

    fn version(&self) -> u16 {
        1
    }
}
