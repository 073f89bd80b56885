//! Queries of the library: what a person has bought.

use std::sync::Arc;

use picasso_domain::values::UserId;

use super::{BUYER, Library, LibraryDocument};
use crate::{
    Live, Order, Reader,
    gallery::{Artwork, Gallery, find},
    profiles::{People, Person, person},
    query::{Page, PageTokens, Paging, Place, QueryError, walk},
};

/// A bought picture. The artwork stays visible to its buyer when it is on sale no more.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryItem {
    pub bought: LibraryDocument,
    pub seller: Person,
    pub artwork: Option<Artwork>,
}

/// Answers what a person may download because they have paid for it.
#[derive(Clone)]
pub struct LibraryQueries {
    library: Reader<Library>,
    gallery: Reader<Gallery>,
    people: People,
    tokens: PageTokens,
}

impl LibraryQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>, tokens: &PageTokens) -> Self {
        Self {
            library: Reader::new(Arc::clone(live)),
            gallery: Reader::new(Arc::clone(live)),
            people: People::new(live),
            tokens: tokens.clone(),
        }
    }

    /// Latest purchase first.
    ///
    /// # Errors
    /// [`QueryError::PageToken`] or [`QueryError::Store`].
    pub async fn list(
        &self,
        buyer: &UserId,
        paging: &Paging,
    ) -> Result<Page<LibraryItem>, QueryError> {
        let place = Place {
            index: BUYER,
            order: Order::Descending,
            prefix: buyer.as_str(),
            scope: &["library.list", buyer.as_str()],
        };
        let page = walk(&self.library, &self.tokens, place, paging, |held| held).await?;
        let pictures = page.items.iter().map(|bought| bought.picture_id);
        let mut artworks = find(&self.gallery, pictures).await?;
        let sellers = page.items.iter().map(|bought| &bought.seller);
        let people = self.people.named(sellers).await?;
        let item = |bought: LibraryDocument| LibraryItem {
            seller: person(&people, &bought.seller),
            artwork: artworks.remove(&bought.picture_id).map(|it| it.artwork),
            bought,
        };
        Ok(Page {
            items: page.items.into_iter().map(item).collect(),
            next: page.next,
        })
    }
}
