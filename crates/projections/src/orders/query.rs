//! Queries of orders: what a person has tried to buy, and what others have tried to buy of them.

use std::sync::Arc;

use picasso_domain::values::{PurchaseId, UserId};

use super::{BUYER, OrderDocument, Orders, SELLER};
use crate::{
    Live, Reader,
    gallery::{Artwork, Gallery, find},
    profiles::{People, Person, person},
    query::{Page, PageTokens, Paging, Place, QueryError, walk},
};

/// From which side an order is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Buyer,
    Seller,
}

/// An order as one of its sides may see it: how the buyer pays is the buyer's alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub order: OrderDocument,
    pub side: Side,
    pub buyer: Person,
    pub seller: Person,
    pub artwork: Option<Artwork>,
}

/// Answers how purchases stand.
#[derive(Clone)]
pub struct OrderQueries {
    orders: Reader<Orders>,
    gallery: Reader<Gallery>,
    people: People,
    tokens: PageTokens,
}

impl OrderQueries {
    #[must_use]
    pub fn new(live: &Arc<Live>, tokens: &PageTokens) -> Self {
        Self {
            orders: Reader::new(Arc::clone(live)),
            gallery: Reader::new(Arc::clone(live)),
            people: People::new(live),
            tokens: tokens.clone(),
        }
    }

    /// A person's orders from one side, latest start first.
    ///
    /// # Errors
    /// [`QueryError::PageToken`] or [`QueryError::Store`].
    pub async fn list(
        &self,
        person: &UserId,
        side: Side,
        paging: &Paging,
    ) -> Result<Page<Order>, QueryError> {
        let index = match side {
            Side::Buyer => BUYER,
            Side::Seller => SELLER,
        };
        let place = Place {
            index,
            order: crate::Order::Descending,
            prefix: person.as_str(),
            scope: &["orders.list", index, person.as_str()],
        };
        let page = walk(&self.orders, &self.tokens, place, paging, |order| order).await?;
        let seen = page.items.into_iter().map(|order| (order, side)).collect();
        Ok(Page {
            items: self.shown(seen).await?,
            next: page.next,
        })
    }

    /// One order, for its buyer and its seller.
    ///
    /// # Errors
    /// [`QueryError::NotFound`] or [`QueryError::Store`].
    pub async fn get(
        &self,
        viewer: &UserId,
        purchase_id: &PurchaseId,
    ) -> Result<Order, QueryError> {
        let absent = || QueryError::NotFound { what: "order" };
        let found = self.orders.get(&purchase_id.to_string()).await?.flatten();
        let order = found.ok_or_else(absent)?;
        let side = order.side_of(viewer).ok_or_else(absent)?;
        let shown = self.shown(vec![(order, side)]).await?;
        shown.into_iter().next().ok_or_else(absent)
    }

    async fn shown(&self, orders: Vec<(OrderDocument, Side)>) -> Result<Vec<Order>, QueryError> {
        let pictures = orders.iter().map(|(order, _)| order.picture_id);
        let artworks = find(&self.gallery, pictures).await?;
        let sides = orders
            .iter()
            .flat_map(|(order, _)| [&order.buyer, &order.seller]);
        let people = self.people.named(sides).await?;
        let show = |(order, side): (OrderDocument, Side)| Order {
            buyer: person(&people, &order.buyer),
            seller: person(&people, &order.seller),
            artwork: artworks.get(&order.picture_id).map(|it| it.artwork.clone()),
            order: order.seen_from(side),
            side,
        };
        Ok(orders.into_iter().map(show).collect())
    }
}

impl OrderDocument {
    fn side_of(&self, viewer: &UserId) -> Option<Side> {
        if self.buyer == *viewer {
            Some(Side::Buyer)
        } else if self.seller == *viewer {
            Some(Side::Seller)
        } else {
            None
        }
    }

    pub(super) fn seen_from(mut self, side: Side) -> Self {
        match side {
            Side::Buyer => self.timeline.retain(|moment| !moment.is_the_sellers),
            Side::Seller => {
                self.checkout_url = None;
                self.declined = None;
            }
        }
        self
    }
}
