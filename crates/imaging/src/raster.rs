//! Pixels: eight-bit RGB, row by row, without padding.

use fast_image_resize::{PixelType, ResizeOptions, Resizer, images::Image, images::ImageRef};
use picasso_commands::ports::DevelopError;
use picasso_domain::values::Dimensions;

pub const CHANNELS: usize = 3;

pub struct Raster {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

impl Raster {
    pub fn dimensions(&self) -> Dimensions {
        let (width, height) = (self.width, self.height);
        Dimensions { width, height }
    }

    /// Scaled with Lanczos-3; `None` when this is the size already.
    pub fn scaled(&self, to: Dimensions) -> Result<Option<Self>, DevelopError> {
        if to == self.dimensions() {
            return Ok(None);
        }
        let Dimensions { width, height } = to;
        let pixels =
            ImageRef::new(self.width, self.height, &self.rgb, PixelType::U8x3).map_err(internal)?;
        let mut scaled = Image::new(width, height, PixelType::U8x3);
        let options = ResizeOptions::new();
        Resizer::new()
            .resize(&pixels, &mut scaled, &options)
            .map_err(internal)?;
        let rgb = scaled.into_vec();
        Ok(Some(Self { width, height, rgb }))
    }
}

/// The same proportions with no side longer than `longest`; never larger, never without pixels.
pub fn fit(original: Dimensions, longest: u32) -> Dimensions {
    let longer = original.width.max(original.height);
    if longer <= longest {
        return original;
    }
    let scale = |side: u32| {
        let scaled = (u64::from(side) * u64::from(longest) * 2 + u64::from(longer))
            / (u64::from(longer) * 2);
        u32::try_from(scaled).unwrap_or(longest).max(1)
    };
    Dimensions {
        width: scale(original.width),
        height: scale(original.height),
    }
}

/// Appends pixels of one to four channels (grey, grey and alpha, RGB, RGBA) as RGB, alpha laid on white.
pub fn append_flat(rgb: &mut Vec<u8>, pixels: &[u8], channels: usize) {
    match channels {
        1 => rgb.extend(pixels.iter().flat_map(|grey| [*grey; CHANNELS])),
        2 => rgb.extend(
            pixels
                .chunks_exact(2)
                .flat_map(|p| [on_white(p[0], p[1]); CHANNELS]),
        ),
        3 => rgb.extend_from_slice(pixels),
        _ => rgb.extend(
            pixels
                .chunks_exact(4)
                .flat_map(|p| [p[0], p[1], p[2]].map(|sample| on_white(sample, p[3]))),
        ),
    }
}

fn on_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    let mixed = (sample * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> DevelopError {
    DevelopError::Internal(error.into())
}

pub fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> DevelopError {
    DevelopError::Damaged(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Dimensions {
        Dimensions { width, height }
    }

    #[test]
    fn a_picture_keeps_its_proportions_and_is_never_enlarged() {
        assert_eq!(fit(size(4000, 3000), 1600), size(1600, 1200));
        assert_eq!(fit(size(3000, 4000), 640), size(480, 640));
        assert_eq!(fit(size(1600, 900), 1600), size(1600, 900));
        assert_eq!(fit(size(10, 20), 320), size(10, 20));
        assert_eq!(fit(size(30_000, 1), 1600), size(1600, 1));
    }

    #[test]
    fn transparency_is_laid_on_white() {
        let mut rgb = Vec::new();
        append_flat(&mut rgb, &[10, 20, 30, 255, 10, 20, 30, 0], 4);
        append_flat(&mut rgb, &[0, 128], 2);
        append_flat(&mut rgb, &[7], 1);
        assert_eq!(rgb, [10, 20, 30, 255, 255, 255, 127, 127, 127, 7, 7, 7]);
    }
}
