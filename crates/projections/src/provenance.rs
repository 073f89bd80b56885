//! Provenance: what happened to a picture in terms that everybody may know. Who bought an exclusive edition belongs to
//! it, as in any catalogue; who bought an open one is nobody's business, so those sales are counted.

mod query;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use picasso_domain::{
    DomainEvent,
    picture::{Edition, PictureEvent},
    purchase::{PurchaseEvent, Terms},
    values::{Price, UserId},
};
use serde::{Deserialize, Serialize};

pub use self::query::{History, ProvenanceMoment, ProvenanceQueries};
use crate::{
    Effect, FoldError, Index, IndexEntry, Keys, Projection, Recorded,
    fold::{misfit, push_bounded},
};

/// What can happen to a picture before everybody's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Uploaded,
    Published,
    Repriced,
    Sold,
    /// A sale was taken back.
    Returned,
    Withdrawn,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    pub what: What,
    /// Who uploaded it, bought it, or has it back; nobody where that is not told.
    pub who: Option<UserId>,
    /// What it cost then.
    pub price: Price,
    pub at: Timestamp,
    /// Sales of an open edition at one price with nothing between them are one moment.
    pub times: u64,
    /// The last time of these.
    pub latest: Timestamp,
}

/// One picture's history: of a long one its beginning and its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProvenanceDocument {
    /// As it is now.
    price: Price,
    moments: Vec<Moment>,
    /// How many moments between the first and the second are no longer here.
    left_out: u64,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Provenance;

enum News<'a> {
    Picture(&'a PictureEvent),
    Sold(&'a Terms),
    Returned(&'a Terms),
}

fn news(event: &Recorded) -> Option<(String, News<'_>)> {
    match &event.data {
        DomainEvent::Picture(happened) => match happened {
            PictureEvent::PictureUploaded(_)
            | PictureEvent::PicturePublished(_)
            | PictureEvent::PictureRepriced { .. }
            | PictureEvent::PictureWithdrawn(_) => {
                let picture = event.event.aggregate_id.clone();
                Some((picture, News::Picture(happened)))
            }
            // The purchase tells of a sale and its end, with the price.
            PictureEvent::PictureDetailsChanged { .. }
            | PictureEvent::PictureReserved { .. }
            | PictureEvent::PictureReservationReleased { .. }
            | PictureEvent::PictureSold { .. }
            | PictureEvent::PictureReturned { .. } => None,
        },
        DomainEvent::Purchase(happened) => match happened {
            PurchaseEvent::PurchaseGranted { terms, .. } => {
                Some((terms.picture_id.to_string(), News::Sold(terms)))
            }
            PurchaseEvent::PurchaseRevoked { terms, .. } => {
                Some((terms.picture_id.to_string(), News::Returned(terms)))
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
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Reaction(_) => None,
    }
}

impl Projection for Provenance {
    type Document = Option<ProvenanceDocument>;
    const NAME: &'static str = "provenance";
    const VERSION: u32 = 2;
    const INDEXES: &'static [Index] = &[];

    fn keys(&self, event: &Recorded) -> Keys {
        let picture = news(event).map(|(picture, _)| picture);
        picture.into_iter().collect()
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
            let mut begun = ProvenanceDocument {
                price: upload.price,
                moments: vec![],
                left_out: 0,
            };
            begun.note(What::Uploaded, Some(&upload.artist), upload.price, event);
            *document = Some(begun);
            return Ok(Effect::Keep);
        }
        let Some(document) = document else {
            return Err(misfit(event, "the picture has not been uploaded"));
        };
        match news {
            News::Picture(happened) => document.change(happened, event),
            News::Sold(terms) => {
                document.note(What::Sold, told(terms, &terms.buyer), terms.price, event);
            }
            News::Returned(terms) => {
                document.note(
                    What::Returned,
                    told(terms, &terms.seller),
                    terms.price,
                    event,
                );
            }
        }
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, _document: &Self::Document) -> Vec<IndexEntry> {
        vec![]
    }
}

/// Only an exclusive edition has an owner whom everybody may know.
fn told<'a>(terms: &Terms, person: &'a UserId) -> Option<&'a UserId> {
    match terms.edition {
        Edition::Exclusive => Some(person),
        Edition::Open => None,
    }
}

impl ProvenanceDocument {
    fn change(&mut self, happened: &PictureEvent, event: &Recorded) {
        let what = match happened {
            PictureEvent::PicturePublished(_) => What::Published,
            PictureEvent::PictureRepriced { price } => {
                self.price = *price;
                What::Repriced
            }
            PictureEvent::PictureWithdrawn(_) => What::Withdrawn,
            PictureEvent::PictureUploaded(_)
            | PictureEvent::PictureDetailsChanged { .. }
            | PictureEvent::PictureReserved { .. }
            | PictureEvent::PictureReservationReleased { .. }
            | PictureEvent::PictureSold { .. }
            | PictureEvent::PictureReturned { .. } => return,
        };
        self.note(what, None, self.price, event);
    }

    fn note(&mut self, what: What, who: Option<&UserId>, price: Price, event: &Recorded) {
        let at = event.event.recorded_at;
        let counted = who.is_none() && matches!(what, What::Sold | What::Returned);
        match self.moments.last_mut() {
            Some(last) if counted && last.what == what && last.price == price => {
                last.times += 1;
                last.latest = at;
            }
            Some(_) | None => {
                let who = who.cloned();
                let moment = Moment {
                    what,
                    who,
                    price,
                    at,
                    times: 1,
                    latest: at,
                };
                self.left_out += u64::from(push_bounded(&mut self.moments, moment));
            }
        }
    }
}
