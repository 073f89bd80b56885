//! PNG, row by row, so that a picture with transparency never exists twice at full size.

use std::io::Cursor;

use picasso_commands::ports::DevelopError;
use picasso_domain::values::Dimensions;
use png::{DecodeOptions, Decoder, DecodingError, Limits as Memory, Reader, Transformations};

use super::{
    deadline::Deadline,
    icc,
    limits::Limits,
    orientation::Orientation,
    raster::{CHANNELS, Raster, append_flat, damaged, internal},
    source::Decoded,
};

/// For everything but pixels: one row, profiles, palettes.
const MEMORY_BYTES: usize = 16 << 20;
const ROWS_BETWEEN_CHECKS: u32 = 64;

pub struct PngHeader {
    pub dimensions: Dimensions,
    interlaced: bool,
}

impl PngHeader {
    /// RGB, and for interlaced pictures all pixels once more with alpha, since their rows come out of order.
    pub fn bytes_per_pixel(&self) -> u64 {
        if self.interlaced { 7 } else { 3 }
    }
}

pub fn inspect(file: &[u8], limits: &Limits) -> Result<PngHeader, DevelopError> {
    let mut decoder = decoder(file);
    let info = decoder.read_header_info().map_err(refused)?;
    let header = PngHeader {
        dimensions: Dimensions {
            width: info.width,
            height: info.height,
        },
        interlaced: info.interlaced,
    };
    limits.check(header.dimensions, file.len())?;
    Ok(header)
}

pub fn decode(file: &[u8], deadline: Deadline) -> Result<Decoded, DevelopError> {
    let mut decoder = decoder(file);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(refused)?;
    let info = reader.info();
    if info.animation_control.is_some() {
        return Err(DevelopError::UnsupportedFormat);
    }
    let orientation = Orientation::from_exif(info.exif_metadata.as_deref());
    let icc = icc::for_rgb(info.icc_profile.as_deref().map(<[u8]>::to_vec));
    let (width, height) = (info.width, info.height);
    let mut rgb = Vec::with_capacity(width as usize * height as usize * CHANNELS);
    if info.interlaced {
        read_interlaced(&mut reader, &mut rgb)?;
    } else {
        read_rows(&mut reader, &mut rgb, deadline)?;
    }
    // To the end marker: what comes behind the pixels must be whole, too.
    reader.finish().map_err(refused)?;
    let raster = Raster { width, height, rgb };
    Ok(Decoded {
        raster,
        orientation,
        icc,
    })
}

/// Checks every checksum, and unpacks no text.
fn decoder(file: &[u8]) -> Decoder<Cursor<&[u8]>> {
    let mut options = DecodeOptions::default();
    options.set_ignore_checksums(false);
    options.set_ignore_text_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(file), options);
    decoder.set_limits(Memory {
        bytes: MEMORY_BYTES,
    });
    decoder
}

type PngReader<'a> = Reader<Cursor<&'a [u8]>>;

fn read_rows(
    reader: &mut PngReader<'_>,
    rgb: &mut Vec<u8>,
    deadline: Deadline,
) -> Result<(), DevelopError> {
    let channels = reader.output_color_type().0.samples();
    let mut rows = 0_u32;
    while let Some(row) = reader.next_row().map_err(refused)? {
        append_flat(rgb, row.data(), channels);
        rows += 1;
        if rows.is_multiple_of(ROWS_BETWEEN_CHECKS) {
            deadline.check()?;
        }
    }
    Ok(())
}

fn read_interlaced(reader: &mut PngReader<'_>, rgb: &mut Vec<u8>) -> Result<(), DevelopError> {
    let channels = reader.output_color_type().0.samples();
    let size = reader.output_buffer_size();
    let mut pixels = vec![0; size.ok_or_else(|| internal("the picture does not fit in memory"))?];
    reader.next_frame(&mut pixels).map_err(refused)?;
    append_flat(rgb, &pixels, channels);
    Ok(())
}

fn refused(error: DecodingError) -> DevelopError {
    match error {
        DecodingError::LimitsExceeded => DevelopError::AbsurdCompression,
        error => damaged(error),
    }
}
