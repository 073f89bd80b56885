//! JPEG: the file's structure is checked first, then zune-jpeg decodes it strictly.
//!
//! zune-jpeg fills what is missing of a picture with grey in more cases than its strict mode names (data that ends
//! early at a marker, lost restart intervals, a cut last row); [`structure`] and [`entropy_until_end`] close those.

mod structure;

use std::borrow::Cow;

use picasso_commands::ports::DevelopError;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::{JpegDecoder, errors::DecodeErrors};

pub use self::structure::JpegHeader;
use super::{
    icc,
    limits::Limits,
    orientation::Orientation,
    raster::{Raster, damaged},
    source::Decoded,
};

/// Encoders write about ten scans; each costs a pass over the whole picture.
const MAX_SCANS: usize = 32;
/// More than the decoder reads ahead, so that only a picture that is not whole comes to its end.
const READ_AHEAD: [u8; 16] = [0; 16];

pub fn inspect(file: &[u8], limits: &Limits) -> Result<JpegHeader, DevelopError> {
    let header = structure::read(file)?;
    limits.check(header.dimensions, file.len())?;
    header.check_whole()?;
    Ok(header)
}

pub fn decode(file: &[u8], header: &JpegHeader) -> Result<Decoded, DevelopError> {
    let content = entropy_until_end(file, header);
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&*content), options);
    let rgb = decoder.decode().map_err(refused)?;
    let orientation = Orientation::from_exif(decoder.exif().map(Vec::as_slice));
    let icc = icc::for_rgb(decoder.icc_profile());
    let (width, height) = (header.dimensions.width, header.dimensions.height);
    let raster = Raster { width, height, rgb };
    Ok(Decoded {
        raster,
        orientation,
        icc,
    })
}

/// A picture of one scan, without its end marker: at the marker the decoder would invent what is missing, but
/// data that runs out is an error to it.
fn entropy_until_end<'a>(file: &'a [u8], header: &JpegHeader) -> Cow<'a, [u8]> {
    match header.only_scan_end {
        Some(end) => Cow::Owned([&file[..end], &READ_AHEAD].concat()),
        None => Cow::Borrowed(&file[..header.end]),
    }
}

fn refused(error: DecodeErrors) -> DevelopError {
    match error {
        DecodeErrors::Unsupported(_) => DevelopError::UnsupportedFormat,
        error => damaged(error),
    }
}
