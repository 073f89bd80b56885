//! Damaged and foreign files: a clear refusal, never half a picture, never a panic.

use image::DynamicImage;
use picasso_commands::ports::DevelopError;
use proptest::prelude::*;

use super::{
    develop,
    files::{
        jpeg_of, photo, photo_like, png_file, png_header, png_of, progressive_jpeg,
        restarting_jpeg, webp_canvas, webp_file, webp_of, zlib_stored,
    },
};

const END_MARKER: [u8; 2] = [0xff, 0xd9];

/// One file of each kind of coding, each a whole picture.
fn whole_files() -> Vec<(&'static str, Vec<u8>)> {
    let picture = photo_like(320, 240);
    let whole = DynamicImage::ImageRgb8(picture.clone());
    vec![
        ("JPEG", jpeg_of(&whole)),
        ("progressive JPEG", progressive_jpeg(&picture)),
        ("JPEG with restarts", restarting_jpeg(&picture)),
        ("PNG", png_of(&whole)),
        ("WebP", webp_of(&whole)),
        ("photograph", photo("gps-DSCN0010.jpg")),
    ]
}

async fn assert_damaged(file: Vec<u8>, what: &str) {
    let refused = develop(file).await;
    assert!(
        matches!(refused, Err(DevelopError::Damaged(_))),
        "{what}: {refused:?}"
    );
}

#[tokio::test]
async fn a_file_cut_short_anywhere_is_refused() {
    for (name, file) in whole_files() {
        develop(file.clone())
            .await
            .expect("the whole file develops");
        for part in 1..24 {
            let cut = (file.len() * part / 24).max(12);
            assert_damaged(file[..cut].to_vec(), &format!("{name} cut at {cut}")).await;
        }
        for missing in 1..=2 {
            let cut = file.len() - missing;
            assert_damaged(file[..cut].to_vec(), &format!("{name} without {missing}")).await;
        }
    }
}

#[tokio::test]
async fn a_jpeg_cut_short_and_closed_again_is_refused() {
    for (name, file) in whole_files() {
        // A progressive picture whose last scans are gone is a whole picture, only coarser.
        if !name.contains("JPEG") && name != "photograph" || name.starts_with("progressive") {
            continue;
        }
        for part in 12..24 {
            let cut = file.len() * part / 24;
            let closed = [&file[..cut], &END_MARKER].concat();
            assert_damaged(closed, &format!("{name} closed at {cut}")).await;
        }
    }
}

#[tokio::test]
async fn a_jpeg_whose_restart_intervals_do_not_count_up_is_refused() {
    let file = restarting_jpeg(&photo_like(320, 240));
    let restarts: Vec<usize> = (0..file.len() - 1)
        .filter(|at| file[*at] == 0xff && (0xd0..=0xd7).contains(&file[at + 1]))
        .collect();
    for gone in [1, 8] {
        let lost = [&file[..restarts[2]], &file[restarts[2 + gone]..]].concat();
        assert_damaged(lost, &format!("{gone} intervals lost")).await;
    }
    let [one, two, three] = [restarts[2], restarts[3], restarts[4]];
    let swapped = [
        &file[..one],
        &file[two..three],
        &file[one..two],
        &file[three..],
    ];
    assert_damaged(swapped.concat(), "two intervals swapped").await;
}

#[tokio::test]
async fn a_png_with_a_wrong_checksum_is_refused() {
    let mut file = png_of(&photo_like(64, 64).into());
    let middle = file.len() / 2;
    file[middle] ^= 1;
    assert_damaged(file, "a flipped bit").await;
}

#[tokio::test]
async fn the_damaged_photograph_is_refused() {
    assert_damaged(photo("broken-corrupted.jpg"), "broken-corrupted.jpg").await;
}

#[tokio::test]
async fn other_formats_are_refused_by_content() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
    let wave = b"RIFF\x24\0\0\0WAVEfmt ";
    for (name, file) in [
        ("text", b"not a picture at all".to_vec()),
        ("nothing", Vec::new()),
        ("one byte", vec![0xff]),
        (
            "GIF",
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec(),
        ),
        ("SVG", svg.to_vec()),
        ("WAVE", wave.to_vec()),
        ("TIFF", photo("tiff-dudley.tiff")),
        ("HEIF", photo("heif-sample.heif")),
    ] {
        let refused = develop(file).await;
        assert!(
            matches!(refused, Err(DevelopError::UnsupportedFormat)),
            "{name}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn animations_are_refused() {
    let rows = zlib_stored(&[0; 13 * 4]);
    let apng = png_file(&[
        (b"IHDR", &png_header(4, 4)),
        (b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]),
        (b"IDAT", &rows),
        (b"IEND", b""),
    ]);
    let webp = webp_file(&[
        (b"VP8X", &webp_canvas(4, 4, 0b10)),
        (b"ANIM", &[0; 6]),
        (b"ANMF", &[0; 24]),
    ]);
    for (name, file) in [("APNG", apng), ("animated WebP", webp)] {
        let refused = develop(file).await;
        assert!(
            matches!(refused, Err(DevelopError::UnsupportedFormat)),
            "{name}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn coding_that_is_not_read_is_refused_as_a_format() {
    let file = jpeg_of(&photo_like(32, 32).into());
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]);
    let frame = frame.expect("a frame header");
    let mut arithmetic = file.clone();
    arithmetic[frame + 1] = 0xc9;
    let mut deep = file;
    deep[frame + 4] = 12;
    for file in [arithmetic, deep] {
        let refused = develop(file).await;
        assert!(
            matches!(refused, Err(DevelopError::UnsupportedFormat)),
            "{refused:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn flipped_bytes_never_break_the_darkroom(
        which in 0_usize..6,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let files = small_files();
        let mut file = files[which % files.len()].clone();
        for (at, value) in flips {
            let at = at.index(file.len());
            file[at] = value;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let developed = runtime.expect("a runtime").block_on(develop(file));
        let broken = matches!(developed, Err(DevelopError::Internal(_) | DevelopError::TooSlow));
        prop_assert!(!broken, "{developed:?}");
    }
}

fn small_files() -> Vec<Vec<u8>> {
    let picture = photo_like(48, 40);
    let whole = DynamicImage::ImageRgb8(picture.clone());
    vec![
        jpeg_of(&whole),
        progressive_jpeg(&picture),
        restarting_jpeg(&picture),
        png_of(&whole),
        webp_of(&whole),
        webp_of(&whole.to_rgba8().into()),
    ]
}
