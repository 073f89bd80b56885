//! Develops an uploaded file into what the public may see.

use async_trait::async_trait;
use bytes::Bytes;
use picasso_domain::values::{Colour, DerivativeKind, Dimensions, MediaType, ThumbHash};

/// One public rendition, a JPEG with no metadata but its ICC profile.
#[derive(Debug, Clone)]
pub struct DevelopedDerivative {
    pub kind: DerivativeKind,
    pub dimensions: Dimensions,
    pub body: Bytes,
}

/// What became of an upload.
#[derive(Debug, Clone)]
pub struct Developed {
    /// By content, not by extension.
    pub media_type: MediaType,
    /// Of the original as it stands upright.
    pub dimensions: Dimensions,
    /// One of each [`DerivativeKind`].
    pub derivatives: Vec<DevelopedDerivative>,
    pub thumbhash: ThumbHash,
    pub dominant_colour: Colour,
}

/// Why a file is no picture we take.
#[derive(Debug, thiserror::Error)]
pub enum DevelopError {
    #[error("the file is not a JPEG, PNG or WebP picture")]
    UnsupportedFormat,
    #[error("the picture is damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the picture is {width} by {height} pixels; a side has at most {max_side}")]
    SideTooLong {
        width: u32,
        height: u32,
        max_side: u32,
    },
    #[error("the picture has {pixels} pixels; at most {max_pixels} are taken")]
    TooManyPixels { pixels: u64, max_pixels: u64 },
    #[error("the picture unpacks to more than is reasonable for its size")]
    AbsurdCompression,
    #[error("the picture took too long to develop")]
    TooSlow,
    #[error("too many pictures are being developed; try again shortly")]
    Busy,
    #[error("developing the picture failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Develops pictures within limits of pixels, sides, bytes and time, and one memory budget for all at once.
#[async_trait]
pub trait Darkroom: Send + Sync + 'static {
    async fn develop(&self, file: Bytes) -> Result<Developed, DevelopError>;
}
