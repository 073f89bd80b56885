//! Identities. Whatever stands before the first `.` of an id is its partition key: a picture, its reactions
//! and its purchases share the picture's, so they live in one log.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{InvalidValue, Why, invalid};

/// A person, as the identity provider names them: 1 to 128 visible ASCII characters (Firebase's limit).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// # Errors
    /// [`InvalidValue`] naming the broken rule.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        match raw.len() {
            0 => invalid("user_id", Why::Empty),
            129.. => invalid("user_id", Why::TooLong { max: 128 }),
            _ if !raw.bytes().all(|b| b.is_ascii_graphic()) => {
                let expected = "visible ASCII characters";
                invalid("user_id", Why::Malformed { expected })
            }
            _ => Ok(Self(raw.to_owned())),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A picture: a UUIDv7 given out when its upload starts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct PictureId(Uuid);

impl PictureId {
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    #[must_use]
    pub const fn nil() -> Self {
        Self(Uuid::nil())
    }

    /// # Errors
    /// [`InvalidValue`] when it is not a hyphenated UUID.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        match Uuid::from_str(raw) {
            Ok(id) if raw.len() == 36 => Ok(Self(id)),
            _ => invalid("picture_id", Why::Malformed { expected: "a UUID" }),
        }
    }
}

impl fmt::Display for PictureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// One attempt of one person to buy one picture, written `<picture>.<buyer>.<attempt>`.
///
/// The pair and the attempt *are* the identity, so a second open purchase of the same pair cannot be
/// created: it would be the same stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PurchaseId {
    picture: PictureId,
    buyer: UserId,
    attempt: u32,
}

impl PurchaseId {
    #[must_use]
    pub fn new(picture: PictureId, buyer: UserId, attempt: u32) -> Self {
        Self {
            picture,
            buyer,
            attempt,
        }
    }

    /// # Errors
    /// [`InvalidValue`] when it is not `<picture>.<buyer>.<attempt>`.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        let malformed = || InvalidValue {
            field: "purchase_id",
            why: Why::Malformed {
                expected: "<picture>.<buyer>.<attempt>",
            },
        };
        // A user id may hold dots, so the outer parts are cut off first.
        let (picture, rest) = raw.split_once('.').ok_or_else(malformed)?;
        let (buyer, attempt) = rest.rsplit_once('.').ok_or_else(malformed)?;
        let number: u32 = attempt.parse().map_err(|_| malformed())?;
        // Written another way (`01`, `+1`) it would be a second stream of the same attempt.
        if number.to_string() != attempt {
            return Err(malformed());
        }
        let picture = PictureId::parse(picture).map_err(|_| malformed())?;
        let buyer = UserId::parse(buyer).map_err(|_| malformed())?;
        Ok(Self::new(picture, buyer, number))
    }

    #[must_use]
    pub fn picture(&self) -> PictureId {
        self.picture
    }

    #[must_use]
    pub fn buyer(&self) -> &UserId {
        &self.buyer
    }

    /// From 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

impl fmt::Display for PurchaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.picture, self.buyer, self.attempt)
    }
}

impl TryFrom<String> for PurchaseId {
    type Error = InvalidValue;
    fn try_from(raw: String) -> Result<Self, InvalidValue> {
        Self::parse(&raw)
    }
}

impl From<PurchaseId> for String {
    fn from(id: PurchaseId) -> Self {
        id.to_string()
    }
}

macro_rules! outside_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

outside_id!(/// A checkout session, as the payment provider names it.
    SessionId);
outside_id!(/// A payment that went through, as the payment provider names it.
    PaymentId);
outside_id!(/// A refund, as the payment provider names it.
    RefundId);
outside_id!(/// A dispute of a payment, as the payment provider names it.
    DisputeId);
outside_id!(/// The account a seller is paid into, as the payment provider names it.
    PayoutAccountId);
outside_id!(/// Money handed on to a seller's account, as the payment provider names it.
    TransferId);
outside_id!(/// Money taken back from a seller's account, as the payment provider names it.
    ReversalId);
