//! How read models look on the wire.

use picasso_commands::ports::BlobStore;
use picasso_domain::{
    picture::Stage,
    values::{DerivativeKind, Dimensions, UserId},
};
use picasso_projections::{
    gallery::{Artwork, GalleryPicture, SincePrice},
    profiles,
    provenance::{self, What},
};

use crate::{
    convert::{edition, licence, money, timestamp},
    proto::{
        queries::v1::{
            OriginalFile, Person, Picture, PictureStage, PriceSince, ProvenanceKind,
            ProvenanceMoment, ViewedPicture,
        },
        types::v1 as types,
    },
};

pub(super) fn person(person: profiles::Person) -> Person {
    Person {
        user_id: person.user_id.to_string(),
        handle: person.handle,
        display_name: person.display_name,
    }
}

/// Somebody whose names the answer does not need.
fn nameless(id: &UserId) -> Person {
    Person {
        user_id: id.to_string(),
        ..Person::default()
    }
}

pub(super) fn viewed(blobs: &dyn BlobStore, found: GalleryPicture, liked: bool) -> ViewedPicture {
    ViewedPicture {
        own: found.is_own,
        picture: Some(named(blobs, found)),
        liked,
    }
}

/// A picture with its artist's names.
pub(super) fn named(blobs: &dyn BlobStore, found: GalleryPicture) -> Picture {
    Picture {
        artist: Some(person(found.artist)),
        ..picture(blobs, &found.artwork)
    }
}

/// A picture beside something else; its artist without names.
pub(super) fn picture(blobs: &dyn BlobStore, artwork: &Artwork) -> Picture {
    let details = &artwork.details;
    let file = &artwork.original;
    let rendition = |kind| rendition(blobs, artwork, kind);
    Picture {
        picture_id: artwork.picture_id.to_string(),
        artist: Some(nameless(&artwork.artist)),
        title: details.title.as_str().to_owned(),
        description: details.description.as_str().to_owned(),
        alt_text: details.alt_text.as_str().to_owned(),
        tags: details
            .tags
            .iter()
            .map(|tag| tag.as_str().to_owned())
            .collect(),
        price: money(artwork.price.money()),
        edition: edition(artwork.edition).into(),
        licence: licence(artwork.licence).into(),
        stage: stage(artwork.stage).into(),
        reserved: artwork.reserved,
        likes: artwork.likes,
        sales: artwork.sales,
        original: Some(OriginalFile {
            media_type: file.media_type.mime().to_owned(),
            size_bytes: file.size_bytes,
            dimensions: dimensions(file.dimensions),
        }),
        preview: rendition(DerivativeKind::Preview),
        preview_small: rendition(DerivativeKind::PreviewSmall),
        thumbnail_large: rendition(DerivativeKind::ThumbnailLarge),
        thumbnail_small: rendition(DerivativeKind::ThumbnailSmall),
        thumbhash: artwork.thumbhash.0.clone(),
        dominant_colour: artwork.dominant_colour.as_str().to_owned(),
        uploaded_at: timestamp(artwork.uploaded_at),
        published_at: artwork.published_at.and_then(timestamp),
        etag: artwork.version.to_string(),
    }
}

pub(super) fn price_since(since: &SincePrice) -> PriceSince {
    PriceSince {
        price: money(since.price.money()),
        since: timestamp(since.since),
    }
}

pub(super) fn moment(moment: provenance::ProvenanceMoment) -> ProvenanceMoment {
    ProvenanceMoment {
        kind: kind(moment.what).into(),
        at: timestamp(moment.at),
        latest_at: timestamp(moment.latest),
        times: moment.times,
        price: money(moment.price.money()),
        person: moment.who.map(person),
    }
}

fn kind(what: What) -> ProvenanceKind {
    match what {
        What::Uploaded => ProvenanceKind::Uploaded,
        What::Published => ProvenanceKind::Published,
        What::Repriced => ProvenanceKind::Repriced,
        What::Sold => ProvenanceKind::Sold,
        What::Returned => ProvenanceKind::Returned,
        What::Withdrawn => ProvenanceKind::Withdrawn,
    }
}

fn rendition(
    blobs: &dyn BlobStore,
    artwork: &Artwork,
    kind: DerivativeKind,
) -> Option<types::Rendition> {
    let derivative = artwork.derivative(kind)?;
    Some(types::Rendition {
        url: blobs.derivative_url(derivative.digest),
        dimensions: dimensions(derivative.dimensions),
    })
}

fn dimensions(dimensions: Dimensions) -> Option<types::Dimensions> {
    let Dimensions { width, height } = dimensions;
    Some(types::Dimensions { width, height })
}

fn stage(stage: Stage) -> PictureStage {
    match stage {
        Stage::Unpublished => PictureStage::Unpublished,
        Stage::Published => PictureStage::Published,
        Stage::Withdrawn => PictureStage::Withdrawn,
        Stage::Sold => PictureStage::Sold,
    }
}
