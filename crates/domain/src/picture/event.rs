//! What happened to a picture.

use serde::{Deserialize, Serialize};

use super::command::{Details, Upload};
use crate::{
    EventData,
    values::{Price, PurchaseId, UserId},
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PictureEvent {
    PictureUploaded(Box<Upload>),
    PicturePublished {},
    PictureRepriced {
        price: Price,
    },
    PictureDetailsChanged {
        details: Details,
    },
    PictureWithdrawn {},
    PictureReserved {
        purchase_id: PurchaseId,
    },
    PictureReservationReleased {
        purchase_id: PurchaseId,
    },
    PictureSold {
        purchase_id: PurchaseId,
        buyer: UserId,
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
            Self::PicturePublished {} => "PicturePublished",
            Self::PictureRepriced { .. } => "PictureRepriced",
            Self::PictureDetailsChanged { .. } => "PictureDetailsChanged",
            Self::PictureWithdrawn {} => "PictureWithdrawn",
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
