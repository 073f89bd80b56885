//! What happened to a purchase.

use serde::{Deserialize, Serialize};

use super::command::Terms;
use crate::{
    EventData,
    values::{Money, PaymentId, RefundId, SessionId},
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
    },
    /// The buyer may not download any more, because the payment goes back.
    PurchaseRevoked {
        terms: Box<Terms>,
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
        }
    }

    fn version(&self) -> u16 {
        1
    }
}
