//! What is refused for its size, and what happens when many come at once.

use bytes::Bytes;
use futures::future::join_all;
use picasso_commands::ports::{Darkroom, DevelopError};
use picasso_imaging::{ImageDarkroom, Limits};

use super::{
    develop,
    files::{jpeg_of, photo, photo_like, png_file, png_header, webp_canvas, webp_file},
};

const IMAGE_DATA: &[u8] = b"\x78\x9c";

fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    png_file(&[(b"IHDR", &png_header(width, height)), (b"IDAT", IMAGE_DATA)])
}

/// A small JPEG whose frame header says something else.
fn jpeg_that_claims(width: u16, height: u16) -> Vec<u8> {
    let mut file = jpeg_of(&photo_like(32, 32).into());
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]);
    let sides = frame.expect("a frame header") + 5;
    file[sides..sides + 2].copy_from_slice(&height.to_be_bytes());
    file[sides + 2..sides + 4].copy_from_slice(&width.to_be_bytes());
    file
}

fn webp_that_claims(width: u32, height: u32) -> Vec<u8> {
    webp_file(&[(b"VP8X", &webp_canvas(width, height, 0))])
}

/// A lossless frame's header (RFC 9649, 3.4): signature, then both sides less one in 14 bits.
fn lossless_frame(width: u32, height: u32) -> Vec<u8> {
    let sides = (width - 1) | (height - 1) << 14;
    [&[0x2f][..], &sides.to_le_bytes()].concat()
}

#[tokio::test]
async fn sides_of_65_000_pixels_are_refused() {
    for file in [
        png_that_claims(65_000, 65_000),
        png_that_claims(65_000, 1),
        png_that_claims(1, 2_000_000_000),
        jpeg_that_claims(65_000, 65_000),
        jpeg_that_claims(1, 65_000),
        webp_that_claims(65_000, 65_000),
        webp_that_claims(16, 65_000),
    ] {
        let refused = develop(file).await;
        let is_right = matches!(
            refused,
            Err(DevelopError::SideTooLong {
                max_side: 30_000,
                ..
            })
        );
        assert!(is_right, "{refused:?}");
    }
}

#[tokio::test]
async fn too_many_pixels_are_refused() {
    let frame = lossless_frame(16_000, 16_000);
    for file in [
        png_that_claims(20_000, 20_000),
        jpeg_that_claims(20_000, 20_000),
        webp_file(&[(b"VP8L", &frame)]),
    ] {
        let refused = develop(file).await;
        assert!(
            matches!(refused, Err(DevelopError::TooManyPixels { .. })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_tiny_file_that_unpacks_to_a_huge_picture_is_refused() {
    let frame = lossless_frame(9_000, 9_000);
    for file in [
        png_that_claims(9_000, 9_000),
        jpeg_that_claims(9_000, 9_000),
        webp_file(&[(b"VP8L", &frame)]),
    ] {
        let refused = develop(file).await;
        assert!(
            matches!(refused, Err(DevelopError::AbsurdCompression)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_frame_larger_than_its_canvas_is_refused_unopened() {
    let frame = lossless_frame(3_000, 3_000);
    let canvas = webp_canvas(10, 10, 0);
    let refused = develop(webp_file(&[(b"VP8X", &canvas), (b"VP8L", &frame)])).await;
    let Err(DevelopError::Damaged(why)) = refused else {
        panic!("{refused:?}");
    };
    // The decoder refuses this, too, but for lossy frames only after it has made room for them.
    assert_eq!(why.to_string(), "the frame does not fill the canvas");
}

#[tokio::test]
async fn a_picture_without_pixels_is_refused() {
    for file in [
        png_that_claims(0, 10),
        jpeg_that_claims(0, 10),
        jpeg_that_claims(10, 0),
    ] {
        let refused = develop(file).await;
        assert!(
            matches!(refused, Err(DevelopError::Damaged(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_picture_that_takes_too_long_is_given_up() {
    let limits = Limits {
        max_millis: 0,
        ..Limits::default()
    };
    let file = Bytes::from(photo("camera-canon-hdr.jpg"));
    let refused = ImageDarkroom::new(limits).develop(file).await;
    assert!(matches!(refused, Err(DevelopError::TooSlow)), "{refused:?}");
}

#[tokio::test]
async fn a_picture_that_needs_more_than_the_whole_budget_has_too_many_pixels() {
    let limits = Limits {
        memory_budget_bytes: 30 << 20,
        ..Limits::default()
    };
    let file = Bytes::from(photo("phone-nokia.jpg"));
    let refused = ImageDarkroom::new(limits).develop(file).await;
    assert!(
        matches!(refused, Err(DevelopError::TooManyPixels { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn who_finds_the_queue_full_is_told_to_come_again() {
    let limits = Limits {
        workers: 1,
        max_queued: 2,
        ..Limits::default()
    };
    let darkroom = ImageDarkroom::new(limits);
    let file = Bytes::from(jpeg_of(&photo_like(300, 200).into()));
    let all = join_all((0..5).map(|_| darkroom.develop(file.clone()))).await;
    let done = all.iter().filter(|developed| developed.is_ok()).count();
    let busy = all
        .iter()
        .filter(|developed| matches!(developed, Err(DevelopError::Busy)))
        .count();
    assert_eq!((done, busy), (2, 3));
    darkroom.develop(file).await.expect("there is room again");
}

#[tokio::test]
async fn who_waits_too_long_is_told_to_come_again() {
    let limits = Limits {
        workers: 1,
        max_wait_millis: 0,
        ..Limits::default()
    };
    let darkroom = ImageDarkroom::new(limits);
    let file = Bytes::from(photo("camera-canon-hdr.jpg"));
    let all = join_all((0..8).map(|_| darkroom.develop(file.clone()))).await;
    assert!(all.iter().any(Result::is_ok));
    assert!(
        all.iter()
            .any(|developed| matches!(developed, Err(DevelopError::Busy)))
    );
}

/// The budget is for two or three of them; what is held at once is counted where it is given out.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_are_all_developed_within_a_small_budget() {
    let limits = Limits {
        workers: 8,
        memory_budget_bytes: 64 << 20,
        ..Limits::default()
    };
    let darkroom = ImageDarkroom::new(limits);
    let file = Bytes::from(jpeg_of(&photo_like(400, 300).into()));
    let all = join_all((0..50).map(|_| darkroom.develop(file.clone()))).await;
    for developed in all {
        developed.expect("develops");
    }
}
