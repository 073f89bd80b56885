//! WebP: its chunks are checked first, then image-webp decodes it.
//!
//! The chunk walk is ours because the decoder believes the canvas of an extended file while it allocates for the
//! frame inside, and because it reads a file that is cut short as far as it goes.

use std::io::Cursor;

use image_webp::WebPDecoder;
use picasso_commands::ports::DevelopError;
use picasso_domain::values::Dimensions;

use super::{
    icc,
    limits::Limits,
    orientation::Orientation,
    raster::{CHANNELS, Raster, append_flat, damaged, internal},
    source::Decoded,
};

/// Planes or lossless ARGB, the decoder's RGBA, and RGB.
pub const BYTES_PER_PIXEL: u64 = 12;
/// For profiles and other chunks.
const MEMORY_BYTES: usize = 16 << 20;
const MAX_CHUNKS: usize = 1000;

pub struct WebpHeader {
    pub dimensions: Dimensions,
}

/// A chunk's name and content (RFC 9649, section 2.3).
type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

pub fn inspect(file: &[u8], limits: &Limits) -> Result<WebpHeader, DevelopError> {
    let content = riff_content(file)?;
    let mut canvas = None;
    let mut frame = None;
    let mut rest = content;
    for _ in 0..MAX_CHUNKS {
        let Some(((name, chunk), behind)) = next_chunk(rest)? else {
            break;
        };
        rest = behind;
        match name {
            b"VP8X" => canvas = Some(canvas_dimensions(chunk, limits, file.len())?),
            b"ANIM" | b"ANMF" => return Err(DevelopError::UnsupportedFormat),
            b"VP8 " | b"VP8L" if frame.is_none() => frame = Some(frame_dimensions(name, chunk)?),
            _ => {}
        }
    }
    let dimensions = frame.ok_or_else(|| damaged("the file holds no frame"))?;
    limits.check(dimensions, file.len())?;
    if canvas.is_some_and(|canvas| canvas != dimensions) {
        return Err(damaged("the frame does not fill the canvas"));
    }
    Ok(WebpHeader { dimensions })
}

pub fn decode(file: &[u8]) -> Result<Decoded, DevelopError> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(damaged)?;
    decoder.set_memory_limit(MEMORY_BYTES);
    let size = decoder.output_buffer_size();
    let mut pixels = vec![0; size.ok_or_else(|| internal("the picture does not fit in memory"))?];
    decoder.read_image(&mut pixels).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let rgb = if decoder.has_alpha() {
        let mut rgb = Vec::with_capacity(pixels.len() / 4 * CHANNELS);
        append_flat(&mut rgb, &pixels, 4);
        rgb
    } else {
        pixels
    };
    let exif = decoder.exif_metadata().map_err(damaged)?;
    let icc = decoder.icc_profile().map_err(damaged)?;
    Ok(Decoded {
        raster: Raster { width, height, rgb },
        orientation: Orientation::from_exif(exif.as_deref().map(without_exif_name)),
        icc: icc::for_rgb(icc),
    })
}

/// Some writers put JPEG's `Exif\0\0` before the block.
fn without_exif_name(block: &[u8]) -> &[u8] {
    block.strip_prefix(b"Exif\0\0").unwrap_or(block)
}

/// The chunks of the file, which must be as long as it says.
fn riff_content(file: &[u8]) -> Result<&[u8], DevelopError> {
    let size = le32(file, 4)?;
    file.get(12..8_usize.saturating_add(size))
        .ok_or_else(|| damaged("the file is shorter than it says"))
}

fn next_chunk(rest: &[u8]) -> Result<Option<(Chunk<'_>, &[u8])>, DevelopError> {
    let Some((name, _)) = rest.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let size = le32(rest, 4)?;
    let chunk = rest
        .get(8..8_usize.saturating_add(size))
        .ok_or_else(|| damaged("a chunk is cut short"))?;
    let behind = rest.get(8 + size + size % 2..).unwrap_or_default();
    Ok(Some(((name, chunk), behind)))
}

/// Width and height less one, in 24 bits each, behind four bytes of flags.
fn canvas_dimensions(
    chunk: &[u8],
    limits: &Limits,
    file_bytes: usize,
) -> Result<Dimensions, DevelopError> {
    let side = |at: usize| match chunk.get(at..at + 3) {
        Some(raw) => Ok(1 + u32::from_le_bytes([raw[0], raw[1], raw[2], 0])),
        None => Err(damaged("the canvas is cut short")),
    };
    let (width, height) = (side(4)?, side(7)?);
    let canvas = Dimensions { width, height };
    limits.check(canvas, file_bytes)?;
    Ok(canvas)
}

/// Lossy: 14 bits each behind the frame tag and start code (RFC 6386, 9.1); lossless: 14 bits each, less one,
/// behind the signature (RFC 9649, 3.4).
fn frame_dimensions(name: &[u8; 4], chunk: &[u8]) -> Result<Dimensions, DevelopError> {
    let (width, height) = if name == b"VP8 " {
        let raw = le32(chunk, 6)?;
        (raw & 0x3fff, (raw >> 16) & 0x3fff)
    } else {
        let raw = le32(chunk, 1)?;
        (1 + (raw & 0x3fff), 1 + ((raw >> 14) & 0x3fff))
    };
    let side = |raw: usize| u32::try_from(raw).map_err(damaged);
    Ok(Dimensions {
        width: side(width)?,
        height: side(height)?,
    })
}

fn le32(content: &[u8], at: usize) -> Result<usize, DevelopError> {
    let raw = content.get(at..).and_then(|rest| rest.first_chunk::<4>());
    let raw = raw.ok_or_else(|| damaged("a chunk is too short"))?;
    usize::try_from(u32::from_le_bytes(*raw)).map_err(damaged)
}
