//! Queries of the gallery: lists of what is on sale, one's own pictures, and one picture's page.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use picasso_domain::values::{PictureId, UserId};

use super::{Artwork, Filter, Gallery, GalleryDocument, MINE, filter::Search};
use crate::{
    Live, Order, Reader,
    library::{self, Library},
    ports::ReadStoreError,
    profiles::{People, Person, person},
    query::{Page, PageTokens, Paging, Place, QueryError, walk},
};

/// A picture with its artist's name.
#[derive(Debug, Clone, PartialEq)]
pub struct GalleryPicture {
    pub artwork: Artwork,
    pub artist: Person,
    /// Whether it is the viewer's own.
    pub is_own: bool,
}

/// Answers from the gallery.
#[derive(Clone)]
pub struct GalleryQueries {
    gallery: Reader<Gallery>,
    library: Reader<Library>,
    people: People,
    tokens: PageTokens,
}

impl GalleryQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>, tokens: &PageTokens) -> Self {
        Self {
            gallery: Reader::new(Arc::clone(live)),
            library: Reader::new(Arc::clone(live)),
            people: People::new(live),
            tokens: tokens.clone(),
        }
    }

    /// Pictures on sale.
    ///
    /// # Errors
    /// [`QueryError::InvalidFilter`], [`QueryError::PageToken`] or [`QueryError::Store`].
    pub async fn list(
        &self,
        viewer: Option<&UserId>,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<GalleryPicture>, QueryError> {
        let search = Search::new(filter)?;
        let (index, prefix) = search.place();
        let scope = search.scope();
        let [sorting, artist, tag, words, price] = scope.each_ref().map(String::as_str);
        let place = Place {
            index,
            order: Order::Descending,
            prefix,
            scope: &["gallery.list", sorting, artist, tag, words, price],
        };
        let wanted = |document: Option<GalleryDocument>| {
            document.filter(|document| search.matches(&document.artwork))
        };
        let page = walk(&self.gallery, &self.tokens, place, paging, wanted).await?;
        self.shown(viewer, page).await
    }

    /// A person's own pictures at every stage, newest upload first.
    ///
    /// # Errors
    /// [`QueryError::PageToken`] or [`QueryError::Store`].
    pub async fn mine(
        &self,
        owner: &UserId,
        paging: &Paging,
    ) -> Result<Page<GalleryPicture>, QueryError> {
        let place = Place {
            index: MINE,
            order: Order::Descending,
            prefix: owner.as_str(),
            scope: &["gallery.mine", owner.as_str()],
        };
        let page = walk(&self.gallery, &self.tokens, place, paging, |document| {
            document
        })
        .await?;
        self.shown(Some(owner), page).await
    }

    /// One picture: for everybody when it is on sale or sold, otherwise for its owner and those who bought it.
    ///
    /// # Errors
    /// [`QueryError::NotFound`] or [`QueryError::Store`].
    pub async fn get(
        &self,
        viewer: Option<&UserId>,
        picture_id: PictureId,
    ) -> Result<GalleryPicture, QueryError> {
        let absent = QueryError::NotFound { what: "picture" };
        let document = self.gallery.get(&picture_id.to_string()).await?.flatten();
        let document = document.ok_or(absent)?;
        if !document.is_visible_to(viewer) && !self.was_bought(viewer, picture_id).await? {
            return Err(QueryError::NotFound { what: "picture" });
        }
        let people = self.people.named([&document.artwork.artist]).await?;
        Ok(show(viewer, document, &people))
    }

    async fn was_bought(
        &self,
        viewer: Option<&UserId>,
        picture_id: PictureId,
    ) -> Result<bool, QueryError> {
        let Some(viewer) = viewer else {
            return Ok(false);
        };
        let held = self.library.get(&library::key(viewer, picture_id)).await?;
        Ok(held.flatten().is_some())
    }

    /// The pictures of `ids` that `viewer` may see.
    pub(crate) async fn visible(
        &self,
        viewer: &UserId,
        ids: &[PictureId],
    ) -> Result<HashMap<PictureId, GalleryPicture>, QueryError> {
        let mut found = find(&self.gallery, ids.iter().copied()).await?;
        found.retain(|_, document| document.is_visible_to(Some(viewer)));
        let artists = found.values().map(|document| &document.artwork.artist);
        let people = self.people.named(artists).await?;
        let shown = |(id, document)| (id, show(Some(viewer), document, &people));
        Ok(found.into_iter().map(shown).collect())
    }

    async fn shown(
        &self,
        viewer: Option<&UserId>,
        page: Page<GalleryDocument>,
    ) -> Result<Page<GalleryPicture>, QueryError> {
        let artists = page.items.iter().map(|document| &document.artwork.artist);
        let people = self.people.named(artists).await?;
        let items = page.items.into_iter();
        Ok(Page {
            items: items.map(|it| show(viewer, it, &people)).collect(),
            next: page.next,
        })
    }
}

fn show(
    viewer: Option<&UserId>,
    document: GalleryDocument,
    people: &HashMap<UserId, Person>,
) -> GalleryPicture {
    GalleryPicture {
        artist: person(people, &document.artwork.artist),
        is_own: viewer == Some(&document.owner),
        artwork: document.artwork,
    }
}

/// The pictures with these ids, as far as they are known, for models that speak of pictures.
pub(crate) async fn find(
    gallery: &Reader<Gallery>,
    ids: impl IntoIterator<Item = PictureId>,
) -> Result<HashMap<PictureId, GalleryDocument>, ReadStoreError> {
    let ids: HashSet<PictureId> = ids.into_iter().collect();
    let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let found = gallery.get_many(&keys).await?;
    let documents = found.into_values().flatten();
    Ok(documents.map(|it| (it.artwork.picture_id, it)).collect())
}
