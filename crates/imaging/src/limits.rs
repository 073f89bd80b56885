//! What one picture, and all pictures together, may cost.

use picasso_commands::ports::{DevelopError, MAX_UPLOAD_BYTES};
use picasso_domain::values::Dimensions;

/// The limits of an [`ImageDarkroom`](crate::ImageDarkroom).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub max_pixels: u64,
    /// The longest side in pixels.
    pub max_side: u32,
    pub max_bytes: u64,
    /// How long developing one picture may take, not counting its wait.
    pub max_millis: u64,
    /// How long a picture waits for a worker and for memory before it is told to come again.
    pub max_wait_millis: u64,
    /// How many pictures are developed or wait at once; one more is told to come again.
    pub max_queued: usize,
    /// The memory of all decodes at once. A picture that needs more than all of it has too many pixels.
    pub memory_budget_bytes: u64,
    /// How many pictures are developed at once.
    pub workers: usize,
}

impl Default for Limits {
    /// 100 megapixels, sides of 30,000, 30 s, 1 GiB for all at once, one worker for each core.
    fn default() -> Self {
        Self {
            max_pixels: 100_000_000,
            max_side: 30_000,
            max_bytes: MAX_UPLOAD_BYTES,
            max_millis: 30_000,
            max_wait_millis: 30_000,
            max_queued: 64,
            memory_budget_bytes: 1 << 30,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
        }
    }
}

/// Pictures up to here may be as empty as they like: a blank page is a picture, and its memory is bounded.
const ANY_COMPRESSION_PIXELS: u64 = 16_000_000;
/// Above it, more pixels to a byte than this are no picture. A photograph has 2 to 50; deflate at its densest
/// (1,032 to 1) has 344 in RGB.
const MAX_PIXELS_PER_BYTE: u64 = 250;

impl Limits {
    pub(super) fn check_size(&self, file_bytes: usize) -> Result<(), DevelopError> {
        if file_bytes as u64 > self.max_bytes {
            let error = format!("{file_bytes} bytes are more than {}", self.max_bytes);
            return Err(DevelopError::Damaged(error.into()));
        }
        Ok(())
    }

    /// Judges what the header announces, before anything is allocated for it.
    pub(super) fn check(&self, found: Dimensions, file_bytes: usize) -> Result<(), DevelopError> {
        let Dimensions { width, height } = found;
        if width.max(height) > self.max_side {
            let max_side = self.max_side;
            return Err(DevelopError::SideTooLong {
                width,
                height,
                max_side,
            });
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(DevelopError::Damaged("a side has no pixels".into()));
        }
        if pixels > self.max_pixels {
            let max_pixels = self.max_pixels;
            return Err(DevelopError::TooManyPixels { pixels, max_pixels });
        }
        if pixels > ANY_COMPRESSION_PIXELS && pixels > MAX_PIXELS_PER_BYTE * file_bytes as u64 {
            return Err(DevelopError::AbsurdCompression);
        }
        Ok(())
    }
}
