//! The library: what a person has bought and may download. One document per buyer and picture, whichever attempt
//! the purchase was; a revoked purchase leaves nothing.

mod downloads;
mod query;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use picasso_domain::{
    DomainEvent,
    picture::{Edition, Licence},
    purchase::{PurchaseEvent, Terms},
    values::{Digest, PictureId, Price, PurchaseId, UserId},
};
use serde::{Deserialize, Serialize};

pub use self::{
    downloads::{DownloadRights, Right},
    query::{LibraryItem, LibraryQueries},
};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded,
    fold::{entry, misfit, sortable},
};

pub(crate) const BUYER: &str = "buyer";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LibraryDocument {
    pub purchase_id: PurchaseId,
    pub picture_id: PictureId,
    pub seller: UserId,
    pub edition: Edition,
    pub licence: Licence,
    pub price: Price,
    pub bought_at: Timestamp,
    /// For the download link only: never part of an answer.
    pub(crate) original_digest: Digest,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Library;

enum News<'a> {
    Granted(&'a Terms),
    Revoked(&'a Terms),
}

fn news(event: &Recorded) -> Option<News<'_>> {
    match &event.data {
        DomainEvent::Purchase(happened) => match happened {
            PurchaseEvent::PurchaseGranted { terms, .. } => Some(News::Granted(terms)),
            PurchaseEvent::PurchaseRevoked { terms, .. } => Some(News::Revoked(terms)),
            PurchaseEvent::PurchaseStarted(_)
            | PurchaseEvent::CheckoutOpened { .. }
            | PurchaseEvent::PaymentDeclined { .. }
            | PurchaseEvent::PaymentReceived { .. }
            | PurchaseEvent::PurchaseClosed { .. }
            | PurchaseEvent::RefundRequested { .. }
            | PurchaseEvent::PaymentRefunded { .. }
            | PurchaseEvent::PurchaseDisputed { .. }
            | PurchaseEvent::DisputeWon { .. }
            | PurchaseEvent::DisputeLost { .. }
            | PurchaseEvent::EarningsReleased { .. }
            | PurchaseEvent::TransferRequested { .. }
            | PurchaseEvent::TransferRefused { .. }
            | PurchaseEvent::SellerPaid { .. }
            | PurchaseEvent::ReversalRequested { .. }
            | PurchaseEvent::TransferReversed { .. } => None,
        },
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Picture(_)
        | DomainEvent::Reaction(_) => None,
    }
}

/// A user id may hold slashes, a picture id holds none, so the last slash parts them.
pub(crate) fn key(buyer: &UserId, picture: PictureId) -> String {
    format!("{buyer}/{picture}")
}

impl Projection for Library {
    type Document = Option<LibraryDocument>;
    const NAME: &'static str = "library";
    const VERSION: u32 = 1;
    const INDEXES: &'static [Index] = &[Index {
        name: BUYER,
        order: Order::Descending,
    }];

    fn keys(&self, event: &Recorded) -> Keys {
        let key = news(event).map(|news| match news {
            News::Granted(terms) | News::Revoked(terms) => key(&terms.buyer, terms.picture_id),
        });
        key.into_iter().collect()
    }

    fn fold(
        &self,
        _key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let Some(news) = news(event) else {
            return Ok(Effect::Keep);
        };
        let purchase_id = PurchaseId::parse(&event.event.aggregate_id)
            .map_err(|_| misfit(event, "its aggregate id is not a purchase's"))?;
        match news {
            News::Granted(terms) => {
                *document = Some(bought(purchase_id, terms, event.event.recorded_at));
                Ok(Effect::Keep)
            }
            News::Revoked(_) => match document {
                Some(held) if held.purchase_id == purchase_id => Ok(Effect::Delete),
                // Another attempt was granted meanwhile; its right stays.
                Some(_) => Ok(Effect::Keep),
                None => Err(misfit(event, "the purchase was not granted")),
            },
        }
    }

    fn index(&self, key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        let place = document.as_ref().zip(key.rsplit_once('/'));
        let place = place.map(|(held, (buyer, _))| entry(BUYER, buyer, sortable(held.bought_at)));
        place.into_iter().collect()
    }
}

fn bought(purchase_id: PurchaseId, terms: &Terms, bought_at: Timestamp) -> LibraryDocument {
    LibraryDocument {
        purchase_id,
        picture_id: terms.picture_id,
        seller: terms.seller.clone(),
        edition: terms.edition,
        licence: terms.licence,
        price: terms.price,
        bought_at,
        original_digest: terms.original,
    }
}
