//! Queries of reactions: what a person likes.

use std::{collections::HashSet, sync::Arc};

use jiff::Timestamp;
use picasso_domain::{
    Reaction,
    values::{PictureId, UserId},
};

use super::{LikeDocument, Reactions, USER};
use crate::{
    Live, Order, Reader,
    gallery::{GalleryPicture, GalleryQueries},
    query::{Page, PageTokens, Paging, Place, QueryError, walk},
};

/// A picture somebody likes.
#[derive(Debug, Clone, PartialEq)]
pub struct LikedPicture {
    pub picture_id: PictureId,
    pub liked_at: Timestamp,
    /// `None` when it has been withdrawn.
    pub picture: Option<GalleryPicture>,
}

/// Answers what people like.
#[derive(Clone)]
pub struct ReactionQueries {
    reactions: Reader<Reactions>,
    gallery: GalleryQueries,
    tokens: PageTokens,
}

impl ReactionQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>, tokens: &PageTokens) -> Self {
        Self {
            reactions: Reader::new(Arc::clone(live)),
            gallery: GalleryQueries::new(live, tokens),
            tokens: tokens.clone(),
        }
    }

    /// Which of these pictures a person likes; at most [`MAX_DOCUMENTS`](crate::ports::MAX_DOCUMENTS) are asked.
    ///
    /// # Errors
    /// [`QueryError::Store`].
    pub async fn liked(
        &self,
        user: &UserId,
        pictures: &[PictureId],
    ) -> Result<HashSet<PictureId>, QueryError> {
        let keys: HashSet<String> = pictures.iter().map(|it| Reaction::id(*it, user)).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let found = self.reactions.get_many(&keys).await?;
        let likes = found.into_values().flatten();
        Ok(likes.map(|like| like.picture_id).collect())
    }

    /// Latest like first.
    ///
    /// # Errors
    /// [`QueryError::PageToken`] or [`QueryError::Store`].
    pub async fn list(
        &self,
        user: &UserId,
        paging: &Paging,
    ) -> Result<Page<LikedPicture>, QueryError> {
        let place = Place {
            index: USER,
            order: Order::Descending,
            prefix: user.as_str(),
            scope: &["reactions.list", user.as_str()],
        };
        let page = walk(&self.reactions, &self.tokens, place, paging, |like| like).await?;
        let ids: Vec<PictureId> = page.items.iter().map(|like| like.picture_id).collect();
        let mut pictures = self.gallery.visible(user, &ids).await?;
        let liked = |like: LikeDocument| LikedPicture {
            picture: pictures.remove(&like.picture_id),
            picture_id: like.picture_id,
            liked_at: like.liked_at,
        };
        Ok(Page {
            items: page.items.into_iter().map(liked).collect(),
            next: page.next,
        })
    }
}
