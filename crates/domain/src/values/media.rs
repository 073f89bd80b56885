//! What the log knows of image files: digests, formats, sizes. Never a file name, never metadata.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{InvalidValue, Why, invalid};

/// A SHA-256 of content, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// # Errors
    /// [`InvalidValue`] when it is not 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, InvalidValue> {
        let expected = "the 32 bytes of a SHA-256";
        bytes
            .try_into()
            .map(Self)
            .or_else(|_| invalid("digest", Why::Malformed { expected }))
    }
}

impl FromStr for Digest {
    type Err = InvalidValue;
    fn from_str(raw: &str) -> Result<Self, InvalidValue> {
        let expected = "64 hexadecimal digits";
        let malformed = || InvalidValue {
            field: "digest",
            why: Why::Malformed { expected },
        };
        // Every digit by itself: `from_str_radix` would take a sign.
        if raw.len() != 64 || !raw.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = &raw[index * 2..index * 2 + 2];
            *byte = u8::from_str_radix(pair, 16).map_err(|_| malformed())?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidValue;
    fn try_from(raw: String) -> Result<Self, InvalidValue> {
        raw.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// The formats accepted as originals, recognised by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaType {
    Jpeg,
    Png,
    Webp,
}

impl MediaType {
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// Without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

/// Width and height in pixels, as the picture stands upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Dimensions {
    pub width: u32,
    pub height: u32,
}

/// The uploaded file, stored under its digest byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    pub digest: Digest,
    pub size_bytes: u64,
    pub media_type: MediaType,
    pub dimensions: Dimensions,
}

/// Which public rendition of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DerivativeKind {
    /// Watermarked, at most 1,600 pixels on its longer side.
    Preview,
    /// Watermarked, at most 1,080 pixels on its longer side: what a phone shows across its whole width.
    PreviewSmall,
    /// At most 640 pixels on its longer side.
    ThumbnailLarge,
    /// At most 320 pixels on its longer side.
    ThumbnailSmall,
}

impl DerivativeKind {
    pub const ALL: [Self; 4] = [
        Self::Preview,
        Self::PreviewSmall,
        Self::ThumbnailLarge,
        Self::ThumbnailSmall,
    ];

    /// The longest side in pixels; smaller pictures are not enlarged.
    #[must_use]
    pub const fn longest_side(self) -> u32 {
        match self {
            Self::Preview => 1600,
            Self::PreviewSmall => 1080,
            Self::ThumbnailLarge => 640,
            Self::ThumbnailSmall => 320,
        }
    }
}

/// A public rendition: a JPEG without metadata, stored under the digest of its own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivative {
    pub kind: DerivativeKind,
    pub digest: Digest,
    pub dimensions: Dimensions,
    pub size_bytes: u64,
}

/// A placeholder of at most 25 bytes (evanw's ThumbHash), as hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ThumbHash(pub String);

/// An sRGB colour, written `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Colour(String);

impl Colour {
    #[must_use]
    pub fn rgb([r, g, b]: [u8; 3]) -> Self {
        Self(format!("#{r:02x}{g:02x}{b:02x}"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
