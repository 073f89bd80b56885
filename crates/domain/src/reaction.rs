//! One person's like of one picture: a small stream per pair, so a popular picture is never a hot aggregate.

mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::{command::ReactionCommand, error::ReactionError, event::ReactionEvent};
use crate::{
    Aggregate,
    values::{PictureId, UserId},
};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reaction {
    liked: bool,
}

impl Reaction {
    /// The stream of one pair; the picture's id comes first because it is the partition key.
    #[must_use]
    pub fn id(picture_id: PictureId, user_id: &UserId) -> String {
        format!("{picture_id}.{user_id}")
    }
}

impl Aggregate for Reaction {
    const TYPE: &'static str = "reaction";
    type Command = ReactionCommand;
    type Event = ReactionEvent;
    type Error = ReactionError;

    fn decide(&self, command: ReactionCommand) -> Result<Vec<ReactionEvent>, ReactionError> {
        match command {
            ReactionCommand::Like { .. } if self.liked => Ok(vec![]),
            ReactionCommand::Like {
                picture_is_listed: false,
                ..
            } => Err(ReactionError::PictureNotListed),
            ReactionCommand::Like {
                picture_id,
                user_id,
                ..
            } => Ok(vec![ReactionEvent::PictureLiked {
                picture_id,
                user_id,
            }]),
            ReactionCommand::Unlike {
                picture_id,
                user_id,
            } if self.liked => Ok(vec![ReactionEvent::PictureUnliked {
                picture_id,
                user_id,
            }]),
            ReactionCommand::Unlike { .. } => Ok(vec![]),
        }
    }

    fn evolve(&mut self, event: &ReactionEvent) {
        match event {
            ReactionEvent::PictureLiked { .. } => self.liked = true,
            ReactionEvent::PictureUnliked { .. } => self.liked = false,
        }
    }
}
