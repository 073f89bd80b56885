//! The people, the picture and the money that the specifications speak of.

use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    account::Profile,
    picture::{Details, Edition, Licence, Listed, Upload},
    purchase::Terms,
    values::{
        AltText, Bio, Colour, Currency, Derivative, DerivativeKind, Description, Digest,
        Dimensions, DisplayName, FeeRate, Handle, MediaType, Money, Original, PaymentId,
        PayoutAccountId, Personal, PictureId, Price, PurchaseId, RefundId, SessionId, Tags,
        ThumbHash, Title, UserId,
    },
};

/// The artist of the picture.
pub fn ann() -> UserId {
    user("ann")
}

pub fn bob() -> UserId {
    user("bob")
}

pub fn cleo() -> UserId {
    user("cleo")
}

pub fn user(id: &str) -> UserId {
    UserId::parse(id).expect("a valid user id")
}

pub fn handle(text: &str) -> Handle {
    Handle::parse(text).expect("a valid handle")
}

pub fn profile(display_name: &str) -> Profile {
    Profile {
        display_name: Personal(DisplayName::parse(display_name).expect("a valid name")),
        bio: Personal(Bio::parse("I walk a lot.\nMostly uphill.").expect("a valid bio")),
    }
}

pub fn picture_id() -> PictureId {
    PictureId::new(Uuid::from_u128(0x0197_9e2a_5c00_7abc_8def_0123_4567_89ab))
}

/// The purchase of the sample picture by a person, for the `attempt`-th time.
pub fn purchase_by(buyer: UserId, attempt: u32) -> PurchaseId {
    PurchaseId::new(picture_id(), buyer, attempt)
}

pub fn bobs_purchase() -> PurchaseId {
    purchase_by(bob(), 1)
}

pub fn eur(amount_minor: i64) -> Money {
    Money {
        amount_minor,
        currency: Currency::Eur,
    }
}

pub fn price(amount_minor: i64) -> Price {
    Price::new(eur(amount_minor)).expect("a valid price")
}

pub fn original(byte: u8) -> Original {
    Original {
        digest: Digest::new([byte; 32]),
        size_bytes: 3_400_000,
        media_type: MediaType::Jpeg,
        dimensions: Dimensions {
            width: 4000,
            height: 3000,
        },
    }
}

pub fn details(title: &str) -> Details {
    Details {
        title: Title::parse(title).expect("a valid title"),
        description: Description::parse("Before the hikers came.").expect("a valid description"),
        alt_text: AltText::parse("A lake between pines").expect("a valid alt text"),
        tags: Tags::parse(["lake", "morning"]).expect("valid tags"),
    }
}

/// What the sample picture is found under.
pub fn listed() -> Listed {
    Listed {
        artist: ann(),
        tags: details("Morning lake").tags,
    }
}

pub fn upload(edition: Edition) -> Upload {
    Upload {
        artist: ann(),
        original: original(0xa1),
        derivatives: DerivativeKind::ALL.map(derivative).to_vec(),
        thumbhash: ThumbHash("1d0806160c8877877f787777788887788f77".to_owned()),
        dominant_colour: Colour::rgb([0x2f, 0x4f, 0x6f]),
        details: details("Morning lake"),
        price: price(1200),
        edition,
        licence: Licence::Personal,
    }
}

fn derivative(kind: DerivativeKind) -> Derivative {
    let width = kind.longest_side();
    Derivative {
        kind,
        digest: Digest::new([kind as u8 + 1; 32]),
        dimensions: Dimensions {
            width,
            height: width * 3 / 4,
        },
        size_bytes: u64::from(width) * 100,
    }
}

pub fn terms() -> Terms {
    Terms {
        picture_id: picture_id(),
        buyer: bob(),
        seller: ann(),
        title: details("Morning lake").title,
        price: price(1200),
        fee_rate: FeeRate::from_bps(1_000).expect("a valid fee"),
        edition: Edition::Exclusive,
        licence: Licence::Personal,
        original: Digest::new([0xa1; 32]),
        expires_at: Timestamp::from_str("2026-03-01T12:30:00Z").expect("a valid time"),
    }
}

pub fn session(id: &str) -> SessionId {
    SessionId(id.to_owned())
}

pub fn payment(id: &str) -> PaymentId {
    PaymentId(id.to_owned())
}

pub fn refund(id: &str) -> RefundId {
    RefundId(id.to_owned())
}

pub fn payout_account(id: &str) -> PayoutAccountId {
    PayoutAccountId(id.to_owned())
}

/// When the share of the sample purchase is payable.
pub fn payable_at() -> Timestamp {
    Timestamp::from_str("2026-03-08T12:00:00Z").expect("a valid time")
}
