//! What can be asked of a reaction.

use crate::values::{PictureId, UserId};

#[derive(Debug, Clone, PartialEq)]
pub enum ReactionCommand {
    Like {
        picture_id: PictureId,
        user_id: UserId,
        /// Looked up by the handler: published, and neither reserved nor sold.
        picture_is_listed: bool,
    },
    /// Always allowed: a like can be taken back from a withdrawn picture too.
    Unlike {
        picture_id: PictureId,
        user_id: UserId,
    },
}
