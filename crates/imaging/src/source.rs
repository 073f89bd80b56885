//! What an upload says of itself, by content and before any pixel is decoded, and its decoding.

use bytes::Bytes;
use picasso_commands::ports::DevelopError;
use picasso_domain::values::{DerivativeKind, Dimensions, MediaType};

use super::{
    deadline::Deadline,
    jpeg::{self, JpegHeader},
    limits::Limits,
    orientation::Orientation,
    png::{self, PngHeader},
    raster::{CHANNELS, Raster, fit},
    webp::{self, WebpHeader},
};

/// A file whose header has been read and found within the limits.
pub struct Source {
    file: Bytes,
    header: Header,
}

enum Header {
    Jpeg(JpegHeader),
    Png(PngHeader),
    Webp(WebpHeader),
}

/// A decoded picture as it is stored, not yet upright.
pub struct Decoded {
    pub raster: Raster,
    pub orientation: Orientation,
    pub icc: Option<Vec<u8>>,
}

impl Source {
    pub fn inspect(file: Bytes, limits: &Limits) -> Result<Self, DevelopError> {
        limits.check_size(file.len())?;
        let header = match sniff(&file).ok_or(DevelopError::UnsupportedFormat)? {
            MediaType::Jpeg => Header::Jpeg(jpeg::inspect(&file, limits)?),
            MediaType::Png => Header::Png(png::inspect(&file, limits)?),
            MediaType::Webp => Header::Webp(webp::inspect(&file, limits)?),
        };
        Ok(Self { file, header })
    }

    pub fn media_type(&self) -> MediaType {
        match &self.header {
            Header::Jpeg(_) => MediaType::Jpeg,
            Header::Png(_) => MediaType::Png,
            Header::Webp(_) => MediaType::Webp,
        }
    }

    /// An upper estimate of what developing this takes, in bytes.
    pub fn memory_bytes(&self, limits: &Limits) -> Result<u64, DevelopError> {
        let (dimensions, bytes_per_pixel) = match &self.header {
            Header::Jpeg(header) => (header.dimensions, header.bytes_per_pixel()),
            Header::Png(header) => (header.dimensions, header.bytes_per_pixel()),
            Header::Webp(header) => (header.dimensions, webp::BYTES_PER_PIXEL),
        };
        let Dimensions { width, height } = dimensions;
        let pixels = u64::from(width) * u64::from(height);
        // Scaling goes across first, and then down.
        let across = fit(dimensions, DerivativeKind::Preview.longest_side()).width;
        let scaling = u64::from(across) * u64::from(height) * CHANNELS as u64;
        // The file is held once by whoever sent it and once, without its end, by the decoder.
        let fixed = RENDERING_BYTES + scaling + 2 * self.file.len() as u64;
        let room = limits.memory_budget_bytes.saturating_sub(fixed);
        if pixels * bytes_per_pixel > room {
            let max_pixels = room / bytes_per_pixel;
            return Err(DevelopError::TooManyPixels { pixels, max_pixels });
        }
        Ok(fixed + pixels * bytes_per_pixel)
    }

    pub fn decode(&self, deadline: Deadline) -> Result<Decoded, DevelopError> {
        match &self.header {
            Header::Jpeg(header) => jpeg::decode(&self.file, header),
            Header::Png(_) => png::decode(&self.file, deadline),
            Header::Webp(_) => webp::decode(&self.file),
        }
    }
}

/// The renditions, twice: as pixels while they are scaled and turned, and encoded.
const RENDERING_BYTES: u64 = 24 << 20;

/// The format by its first bytes; a file name or a declared type is never believed.
fn sniff(file: &[u8]) -> Option<MediaType> {
    if file.starts_with(b"\xff\xd8\xff") {
        Some(MediaType::Jpeg)
    } else if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(MediaType::Png)
    } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
        Some(MediaType::Webp)
    } else {
        None
    }
}
