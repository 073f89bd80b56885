//! Turns a decoded picture into its renditions: scaled step by step, upright, marked, encoded.

use std::thread;

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder};
use picasso_commands::ports::{DevelopError, Developed, DevelopedDerivative};
use picasso_domain::values::{DerivativeKind, Dimensions};

use super::{
    deadline::Deadline,
    palette,
    raster::{Raster, fit, internal},
    source::{Decoded, Source},
    watermark,
};

const QUALITY: u8 = 82;
const MEDIUM: DerivativeKind = DerivativeKind::PreviewSmall;
const LARGE: DerivativeKind = DerivativeKind::ThumbnailLarge;
const SMALL: DerivativeKind = DerivativeKind::ThumbnailSmall;

/// Develops a picture. Each size is scaled from the one before, the largest from the original; pixels are turned
/// upright when few of them are left.
pub fn develop(source: &Source, deadline: Deadline) -> Result<Developed, DevelopError> {
    deadline.check()?;
    let Decoded {
        raster,
        orientation,
        icc,
    } = source.decode(deadline)?;
    deadline.check()?;
    let stored = raster.dimensions();
    let longest = DerivativeKind::Preview.longest_side();
    let preview = raster.scaled(fit(stored, longest))?.unwrap_or(raster);
    let preview = orientation.apply(preview);
    let dimensions = orientation.upright(stored);
    deadline.check()?;

    let icc = icc.as_deref();
    let medium = smaller(&preview, dimensions, MEDIUM.longest_side())?;
    // The preview is most of what is left to do; the rest is done beside it.
    let (preview, smaller) = thread::scope(|scope| {
        let marking = scope.spawn(|| encode_marked(DerivativeKind::Preview, preview, icc));
        let smaller = Smaller::of(medium, dimensions, icc);
        let preview = marking
            .join()
            .unwrap_or_else(|_| Err(internal("marking the preview panicked")));
        (preview, smaller)
    });
    let Smaller {
        derivatives: [medium, large, small],
        smallest,
    } = smaller?;
    deadline.check()?;
    Ok(Developed {
        media_type: source.media_type(),
        dimensions,
        derivatives: vec![preview?, medium, large, small],
        thumbhash: palette::thumbhash(&smallest),
        dominant_colour: palette::dominant_colour(&smallest),
    })
}

/// All but the largest.
struct Smaller {
    derivatives: [DevelopedDerivative; 3],
    smallest: Raster,
}

impl Smaller {
    fn of(medium: Raster, original: Dimensions, icc: Option<&[u8]>) -> Result<Self, DevelopError> {
        let large = smaller(&medium, original, LARGE.longest_side())?;
        let small = smaller(&large, original, SMALL.longest_side())?;
        let smallest = smaller(&small, original, palette::LONGEST_SIDE)?;
        let derivatives = [
            encode_marked(MEDIUM, medium, icc)?,
            encode(LARGE, &large, icc)?,
            encode(SMALL, &small, icc)?,
        ];
        Ok(Self {
            derivatives,
            smallest,
        })
    }
}

/// Sizes are counted from the original, so that rounding does not add up.
fn smaller(raster: &Raster, original: Dimensions, longest: u32) -> Result<Raster, DevelopError> {
    let scaled = raster.scaled(fit(original, longest))?;
    Ok(scaled.unwrap_or_else(|| Raster {
        rgb: raster.rgb.clone(),
        ..*raster
    }))
}

fn encode_marked(
    kind: DerivativeKind,
    mut raster: Raster,
    icc: Option<&[u8]>,
) -> Result<DevelopedDerivative, DevelopError> {
    watermark::mark(&mut raster);
    encode(kind, &raster, icc)
}

/// A baseline JPEG with the profile and nothing else.
fn encode(
    kind: DerivativeKind,
    raster: &Raster,
    icc: Option<&[u8]>,
) -> Result<DevelopedDerivative, DevelopError> {
    let side = |side: u32| u16::try_from(side).map_err(internal);
    let mut body = Vec::with_capacity(raster.rgb.len() / 8);
    let mut encoder = Encoder::new(&mut body, QUALITY);
    if let Some(icc) = icc {
        encoder.add_icc_profile(icc).map_err(internal)?;
    }
    encoder
        .encode(
            &raster.rgb,
            side(raster.width)?,
            side(raster.height)?,
            ColorType::Rgb,
        )
        .map_err(internal)?;
    Ok(DevelopedDerivative {
        kind,
        dimensions: raster.dimensions(),
        body: Bytes::from(body),
    })
}
