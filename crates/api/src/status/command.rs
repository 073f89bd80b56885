//! What a refused command is answered with.

use picasso_commands::{
    CommandError, UploadError,
    links::LinkError,
    ports::{DevelopError, PaymentError, ReceiveError},
};
use picasso_domain::{
    account::AccountError, handle::HandleError, payout_account::PayoutAccountError,
    picture::PictureError, purchase::PurchaseError, reaction::ReactionError,
};

use super::{Reason, Refusal};

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Invalid(error) => error.into(),
            CommandError::Account(error) => error.into(),
            CommandError::Handle(error) => error.into(),
            CommandError::PayoutAccount(error) => error.into(),
            CommandError::Picture(error) => error.into(),
            CommandError::Purchase(error) => error.into(),
            CommandError::Reaction(error) => error.into(),
            CommandError::Upload(error) => error.into(),
            CommandError::NotRegistered => Self::new(Reason::NotRegistered),
            CommandError::PriceRisen { current } => Self::new(Reason::PriceRisen)
                .saying(format!("the picture costs {current} now"))
                .with("current_amount_minor", current.money().amount_minor)
                .with("current_currency", current.money().currency.code()),
            CommandError::AlreadyOwned => Self::new(Reason::AlreadyOwned),
            CommandError::NotParty => Self::new(Reason::NotParty),
            CommandError::TooManyAttempts { limit } => {
                let refusal = Self::new(Reason::TooManyAttempts).with("limit", limit);
                // Waiting does not help here.
                Self {
                    retry_after: None,
                    ..refusal
                }
            }
            CommandError::StaleVersion { current } => {
                Self::new(Reason::EtagMismatch).with("current_etag", current)
            }
            CommandError::RequestReused => Self::new(Reason::RequestReused),
            CommandError::Contended => Self::new(Reason::Contended),
            CommandError::TooLarge => Self::new(Reason::CommandTooLarge),
            CommandError::Payment(error) => error.into(),
            CommandError::Unavailable(error) => error.into(),
            CommandError::Log(error) => error.into(),
        }
    }
}

impl From<AccountError> for Refusal {
    fn from(error: AccountError) -> Self {
        Self::new(match error {
            AccountError::AlreadyRegistered => Reason::AlreadyRegistered,
            AccountError::NotRegistered => Reason::NotRegistered,
        })
    }
}

impl From<HandleError> for Refusal {
    fn from(error: HandleError) -> Self {
        Self::new(match error {
            HandleError::HandleTaken => Reason::HandleTaken,
        })
    }
}

impl From<PayoutAccountError> for Refusal {
    fn from(error: PayoutAccountError) -> Self {
        Self::new(match error {
            PayoutAccountError::NotRequested | PayoutAccountError::NotOpened => {
                Reason::PayoutAccountNotOpen
            }
        })
    }
}

impl From<PictureError> for Refusal {
    fn from(error: PictureError) -> Self {
        Self::new(match error {
            PictureError::Unknown => Reason::PictureNotFound,
            PictureError::AlreadyUploaded => Reason::AlreadyUploaded,
            PictureError::NotOwner => Reason::NotOwner,
            PictureError::NotPublished => Reason::PictureNotPublished,
            PictureError::Withdrawn => Reason::PictureWithdrawn,
            PictureError::Sold => Reason::PictureSold,
            PictureError::Reserved => Reason::PictureReserved,
            PictureError::NotReserved => Reason::NotReserved,
            PictureError::OwnPicture => Reason::OwnPicture,
            PictureError::CurrencyChange => Reason::CurrencyChange,
        })
    }
}

impl From<PurchaseError> for Refusal {
    fn from(error: PurchaseError) -> Self {
        Self::new(match error {
            PurchaseError::Unknown => Reason::PurchaseNotFound,
            PurchaseError::AlreadyStarted => Reason::PurchaseAlreadyStarted,
            PurchaseError::AlreadyPaid => Reason::AlreadyPaid,
            PurchaseError::Closed => Reason::PurchaseClosed,
            PurchaseError::NotGranted => Reason::PurchaseNotGranted,
            PurchaseError::NoRefundDue => Reason::NoRefundDue,
            PurchaseError::UnknownPayment => Reason::PaymentNotFound,
            PurchaseError::UnknownDispute => Reason::DisputeNotFound,
            PurchaseError::Disputed => Reason::PurchaseDisputed,
            PurchaseError::HoldNotOver => Reason::HoldNotOver,
            PurchaseError::NoTransferDue => Reason::NoTransferDue,
            PurchaseError::NoReversalDue => Reason::NoReversalDue,
        })
    }
}

impl From<ReactionError> for Refusal {
    fn from(error: ReactionError) -> Self {
        Self::new(match error {
            ReactionError::PictureNotListed => Reason::PictureNotListed,
        })
    }
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Size { max } => Self::new(Reason::UploadSize)
                .with("max_bytes", max)
                .at("size_bytes", error.to_string()),
            UploadError::Token(error) => error.into(),
            UploadError::NotYours => Self::new(Reason::UploadNotYours),
            UploadError::NotReceived => Self::new(Reason::UploadNotReceived),
            UploadError::File(error) => error.into(),
            UploadError::Picture(error) => error.into(),
            UploadError::Busy => Self::new(Reason::UploadsBusy),
        }
    }
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        Self::new(match error {
            LinkError::Malformed => Reason::LinkMalformed,
            LinkError::Forged => Reason::LinkForged,
            LinkError::Expired => Reason::LinkExpired,
        })
    }
}

impl From<ReceiveError> for Refusal {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::TooLarge => Self::new(Reason::UploadTooLarge),
            ReceiveError::CutShort {
                announced,
                received,
            } => Self::new(Reason::UploadCutShort)
                .with("announced_bytes", announced)
                .with("received_bytes", received),
            ReceiveError::WrongDigest => Self::new(Reason::UploadWrongDigest),
            ReceiveError::Unavailable(error) => error.into(),
        }
    }
}

impl From<DevelopError> for Refusal {
    fn from(error: DevelopError) -> Self {
        match error {
            DevelopError::UnsupportedFormat => Self::new(Reason::UnsupportedFormat),
            DevelopError::Damaged(_) => Self::new(Reason::DamagedPicture),
            DevelopError::SideTooLong {
                width,
                height,
                max_side,
            } => Self::new(Reason::PictureSideTooLong)
                .with("width", width)
                .with("height", height)
                .with("max_side", max_side),
            DevelopError::TooManyPixels { pixels, max_pixels } => {
                Self::new(Reason::PictureTooManyPixels)
                    .with("pixels", pixels)
                    .with("max_pixels", max_pixels)
            }
            DevelopError::AbsurdCompression => Self::new(Reason::AbsurdCompression),
            DevelopError::TooSlow => Self::new(Reason::PictureTooSlow),
            DevelopError::Busy => Self::new(Reason::UploadsBusy),
            DevelopError::Internal(_) => Self::internal(&error),
        }
    }
}

impl From<PaymentError> for Refusal {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Unknown(_) => {
                let Self { metadata, .. } = Self::unavailable(&error);
                Self {
                    metadata,
                    ..Self::new(Reason::PaymentProviderSilent)
                }
            }
            PaymentError::Busy => Self::new(Reason::PaymentProviderBusy),
            PaymentError::Refused { code } => {
                Self::new(Reason::PaymentRefused).with("provider_code", code)
            }
        }
    }
}
