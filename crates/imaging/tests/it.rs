//! The darkroom on real photographs and on files made to break it.

#[path = "it/damage.rs"]
mod damage;
#[path = "it/files.rs"]
mod files;
#[path = "it/limits.rs"]
mod limits;
#[path = "it/upright.rs"]
mod upright;

use bytes::Bytes;
use image::{DynamicImage, RgbImage};
use picasso_commands::ports::{Darkroom, DevelopError, Developed, DevelopedDerivative};
use picasso_domain::values::{DerivativeKind, Dimensions, MediaType};
use picasso_imaging::{ImageDarkroom, Limits};
use tokio::sync::OnceCell;

use self::files::{icc_of, jpeg_of, photo, photos, png_of, segments, webp_of};

async fn develop(file: impl Into<Bytes>) -> Result<Developed, DevelopError> {
    ImageDarkroom::new(Limits::default())
        .develop(file.into())
        .await
}

type Photograph = (String, Vec<u8>, Result<Developed, DevelopError>);

/// Every photograph and what became of it, developed once for all rules.
async fn developed_photos() -> &'static [Photograph] {
    static DEVELOPED: OnceCell<Vec<Photograph>> = OnceCell::const_new();
    let all = DEVELOPED.get_or_init(async || {
        let mut all = Vec::new();
        for (name, file) in photos() {
            let developed = develop(file.clone()).await;
            all.push((name, file, developed));
        }
        all
    });
    all.await
}

fn rendition(developed: &Developed, kind: DerivativeKind) -> &DevelopedDerivative {
    let found = developed.derivatives.iter().find(|made| made.kind == kind);
    found.expect("one rendition of each kind")
}

fn pixels(rendition: &DevelopedDerivative) -> RgbImage {
    image::load_from_memory(&rendition.body)
        .expect("a rendition is a picture")
        .into_rgb8()
}

/// The mean difference of two pictures' samples, of 255.
fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.as_raw().len() as f64
}

/// Accepted or refused: whether a normal viewer shows the whole picture decides, found by looking at each.
const REFUSED: [&str; 3] = [
    "broken-corrupted.jpg",
    "heif-sample.heif",
    "tiff-dudley.tiff",
];

#[tokio::test]
async fn every_whole_photograph_is_developed_and_every_other_file_refused() {
    for (name, _, developed) in developed_photos().await {
        assert_eq!(developed.is_err(), REFUSED.contains(&&**name), "{name}");
        let Ok(developed) = developed else { continue };
        assert_eq!(developed.media_type, MediaType::Jpeg);
        let kinds: Vec<_> = developed.derivatives.iter().map(|made| made.kind).collect();
        assert_eq!(kinds, DerivativeKind::ALL, "{name}");
        for made in &developed.derivatives {
            let (width, height) = pixels(made).dimensions();
            assert_eq!(made.dimensions, Dimensions { width, height }, "{name}");
            let original = developed.dimensions;
            let longest = width.max(height);
            let expected = made.kind.longest_side();
            assert_eq!(longest, expected.min(original.width.max(original.height)));
        }
    }
}

#[tokio::test]
async fn no_rendition_carries_gps_exif_or_xmp() {
    for (name, _, developed) in developed_photos().await {
        let Ok(developed) = developed else { continue };
        for made in &developed.derivatives {
            for (marker, content) in segments(&made.body) {
                let is_clean = match marker {
                    0xe0 => content.starts_with(b"JFIF\0"),
                    0xe2 => content.starts_with(b"ICC_PROFILE\0"),
                    0xe1..=0xef | 0xfe => false,
                    _ => true,
                };
                assert!(is_clean, "{name}: segment {marker:x} in {:?}", made.kind);
            }
            for trace in [
                &b"Exif\0\0"[..],
                b"xpacket",
                b"http://ns.adobe",
                b"Photoshop 3",
            ] {
                let found = made.body.windows(trace.len()).any(|bytes| bytes == trace);
                assert!(!found, "{name}: {trace:?} in {:?}", made.kind);
            }
        }
    }
}

#[tokio::test]
async fn the_colour_profile_is_kept() {
    let mut with_profile = 0;
    for (name, file) in photos() {
        let expected = file
            .starts_with(b"\xff\xd8")
            .then(|| icc_of(&file))
            .flatten();
        let Ok(developed) = develop(file).await else {
            continue;
        };
        with_profile += usize::from(expected.is_some());
        for made in &developed.derivatives {
            assert_eq!(icc_of(&made.body), expected, "{name}");
        }
    }
    assert!(with_profile >= 8, "the samples with a profile are missing");
}

