//! What happened to a reaction.

use serde::{Deserialize, Serialize};

use crate::{
    EventData,
    values::{PictureId, UserId},
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ReactionEvent {
    PictureLiked {
        picture_id: PictureId,
        user_id: UserId,
    },
    PictureUnliked {
        picture_id: PictureId,
        user_id: UserId,
    },
}

impl EventData for ReactionEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::PictureLiked { .. } => "PictureLiked",
            Self::PictureUnliked { .. } => "PictureUnliked",
        }
    }

    fn version(&self) -> u16 {
        1
    }
}
