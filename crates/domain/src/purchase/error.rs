//! The rules of a purchase that a command can break.

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PurchaseError {
    #[error("there is no such purchase")]
    Unknown,
    #[error("this purchase has been started already, on other terms")]
    AlreadyStarted,
    #[error("this purchase has been paid")]
    AlreadyPaid,
    #[error("this purchase is closed")]
    Closed,
    #[error("this purchase was never granted")]
    NotGranted,
    #[error("no refund of this payment is due")]
    NoRefundDue,
    #[error("this purchase has no such payment")]
    UnknownPayment,
    #[error("this purchase has no such dispute")]
    UnknownDispute,
    #[error("the buyer's bank disputes this payment")]
    Disputed,
    #[error("the holding time of the seller's share is not over")]
    HoldNotOver,
    #[error("no such transfer is due")]
    NoTransferDue,
    #[error("no reversal of a transfer is due")]
    NoReversalDue,
}
