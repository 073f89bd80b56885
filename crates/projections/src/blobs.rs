//! Blobs: which stored files an event speaks of. Never public; the collector of orphans removes only what is
//! not here. No event takes a reference back, so a file once referenced stays.

mod query;
#[cfg(test)]
mod tests;

use picasso_domain::{
    DomainEvent,
    picture::{PictureEvent, Upload},
    values::{Digest, PictureId},
};
use serde::{Deserialize, Serialize};

pub use self::query::BlobQueries;
use crate::{Effect, FoldError, Index, IndexEntry, Keys, Projection, Recorded, fold::misfit};

/// Originals and derivatives are stored apart, and somebody may upload a preview they found here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlobKind {
    Original,
    Derivative,
}

/// That a file is referenced; the pictures themselves are not listed, for there may be any number of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobDocument {
    /// The lowest id of them (the first that was made): the same whichever log is folded first.
    pub first_picture: PictureId,
    pub pictures: u64,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Blobs;

fn news(event: &Recorded) -> Option<&Upload> {
    match &event.data {
        DomainEvent::Picture(happened) => match happened {
            PictureEvent::PictureUploaded(upload) => Some(upload),
            PictureEvent::PicturePublished(_)
            | PictureEvent::PictureRepriced { .. }
            | PictureEvent::PictureDetailsChanged { .. }
            | PictureEvent::PictureWithdrawn(_)
            | PictureEvent::PictureReserved { .. }
            | PictureEvent::PictureReservationReleased { .. }
            | PictureEvent::PictureSold { .. }
            | PictureEvent::PictureReturned { .. } => None,
        },
        DomainEvent::Account(_)
        | DomainEvent::Handle(_)
        | DomainEvent::PayoutAccount(_)
        | DomainEvent::Purchase(_)
        | DomainEvent::Reaction(_) => None,
    }
}

pub(crate) fn key(kind: BlobKind, digest: Digest) -> String {
    match kind {
        BlobKind::Original => format!("original/{digest}"),
        BlobKind::Derivative => format!("derivative/{digest}"),
    }
}

impl Projection for Blobs {
    type Document = Option<BlobDocument>;
    const NAME: &'static str = "blobs";
    const VERSION: u32 = 1;
    const INDEXES: &'static [Index] = &[];

    fn keys(&self, event: &Recorded) -> Keys {
        let Some(upload) = news(event) else {
            return vec![];
        };
        let original = key(BlobKind::Original, upload.original.digest);
        let derivatives = upload.derivatives.iter();
        let mut keys: Keys = derivatives
            .map(|derivative| key(BlobKind::Derivative, derivative.digest))
            .chain([original])
            .collect();
        // The thumbnails of a tiny picture are one file.
        keys.sort();
        keys.dedup();
        keys
    }

    fn fold(
        &self,
        _key: &str,
        document: &mut Self::Document,
        event: &Recorded,
    ) -> Result<Effect, FoldError> {
        if news(event).is_none() {
            return Ok(Effect::Keep);
        }
        let picture = PictureId::parse(&event.event.aggregate_id)
            .map_err(|_| misfit(event, "its aggregate id is not a picture's"))?;
        let blob = document.get_or_insert(BlobDocument {
            first_picture: picture,
            pictures: 0,
        });
        blob.first_picture = blob.first_picture.min(picture);
        blob.pictures = blob.pictures.saturating_add(1);
        Ok(Effect::Keep)
    }

    fn index(&self, _key: &str, _document: &Self::Document) -> Vec<IndexEntry> {
        vec![]
    }
}