#[tokio::test]
async fn the_same_file_develops_to_the_same_bytes() {
    let file = photo("camera-canon-hdr.jpg");
    let (one, other) = (develop(file.clone()).await, develop(file).await);
    let (one, other) = (one.expect("develops"), other.expect("develops"));
    for (a, b) in one.derivatives.iter().zip(&other.derivatives) {
        assert_eq!(a.body, b.body);
    }
    assert_eq!(one.thumbhash, other.thumbhash);
    assert_eq!(one.dominant_colour, other.dominant_colour);
}

#[tokio::test]
async fn only_previews_are_marked() {
    let grey = DynamicImage::ImageRgb8(RgbImage::from_pixel(2000, 1400, image::Rgb([128; 3])));
    let developed = develop(png_of(&grey)).await.expect("develops");
    for made in &developed.derivatives {
        let picture = pixels(made);
        let marked = picture.pixels().any(|pixel| pixel[0].abs_diff(128) > 20);
        let longest = picture.width().max(picture.height());
        assert_eq!(marked, longest > 640, "{:?}", made.kind);
    }
    assert_eq!(developed.dominant_colour.as_str(), "#808080");
}

#[tokio::test]
async fn all_three_formats_show_the_same_picture() {
    let picture = files::photo_like(900, 600);
    let whole = DynamicImage::ImageRgb8(picture.clone());
    let expected = image::imageops::thumbnail(&picture, 320, 213);
    for (file, media_type) in [
        (jpeg_of(&whole), MediaType::Jpeg),
        (png_of(&whole), MediaType::Png),
        (webp_of(&whole), MediaType::Webp),
    ] {
        let developed = develop(file).await.expect("develops");
        assert_eq!(developed.media_type, media_type);
        let small = rendition(&developed, DerivativeKind::ThumbnailSmall);
        let apart = difference(&pixels(small), &expected);
        assert!(apart < 4.0, "{media_type:?} differs by {apart}");
    }
}

#[tokio::test]
async fn every_depth_and_colour_model_shows_the_same_picture() {
    let whole = DynamicImage::ImageRgb8(files::photo_like(400, 300));
    let grey = whole.to_luma8();
    let colour = whole.to_rgb8();
    let as_rgb = DynamicImage::ImageLuma8(grey.clone()).to_rgb8();
    for (name, file, expected) in [
        ("16-bit RGB", png_of(&whole.to_rgb16().into()), &colour),
        ("RGBA", png_of(&whole.to_rgba8().into()), &colour),
        ("16-bit RGBA", png_of(&whole.to_rgba16().into()), &colour),
        ("grey", png_of(&grey.clone().into()), &as_rgb),
        ("16-bit grey", png_of(&whole.to_luma16().into()), &as_rgb),
        (
            "grey and alpha",
            png_of(&whole.to_luma_alpha8().into()),
            &as_rgb,
        ),
        ("interlaced", files::interlaced_png(&colour), &colour),
        ("grey JPEG", jpeg_of(&grey.clone().into()), &as_rgb),
        (
            "progressive JPEG",
            files::progressive_jpeg(&colour),
            &colour,
        ),
        (
            "JPEG with restarts",
            files::restarting_jpeg(&colour),
            &colour,
        ),
        ("CMYK JPEG", files::cmyk_jpeg(&colour), &colour),
        (
            "WebP with alpha",
            webp_of(&whole.to_rgba8().into()),
            &colour,
        ),
    ] {
        let developed = develop(file).await;
        let developed = developed.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let large = rendition(&developed, DerivativeKind::ThumbnailLarge);
        let apart = difference(&pixels(large), expected);
        assert!(apart < 6.0, "{name} differs by {apart}");
    }
}

#[tokio::test]
async fn what_is_transparent_turns_white() {
    let clear = image::RgbaImage::from_pixel(64, 64, image::Rgba([200, 0, 0, 0]));
    for file in [png_of(&clear.clone().into()), webp_of(&clear.into())] {
        let developed = develop(file).await.expect("develops");
        assert_eq!(developed.dominant_colour.as_str(), "#ffffff");
    }
}
