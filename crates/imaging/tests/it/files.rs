//! Photographs from outside the project, and pictures made here.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

/// `$PICASSO_PHOTOS`, or `shared/photos` beside the workspace or above it.
fn folder() -> PathBuf {
    if let Some(named) = std::env::var_os("PICASSO_PHOTOS") {
        return named.into();
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .map(|folder| folder.join("shared/photos"))
        .find(|folder| folder.is_dir())
        .expect("the test photographs are missing: set PICASSO_PHOTOS to their folder")
}

pub fn photo(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; set PICASSO_PHOTOS to the folder of the test photographs",
            path.display()
        )
    })
}

/// Every photograph, by name.
pub fn photos() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder()).expect("the folder of photographs reads");
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.ends_with(".md"))
        .collect();
    names.sort();
    assert!(names.len() >= 24, "photographs are missing: only {names:?}");
    names
        .into_iter()
        .map(|name| (name.clone(), photo(&name)))
        .collect()
}

/// Smooth colours with detail, and no two corners alike.
pub fn photo_like(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let wave = ((u * 21.0).sin() * (v * 17.0).cos() + 1.0) * 20.0;
        let sample = |value: f32| (value * 200.0 + wave) as u8;
        Rgb([sample(u), sample(v), sample((1.0 - u) * v)])
    })
}

pub fn png_of(picture: &DynamicImage) -> Vec<u8> {
    written(picture, ImageFormat::Png)
}

pub fn webp_of(picture: &DynamicImage) -> Vec<u8> {
    written(picture, ImageFormat::WebP)
}

pub fn jpeg_of(picture: &DynamicImage) -> Vec<u8> {
    written(picture, ImageFormat::Jpeg)
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("writes");
    file.into_inner()
}

pub fn progressive_jpeg(picture: &RgbImage) -> Vec<u8> {
    encoded(picture, picture.as_raw(), ColorType::Rgb, |encoder| {
        encoder.set_progressive(true);
    })
}

pub fn restarting_jpeg(picture: &RgbImage) -> Vec<u8> {
    encoded(picture, picture.as_raw(), ColorType::Rgb, |encoder| {
        encoder.set_restart_interval(7);
    })
}

pub fn cmyk_jpeg(picture: &RgbImage) -> Vec<u8> {
    let cmyk: Vec<u8> = picture
        .pixels()
        .flat_map(|pixel| [255 - pixel[0], 255 - pixel[1], 255 - pixel[2], 0])
        .collect();
    encoded(picture, &cmyk, ColorType::Cmyk, |_| {})
}

fn encoded(
    picture: &RgbImage,
    samples: &[u8],
    model: ColorType,
    adjust: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let side = |side: u32| u16::try_from(side).expect("a small side");
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 92);
    adjust(&mut encoder);
    let (width, height) = (side(picture.width()), side(picture.height()));
    encoder
        .encode(samples, width, height, model)
        .expect("encodes");
    file
}

/// Adam7 by hand: the seven passes, each unfiltered and stored.
pub fn interlaced_png(picture: &RgbImage) -> Vec<u8> {
    let passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];
    let mut rows = Vec::new();
    for (left, top, across, down) in passes {
        for y in (top..picture.height()).step_by(down) {
            rows.push(0);
            for x in (left..picture.width()).step_by(across) {
                rows.extend(picture.get_pixel(x, y).0);
            }
        }
    }
    let mut header = Vec::new();
    header.extend(picture.width().to_be_bytes());
    header.extend(picture.height().to_be_bytes());
    header.extend([8, 2, 0, 0, 1]);
    png_file(&[
        (b"IHDR", &header),
        (b"IDAT", &zlib_stored(&rows)),
        (b"IEND", b""),
    ])
}

/// A PNG of these chunks.
pub fn png_file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        let length = u32::try_from(content.len()).expect("a short chunk");
        file.extend(length.to_be_bytes());
        let named = [&name[..], content].concat();
        file.extend(&named);
        file.extend(crc32(&named).to_be_bytes());
    }
    file
}

pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    header
}

/// A zlib stream without compression (RFC 1950, RFC 1951 section 3.2.4).
pub fn zlib_stored(content: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = content.chunks(0xffff);
    let last = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).expect("a block's length");
        stream.push(u8::from(index == last));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(content).to_be_bytes());
    stream
}

fn adler32(content: &[u8]) -> u32 {
    let (a, b) = content.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc32(content: &[u8]) -> u32 {
    let crc = content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    !crc
}

/// A WebP of these chunks.
pub fn webp_file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut content = b"WEBP".to_vec();
    for (name, chunk) in chunks {
        let length = u32::try_from(chunk.len()).expect("a short chunk");
        content.extend(&name[..]);
        content.extend(length.to_le_bytes());
        content.extend(&chunk[..]);
        content.extend(vec![0; chunk.len() % 2]);
    }
    let length = u32::try_from(content.len()).expect("a short file");
    [&b"RIFF"[..], &length.to_le_bytes(), &content].concat()
}

/// The content of a VP8X chunk: a canvas of this size, with flags.
pub fn webp_canvas(width: u32, height: u32, flags: u8) -> Vec<u8> {
    let mut canvas = vec![flags, 0, 0, 0];
    canvas.extend(&(width - 1).to_le_bytes()[..3]);
    canvas.extend(&(height - 1).to_le_bytes()[..3]);
    canvas
}

/// A JPEG with a segment put in behind its start marker.
pub fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a short segment");
    [
        &jpeg[..2],
        &[0xff, marker],
        &length.to_be_bytes(),
        content,
        &jpeg[2..],
    ]
    .concat()
}

/// An EXIF block with nothing but an orientation.
pub fn exif_block(orientation: u16) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    block.extend(orientation.to_be_bytes());
    block.extend([0; 6]);
    block
}

/// The segments of a JPEG up to its first scan: marker and content.
pub fn segments(jpeg: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    let mut at = 2;
    loop {
        assert_eq!(jpeg[at], 0xff, "a marker at {at}");
        let marker = jpeg[at + 1];
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        found.push((marker, &jpeg[at + 4..at + 2 + length]));
        at += 2 + length;
        if marker == 0xda {
            return found;
        }
    }
}

/// The colour profile of a JPEG, put together from its segments.
pub fn icc_of(jpeg: &[u8]) -> Option<Vec<u8>> {
    let parts: Vec<&[u8]> = segments(jpeg)
        .into_iter()
        .filter(|(marker, _)| *marker == 0xe2)
        .filter_map(|(_, content)| content.strip_prefix(b"ICC_PROFILE\0"))
        .map(|numbered| &numbered[2..])
        .collect();
    (!parts.is_empty()).then(|| parts.concat())
}
