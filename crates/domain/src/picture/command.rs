//! What can be asked of a picture.

use serde::{Deserialize, Serialize};

use crate::values::{
    AltText, Colour, Derivative, Description, InvalidValue, Original, Price, PurchaseId, Tags,
    ThumbHash, Title, UserId, Why,
};

/// What the artist writes about a picture.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Details {
    pub title: Title,
    pub description: Description,
    pub alt_text: AltText,
    pub tags: Tags,
}

/// To how many people a picture is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// To as many as like; it stays the artist's.
    Open,
    /// Once; it then belongs to the buyer.
    Exclusive,
}

/// What a buyer may do with the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Licence {
    Personal,
    Commercial,
}

impl Edition {
    /// # Errors
    /// [`InvalidValue`] when it is neither `open` nor `exclusive`.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        match raw {
            "open" => Ok(Self::Open),
            "exclusive" => Ok(Self::Exclusive),
            _ => Err(unknown("edition", "open, exclusive")),
        }
    }
}

impl Licence {
    /// # Errors
    /// [`InvalidValue`] when it is neither `personal` nor `commercial`.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        match raw {
            "personal" => Ok(Self::Personal),
            "commercial" => Ok(Self::Commercial),
            _ => Err(unknown("licence", "personal, commercial")),
        }
    }
}

fn unknown(field: &'static str, known: &'static str) -> InvalidValue {
    let why = Why::Unknown { known };
    InvalidValue { field, why }
}

/// A picture that has been received, checked and developed into its public derivatives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    pub artist: UserId,
    pub original: Original,
    pub derivatives: Vec<Derivative>,
    pub thumbhash: ThumbHash,
    pub dominant_colour: Colour,
    pub details: Details,
    pub price: Price,
    pub edition: Edition,
    pub licence: Licence,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PictureCommand {
    Upload(Box<Upload>),
    Publish {
        actor: UserId,
    },
    Reprice {
        actor: UserId,
        price: Price,
    },
    ChangeDetails {
        actor: UserId,
        details: Details,
    },
    Withdraw {
        actor: UserId,
    },
    /// Holds an exclusive picture for one purchase; an open edition needs no hold.
    Reserve {
        purchase_id: PurchaseId,
        buyer: UserId,
    },
    /// Lets go of the hold, if it is this purchase's.
    Release {
        purchase_id: PurchaseId,
    },
    /// Hands an exclusive picture to its buyer, who must be the purchase's; an open edition stays where it is.
    Sell {
        purchase_id: PurchaseId,
        buyer: UserId,
    },
    /// Gives a sold picture back to its artist after a refund; it is withdrawn until published again.
    Return {
        purchase_id: PurchaseId,
        to: UserId,
    },
}
