//! Every way a command can end without its events: one enum, mapped to answers by one table in the API.

use picasso_domain::{
    account::AccountError,
    handle::HandleError,
    payout_account::PayoutAccountError,
    picture::PictureError,
    purchase::PurchaseError,
    reaction::ReactionError,
    values::{InvalidValue, Price},
};
use picasso_eventlog::{AppendError, LogError};

use crate::{
    bridge::UnitError,
    links::LinkError,
    ports::{DevelopError, PaymentError, ReceiveError, Unavailable},
};

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Handle(#[from] HandleError),
    #[error(transparent)]
    PayoutAccount(#[from] PayoutAccountError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Purchase(#[from] PurchaseError),
    #[error(transparent)]
    Reaction(#[from] ReactionError),
    #[error(transparent)]
    Upload(#[from] UploadError),
    #[error("register an account first")]
    NotRegistered,
    /// The buyer saw a lower price than the picture has now: new consent is needed.
    #[error("the picture costs {current} now")]
    PriceRisen { current: Price },
    #[error("this picture has been bought by the same person before")]
    AlreadyOwned,
    #[error("this purchase is somebody else's")]
    NotParty,
    #[error("no more than {limit} attempts to buy one picture are taken")]
    TooManyAttempts { limit: u32 },
    /// The aggregate is not at the version the caller named.
    #[error("it has changed: its version is {current}")]
    StaleVersion { current: u64 },
    #[error("this request id was used before, for something else")]
    RequestReused,
    #[error("too many others are changing the same thing; try again")]
    Contended,
    #[error("the request is too large")]
    TooLarge,
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Why an upload was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("the size is not between 1 and {max} bytes")]
    Size { max: u64 },
    #[error(transparent)]
    Token(#[from] LinkError),
    #[error("this upload was started by somebody else")]
    NotYours,
    #[error("no file has been received for this upload")]
    NotReceived,
    #[error(transparent)]
    File(#[from] ReceiveError),
    #[error(transparent)]
    Picture(#[from] DevelopError),
    #[error("too many uploads are being finished; try again shortly")]
    Busy,
}

impl<E> From<UnitError<E>> for CommandError
where
    E: std::error::Error + Into<Self>,
{
    fn from(error: UnitError<E>) -> Self {
        match error {
            UnitError::Refused(refusal) => refusal.into(),
            UnitError::Log(error) => Self::Log(error),
        }
    }
}

impl From<AppendError> for CommandError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { .. } => Self::Contended,
            AppendError::RequestReused => Self::RequestReused,
            AppendError::TooLarge => Self::TooLarge,
            AppendError::Log(error) => Self::Log(error),
        }
    }
}
