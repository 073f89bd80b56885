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
}
