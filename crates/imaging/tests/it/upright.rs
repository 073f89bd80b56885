//! Whatever the camera's position: every rendition stands upright.

use image::{DynamicImage, RgbImage, imageops};
use picasso_domain::values::{DerivativeKind, Dimensions};

use super::{
    develop, difference,
    files::{exif_block, jpeg_of, photo, photo_like, png_file, png_header, webp_canvas, webp_file},
    files::{webp_of, with_segment, zlib_stored},
    pixels, rendition,
};

/// How an upright picture is stored so that this orientation turns it upright again.
fn stored(upright: &DynamicImage, orientation: u16) -> DynamicImage {
    match orientation {
        2 => upright.fliph(),
        3 => upright.rotate180(),
        4 => upright.flipv(),
        5 => upright.rotate90().fliph(),
        6 => upright.rotate270(),
        7 => upright.rotate270().fliph(),
        8 => upright.rotate90(),
        _ => upright.clone(),
    }
}

async fn assert_upright(file: Vec<u8>, expected: &RgbImage, name: &str) {
    let developed = develop(file).await.expect("develops");
    let (width, height) = expected.dimensions();
    assert_eq!(developed.dimensions, Dimensions { width, height }, "{name}");
    let large = rendition(&developed, DerivativeKind::ThumbnailLarge);
    let expected = imageops::thumbnail(expected, large.dimensions.width, large.dimensions.height);
    let apart = difference(&pixels(large), &expected);
    assert!(apart < 5.0, "{name} differs by {apart}");
}

#[tokio::test]
async fn the_orientation_samples_stand_upright() {
    for shape in ["landscape", "portrait"] {
        let first = develop(photo(&format!("orientation-{shape}-1.jpg"))).await;
        let first = first.expect("develops");
        for orientation in [3, 6, 8] {
            let name = format!("orientation-{shape}-{orientation}.jpg");
            let turned = develop(photo(&name)).await.expect("develops");
            assert_eq!(turned.dimensions, first.dimensions, "{name}");
            let expected = pixels(rendition(&first, DerivativeKind::ThumbnailLarge));
            let found = pixels(rendition(&turned, DerivativeKind::ThumbnailLarge));
            // The samples differ in their colour profiles, so upright means: far more alike than in any other way.
            let apart = difference(&found, &expected);
            for (way, other) in [
                ("mirrored", imageops::flip_horizontal(&expected)),
                ("on its head", imageops::rotate180(&expected)),
                ("mirrored on its head", imageops::flip_vertical(&expected)),
            ] {
                let apart_so = difference(&found, &other);
                assert!(
                    apart * 2.0 < apart_so,
                    "{name} is {way}: {apart}, {apart_so}"
                );
            }
        }
    }
}

#[tokio::test]
async fn all_eight_orientations_stand_upright() {
    let picture = photo_like(420, 300);
    let upright = DynamicImage::ImageRgb8(picture.clone());
    for orientation in 1..=8 {
        let exif = [&b"Exif\0\0"[..], &exif_block(orientation)].concat();
        let file = with_segment(&jpeg_of(&stored(&upright, orientation)), 0xe1, &exif);
        assert_upright(file, &picture, &format!("orientation {orientation}")).await;
    }
}

#[tokio::test]
async fn png_and_webp_stand_upright_too() {
    let picture = photo_like(120, 80);
    let turned = stored(&DynamicImage::ImageRgb8(picture.clone()), 6).to_rgb8();
    let (width, height) = turned.dimensions();
    let mut rows = Vec::new();
    for row in turned.rows() {
        rows.push(0);
        rows.extend(row.flat_map(|pixel| pixel.0));
    }
    let png = png_file(&[
        (b"IHDR", &png_header(width, height)),
        (b"eXIf", &exif_block(6)),
        (b"IDAT", &zlib_stored(&rows)),
        (b"IEND", b""),
    ]);
    assert_upright(png, &picture, "PNG").await;

    let simple = webp_of(&turned.into());
    let length = u32::from_le_bytes([simple[16], simple[17], simple[18], simple[19]]);
    let webp = webp_file(&[
        (b"VP8X", &webp_canvas(width, height, 0b1000)),
        (b"VP8L", &simple[20..20 + length as usize]),
        (b"EXIF", &exif_block(6)),
    ]);
    assert_upright(webp, &picture, "WebP").await;
}
