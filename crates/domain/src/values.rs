//! Values parsed on construction: once a `Title` exists it is a valid title.
//!
//! Reading them back from stored events does not parse again, so that a rule tightened later cannot
//! make history unreadable.

mod ids;
mod media;
mod money;
mod personal;
#[cfg(test)]
mod tests;
mod text;

pub use ids::{
    DisputeId, PaymentId, PayoutAccountId, PictureId, PurchaseId, RefundId, ReversalId, SessionId,
    TransferId, UserId,
};
pub use media::{
    Colour, Derivative, DerivativeKind, Digest, Dimensions, MediaType, Original, ThumbHash,
};
pub use money::{
    Currency, FeeRate, MAX_FEE_BPS, MAX_PRICE_MINOR, MIN_PRICE_MINOR, Money, Price, Split,
};
pub use personal::Personal;
pub use text::{AltText, Bio, Description, DisplayName, Handle, MAX_TAGS, Tag, Tags, Title};

/// A text or number from outside that is not the value it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct InvalidValue {
    /// Which value: `title`, `price`, `handle` …
    pub field: &'static str,
    pub why: Why,
}

/// The rule an [`InvalidValue`] breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("is empty")]
    Empty,
    #[error("is shorter than {min} characters")]
    TooShort { min: usize },
    #[error("is longer than {max} characters")]
    TooLong { max: usize },
    #[error("holds a control character")]
    ControlCharacter,
    #[error("is not written as {expected}")]
    Malformed { expected: &'static str },
    #[error("is not between {min} and {max}")]
    OutOfRange { min: i64, max: i64 },
    #[error("has more than {max} entries")]
    TooMany { max: usize },
    #[error("is not one of {known}")]
    Unknown { known: &'static str },
}

impl Why {
    /// The stable code of the rule, for API error details.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::TooShort { .. } => "TOO_SHORT",
            Self::TooLong { .. } => "TOO_LONG",
            Self::ControlCharacter => "CONTROL_CHARACTER",
            Self::Malformed { .. } => "MALFORMED",
            Self::OutOfRange { .. } => "OUT_OF_RANGE",
            Self::TooMany { .. } => "TOO_MANY",
            Self::Unknown { .. } => "UNKNOWN",
        }
    }
}

pub(crate) fn invalid<T>(field: &'static str, why: Why) -> Result<T, InvalidValue> {
    Err(InvalidValue { field, why })
}
