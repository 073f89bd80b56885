//! What stands in for a picture while it loads: a ThumbHash and its dominant colour.

use picasso_domain::values::{Colour, ThumbHash};

use super::raster::{CHANNELS, Raster};

/// The longest side ThumbHash takes.
pub const LONGEST_SIDE: u32 = 100;

/// How many bits of each channel make two colours one.
const BITS: usize = 3;

/// evanw's ThumbHash of a picture of at most [`LONGEST_SIDE`].
pub fn thumbhash(small: &Raster) -> ThumbHash {
    let rgba: Vec<u8> = small
        .rgb
        .chunks_exact(CHANNELS)
        .flat_map(|p| [p[0], p[1], p[2], u8::MAX])
        .collect();
    let (width, height) = (small.width as usize, small.height as usize);
    let hash = thumbhash::rgba_to_thumb_hash(width, height, &rgba);
    ThumbHash(hex::encode(hash))
}

/// The mean of the fullest of 512 equal boxes of the RGB cube: a colour that is in the picture, unlike the mean of
/// all. Among equals the darkest wins, so that the same picture always has the same colour.
pub fn dominant_colour(small: &Raster) -> Colour {
    let mut boxes = vec![([0_u64; CHANNELS], 0_u64); 1 << (BITS * CHANNELS)];
    for pixel in small.rgb.chunks_exact(CHANNELS) {
        let index = pixel.iter().fold(0, |index, sample| {
            index << BITS | usize::from(sample >> (8 - BITS))
        });
        let (sums, count) = &mut boxes[index];
        for (sum, sample) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*sample);
        }
        *count += 1;
    }
    // `max_by_key` keeps the last of equals.
    let fullest = boxes.into_iter().rev().max_by_key(|(_, count)| *count);
    let (sums, count) = fullest.unwrap_or_default();
    let mean = |sum: u64| u8::try_from((sum + count / 2) / count.max(1)).unwrap_or(u8::MAX);
    Colour::rgb(sums.map(mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(pixels: &[[u8; 3]]) -> Raster {
        Raster {
            width: u32::try_from(pixels.len()).expect("few pixels"),
            height: 1,
            rgb: pixels.concat(),
        }
    }

    #[test]
    fn the_dominant_colour_is_one_that_is_in_the_picture() {
        let red_and_some_blue = picture(&[[200, 0, 0], [204, 0, 0], [0, 0, 200]]);
        assert_eq!(dominant_colour(&red_and_some_blue).as_str(), "#ca0000");
        let half_black = picture(&[[255; 3], [0; 3]]);
        assert_eq!(dominant_colour(&half_black).as_str(), "#000000");
    }

    #[test]
    fn a_hash_is_written_in_hexadecimal_digits() {
        let ThumbHash(hash) = thumbhash(&picture(&[[10, 200, 30]; 8]));
        assert!(hash.len() <= 50 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()));
    }
}
