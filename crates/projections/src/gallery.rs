//! The gallery: one document per picture, its card and its page. Listed means published; only listed pictures
//! stand in the public indexes, while `mine` holds its owner's pictures at every stage.

mod document;
mod filter;
mod query;
#[cfg(test)]
mod tests;
mod words;

use picasso_domain::{
    DomainEvent,
    picture::{PictureEvent, Stage},
    purchase::PurchaseEvent,
    reaction::ReactionEvent,
};

pub use self::{
    document::{Artwork, GalleryDocument, PublicOriginal, SincePrice},
    filter::{Filter, MAX_SEARCH_CHARACTERS, MAX_SEARCH_WORDS, PriceRange, Sorting},
    query::{GalleryPicture, GalleryQueries},
};
pub(crate) use self::{query::find, words::words};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Order, Projection, Recorded,
    fold::{entry, misfit, push_bounded, sortable},
};

pub(crate) const NEWEST: &str = "newest";
pub(crate) const POPULAR: &str = "popular";
pub(crate) const ARTIST: &str = "artist";
pub(crate) const TAG: &str = "tag";
pub(crate) const WORD: &str = "word";
pub(crate) const MINE: &str = "mine";

const fn descending(name: &'static str) -> Index {
    let order = Order::Descending;
    Index { name, order }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Gallery;

/// What an event means to the gallery.
enum News<'a> {
    Picture(&'a PictureEvent),
    Bought,
    Refunded,
    Liked,
    Unliked,
}

/// The picture an event is about, and what it means to it.
fn news(event: &Recorded) -> Option<(String, News<'_>)> {
    match &event.data {
        DomainEvent::Picture(happened) => {
            let picture = event.event.aggregate_id.clone();
            Some((picture, News::Picture(happened)))
        }
        DomainEvent::Purchase(happened) => match happened {
            PurchaseEvent::PurchaseGranted { terms, .. } => {
                Some((terms.picture_id.to_string(), News::Bought))
            }
            PurchaseEvent::PurchaseRevoked { terms, .. } => {
                Some((terms.picture_id.to_string(), News::Refunded))
            }
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
        DomainEvent::Reaction(happened) => Some(match happened {
            ReactionEvent::PictureLiked { picture_id, .. } => (picture_id.to_string(), News::Liked),
            ReactionEvent::PictureUnliked { picture_id, .. } => {
                (picture_id.to_string(), News::Unliked)
            }
        }),
        DomainEvent::Account(_) | DomainEvent::Handle(_) | DomainEvent::PayoutAccount(_) => None,
    }
}

impl Projection for Gallery {
    type Document = Option<GalleryDocument>;
    const NAME: &'static str = "gallery";
    const VERSION: u32 = 1;
    const INDEXES: &'static [Index] = &[
        descending(NEWEST),
        descending(POPULAR),
        descending(ARTIST),
        descending(TAG),
        descending(WORD),
        descending(MINE),
    ];

    fn keys(&self, event: &Recorded) -> Keys {
        news(event)
            .map(|(picture, _)| picture)
            .into_iter()
            .collect()
    }

    fn fold(
        &self,
        _key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        let Some((_, news)) = news(event) else {
            return Ok(Effect::Keep);
        };
        if let News::Picture(PictureEvent::PictureUploaded(upload)) = news {
            if document.is_some() {
                return Err(misfit(event, "the picture has been uploaded before"));
            }
            *document = Some(GalleryDocument::uploaded(upload, event)?);
            return Ok(Effect::Keep);
        }
        let Some(document) = document else {
            return Err(misfit(event, "the picture has not been uploaded"));
        };
        let artwork = &mut document.artwork;
        match news {
            News::Picture(happened) => {
                artwork.version = event.event.sequence;
                change(document, happened, event);
            }
            News::Bought => artwork.sales = counted(artwork.sales.checked_add(1), event)?,
            News::Refunded => artwork.sales = counted(artwork.sales.checked_sub(1), event)?,
            News::Liked => artwork.likes = counted(artwork.likes.checked_add(1), event)?,
            News::Unliked => artwork.likes = counted(artwork.likes.checked_sub(1), event)?,
        }
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, document: &Self::Document) -> Vec<IndexEntry> {
        document.as_ref().map(places).unwrap_or_default()
    }
}

/// A count that went below zero shows an event without its counterpart.
fn counted(count: Option<u64>, event: &Recorded) -> Result<u64, FoldError> {
    count.ok_or_else(|| misfit(event, "it takes back what never happened"))
}

fn change(document: &mut GalleryDocument, happened: &PictureEvent, event: &Recorded) {
    let artwork = &mut document.artwork;
    let at = event.event.recorded_at;
    match happened {
        PictureEvent::PictureUploaded(_) => {}
        PictureEvent::PicturePublished(_) => {
            artwork.stage = Stage::Published;
            // Publishing again does not move a picture to the front of the newest.
            artwork.published_at.get_or_insert(at);
        }
        PictureEvent::PictureRepriced { price } => {
            artwork.price = *price;
            let since = SincePrice {
                price: *price,
                since: at,
            };
            push_bounded(&mut artwork.price_history, since);
        }
        PictureEvent::PictureDetailsChanged { details, .. } => {
            artwork.details = details.clone();
        }
        PictureEvent::PictureWithdrawn(_) => artwork.stage = Stage::Withdrawn,
        PictureEvent::PictureReserved { .. } => artwork.reserved = true,
        PictureEvent::PictureReservationReleased { .. } => artwork.reserved = false,
        PictureEvent::PictureSold { buyer, .. } => {
            artwork.stage = Stage::Sold;
            document.owner = buyer.clone();
            artwork.reserved = false;
        }
        PictureEvent::PictureReturned { to, .. } => {
            artwork.stage = Stage::Withdrawn;
            document.owner = to.clone();
        }
    }
}

fn places(document: &GalleryDocument) -> Vec<IndexEntry> {
    let artwork = &document.artwork;
    let mine = entry(MINE, document.owner.as_str(), sortable(artwork.uploaded_at));
    let mut places = vec![mine];
    let (true, Some(published_at)) = (artwork.is_listed(), artwork.published_at) else {
        return places;
    };
    let newest = sortable(published_at);
    places.push(entry(NEWEST, "", newest.as_str()));
    places.push(entry(
        POPULAR,
        "",
        format!("{:020}.{newest}", artwork.likes),
    ));
    places.push(entry(ARTIST, artwork.artist.as_str(), newest.as_str()));
    let tags = artwork.details.tags.iter();
    places.extend(tags.map(|tag| entry(TAG, tag.as_str(), newest.as_str())));
    let words = words::of_details(&artwork.details);
    places.extend(
        words
            .into_iter()
            .map(|word| entry(WORD, word, newest.as_str())),
    );
    places
}
