//! What happened to a picture.

use serde::{Deserialize, Serialize};

use super::command::{Details, Upload};
use crate::{
    EventData,
    values::{Price, PurchaseId, Tags, UserId},
};

/// What a picture for sale is found under, for readers that know only the event that changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub artist: UserId,
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PictureEvent {
    PictureUploaded(Box<Upload>),
    PicturePublished(Listed),
    PictureRepriced {
        price: Price,
    },
    PictureDetailsChanged {
        details: Details,
        /// The tags it was found under until now; nothing unless it is for sale.
        listed_under: Option<Tags>,
    },
    PictureWithdrawn(Listed),
    PictureReserved {
        purchase_id: PurchaseId,
    },
    PictureReservationReleased {
        purchase_id: PurchaseId,
    },
    PictureSold {
        purchase_id: PurchaseId,
        buyer: UserId,
        /// What it is no longer found under.
        listed: Listed,
    },
    PictureReturned {
        purchase_id: PurchaseId,
        to: UserId,
    },
}

impl EventData for PictureEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::PictureUploaded(_) => "PictureUploaded",
            Self::PicturePublished(_) => "PicturePublished",
            Self::PictureRepriced { .. } => "PictureRepriced",
            Self::PictureDetailsChanged { .. } => "PictureDetailsChanged",
            Self::PictureWithdrawn(_) => "PictureWithdrawn",
            Self::PictureReserved { .. } => "PictureReserved",
            Self::PictureReservationReleased { .. } => "PictureReservationReleased",
            Self::PictureSold { .. } => "PictureSold",
            Self::PictureReturned { .. } => "PictureReturned",
        }
    }

    fn version(&self) -> u16 {
        1
    }
}
