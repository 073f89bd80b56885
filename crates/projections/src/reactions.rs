//! Reactions: did this person like that picture, and what do they like. One document per pair, only while liked.

mod query;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use picasso_domain::{
    DomainEvent, Reaction,
    reaction::ReactionEvent,
    values::{PictureId, UserId},
};
use serde::{Deserialize, Serialize};

pub use self::query::{LikedPicture, ReactionQueries};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded,
    fold::{entry, misfit, sortable},
};

pub(crate) const USER: &str = "user";

/// A like that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LikeDocument {
    pub picture_id: PictureId,
    pub user_id: UserId,
    pub liked_at: Timestamp,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Reactions;

fn news(event: &Recorded) -> Option<&ReactionEvent> {
    match &event.data {
        DomainEvent::Reaction(happened) => Some(happened),
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Picture(_)
        | DomainEvent::Purchase(_) => None,
    }
}

impl Projection for Reactions {
    type Document = Option<LikeDocument>;
    const NAME: &'static str = "reactions";
    const VERSION: u32 = 1;
    const INDEXES: &'static [Index] = &[Index {
        name: USER,
        order: Order::Descending,
    }];

    fn keys(&self, event: &Recorded) -> Keys {
        match news(event) {
            Some(
                ReactionEvent::PictureLiked {
                    picture_id,
                    user_id,
                }
                | ReactionEvent::PictureUnliked {
                    picture_id,
                    user_id,
                },
            ) => vec![Reaction::id(*picture_id, user_id)],
            None => vec![],
        }
    }

    fn fold(
        &self,
        _key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let Some(happened) = news(event) else {
            return Ok(Effect::Keep);
        };
        match (happened, &document) {
            (
                ReactionEvent::PictureLiked {
                    picture_id,
                    user_id,
                },
                None,
            ) => {
                *document = Some(LikeDocument {
                    picture_id: *picture_id,
                    user_id: user_id.clone(),
                    liked_at: event.event.recorded_at,
                });
                Ok(Effect::Keep)
            }
            (ReactionEvent::PictureLiked { .. }, Some(_)) => {
                Err(misfit(event, "the picture is liked already"))
            }
            (ReactionEvent::PictureUnliked { .. }, Some(_)) => Ok(Effect::Delete),
            (ReactionEvent::PictureUnliked { .. }, None) => {
                Err(misfit(event, "the picture is not liked"))
            }
        }
    }

    fn index(&self, _key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        let place =
            |like: &LikeDocument| entry(USER, like.user_id.as_str(), sortable(like.liked_at));
        document.iter().map(place).collect()
    }
}
