//! What the gallery keeps of a picture. The digest of the original and the owner are kept apart from what readers
//! are given.

use jiff::Timestamp;
use picasso_domain::{
    picture::{Details, Edition, Licence, Stage, Upload},
    values::{
        Colour, Derivative, DerivativeKind, Digest, Dimensions, MediaType, PictureId, Price,
        ThumbHash, UserId,
    },
};
use serde::{Deserialize, Serialize};

use crate::{FoldError, Recorded, fold::misfit};

/// A picture as the gallery stores it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GalleryDocument {
    /// For the download link only: never part of an answer.
    pub(crate) original_digest: Digest,
    /// The artist, or whoever has bought it exclusively; that its provenance tells.
    pub(crate) owner: UserId,
    pub artwork: Artwork,
}

/// A picture as readers may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artwork {
    pub picture_id: PictureId,
    /// Who uploaded it.
    pub artist: UserId,
    pub details: Details,
    pub price: Price,
    /// Oldest first; of a long history the first price and the latest ones.
    pub price_history: Vec<SincePrice>,
    pub edition: Edition,
    pub licence: Licence,
    pub stage: Stage,
    /// An exclusive picture that somebody is buying now.
    pub reserved: bool,
    pub likes: u64,
    /// Purchases granted and not refunded.
    pub sales: u64,
    pub original: PublicOriginal,
    pub derivatives: Vec<Derivative>,
    pub thumbhash: ThumbHash,
    pub dominant_colour: Colour,
    pub uploaded_at: Timestamp,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// The picture's sequence, which is its etag.
    pub version: u64,
}

/// What everybody may know of the file a buyer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicOriginal {
    pub media_type: MediaType,
    pub size_bytes: u64,
    pub dimensions: Dimensions,
}

/// A price and when it began.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SincePrice {
    pub price: Price,
    pub since: Timestamp,
}

impl Artwork {
    /// Whether everybody finds it: a reserved picture is still shown, a sold one is not.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.stage == Stage::Published
    }

    #[must_use]
    pub fn derivative(&self, kind: DerivativeKind) -> Option<&Derivative> {
        self.derivatives
            .iter()
            .find(|derivative| derivative.kind == kind)
    }
}

impl GalleryDocument {
    /// Whether `viewer` may open its page: everybody what is on sale or sold, its owner everything.
    #[must_use]
    pub fn is_visible_to(&self, viewer: Option<&UserId>) -> bool {
        match self.artwork.stage {
            Stage::Published | Stage::Sold => true,
            Stage::Unpublished | Stage::Withdrawn => viewer == Some(&self.owner),
        }
    }

    pub(super) fn uploaded(upload: &Upload, event: &Recorded) -> Result<Self, FoldError> {
        let picture_id = PictureId::parse(&event.event.aggregate_id)
            .map_err(|_| misfit(event, "its aggregate id is not a picture's"))?;
        let at = event.event.recorded_at;
        let original = &upload.original;
        let artwork = Artwork {
            picture_id,
            artist: upload.artist.clone(),
            details: upload.details.clone(),
            price: upload.price,
            price_history: vec![SincePrice {
                price: upload.price,
                since: at,
            }],
            edition: upload.edition,
            licence: upload.licence,
            stage: Stage::Unpublished,
            reserved: false,
            likes: 0,
            sales: 0,
            original: PublicOriginal {
                media_type: original.media_type,
                size_bytes: original.size_bytes,
                dimensions: original.dimensions,
            },
            derivatives: upload.derivatives.clone(),
            thumbhash: upload.thumbhash.clone(),
            dominant_colour: upload.dominant_colour.clone(),
            uploaded_at: at,
            published_at: None,
            version: event.event.sequence,
        };
        Ok(Self {
            original_digest: original.digest,
            owner: upload.artist.clone(),
            artwork,
        })
    }
}
