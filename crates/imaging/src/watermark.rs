//! The mark on previews: "picasso", light with a dark shadow, again and again along rising lines.
//!
//! Keeps true: the mark grows with the picture, and no piece of it worth having is free of the mark.

use super::raster::{CHANNELS, Raster};

/// One bit a cell, most significant to the left; `p` reaches below the line.
const GLYPH_COLUMNS: usize = 5;
const GLYPH_ROWS: usize = 8;
const P: [u8; GLYPH_ROWS] = [0, 0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0];
const I: [u8; GLYPH_ROWS] = [0b00100, 0, 0b01100, 0b00100, 0b00100, 0b01110, 0, 0];
const C: [u8; GLYPH_ROWS] = [0, 0b01111, 0b10000, 0b10000, 0b10000, 0b01111, 0, 0];
const A: [u8; GLYPH_ROWS] = [0, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111, 0, 0];
const S: [u8; GLYPH_ROWS] = [0, 0b01111, 0b10000, 0b01110, 0b00001, 0b11110, 0, 0];
const O: [u8; GLYPH_ROWS] = [0, 0b01110, 0b10001, 0b10001, 0b10001, 0b01110, 0, 0];
const WORD: [[u8; GLYPH_ROWS]; 7] = [P, I, C, A, S, S, O];
const WORD_COLUMNS: usize = WORD.len() * (GLYPH_COLUMNS + 1) - 1;

/// The mark repeats after this many cells. The lines rise one cell in [`SLOPE`], and the width is a multiple of the
/// height times that, so that the pattern fits on at its edges.
const TILE_ROWS: usize = 24;
const SLOPE: usize = 3;
const TILE_COLUMNS: usize = TILE_ROWS * SLOPE;

/// How many cells the longer side has: the word is about an eighth of it.
const CELLS_ALONG: usize = 320;
/// Of 256.
const LIGHT: u16 = 105;
const SHADOW: u16 = 70;
/// Points looked at along each side of a pixel, to smooth edges.
const SAMPLES: usize = 3;

/// What one sample becomes: `(sample * keep + add) / 256`.
struct Tile {
    width: usize,
    height: usize,
    keep: Vec<u16>,
    add: Vec<u16>,
}

/// Marks a picture all over.
pub fn mark(raster: &mut Raster) {
    let (width, height) = (raster.width as usize, raster.height as usize);
    let cell = (width.max(height) / CELLS_ALONG).max(1);
    let tile = Tile::new(cell);
    let row_samples = width * CHANNELS;
    let tile_samples = tile.width * CHANNELS;
    for (y, row) in raster.rgb.chunks_exact_mut(row_samples).enumerate() {
        let from = (y % tile.height) * tile_samples;
        let keep = &tile.keep[from..from + tile_samples];
        let add = &tile.add[from..from + tile_samples];
        for piece in row.chunks_mut(tile_samples) {
            for ((sample, keep), add) in piece.iter_mut().zip(keep).zip(add) {
                *sample = ((u16::from(*sample) * keep + add) >> 8) as u8;
            }
        }
    }
}

impl Tile {
    /// `cell` is the side of a cell in pixels.
    fn new(cell: usize) -> Self {
        let (width, height) = (TILE_COLUMNS * cell, TILE_ROWS * cell);
        let mut tile = Self {
            width,
            height,
            keep: Vec::with_capacity(width * height * CHANNELS),
            add: Vec::with_capacity(width * height * CHANNELS),
        };
        for y in 0..height {
            for x in 0..width {
                let (light, shadow) = strengths(x, y, cell);
                for _ in 0..CHANNELS {
                    tile.keep.push(256 - light - shadow);
                    tile.add.push(255 * light);
                }
            }
        }
        tile
    }
}

/// How strongly a pixel of the tile is lightened and darkened, of 256.
fn strengths(x: usize, y: usize, cell: usize) -> (u16, u16) {
    let (mut light, mut shadow) = (0, 0);
    for sample in 0..SAMPLES * SAMPLES {
        // Positions in parts of a cell, the tile's size away from zero so that nothing goes below it.
        let unit = cell * SAMPLES;
        let across = x * SAMPLES + sample % SAMPLES;
        let down = y * SAMPLES + sample / SAMPLES + across / SLOPE;
        let offset = unit / 2;
        if is_inked(across, down, unit) {
            light += 1;
        } else if is_inked(
            across + TILE_COLUMNS * unit - offset,
            down + TILE_ROWS * unit - offset - offset / SLOPE,
            unit,
        ) {
            shadow += 1;
        }
    }
    let samples = (SAMPLES * SAMPLES) as u16;
    (light * LIGHT / samples, shadow * SHADOW / samples)
}

/// Whether a point lies on a letter of one of the tile's two words, the second half a tile further on.
fn is_inked(across: usize, down: usize, unit: usize) -> bool {
    let (column, row) = (across / unit % TILE_COLUMNS, down / unit % TILE_ROWS);
    let further = (
        (column + TILE_COLUMNS / 2) % TILE_COLUMNS,
        (row + TILE_ROWS / 2) % TILE_ROWS,
    );
    is_word(column, row) || is_word(further.0, further.1)
}

fn is_word(column: usize, row: usize) -> bool {
    let (letter, bit) = (column / (GLYPH_COLUMNS + 1), column % (GLYPH_COLUMNS + 1));
    column < WORD_COLUMNS
        && row < GLYPH_ROWS
        && bit < GLYPH_COLUMNS
        && WORD[letter][row] >> (GLYPH_COLUMNS - 1 - bit) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(width: u32, height: u32, grey: u8) -> Raster {
        let rgb = vec![grey; width as usize * height as usize * CHANNELS];
        let mut raster = Raster { width, height, rgb };
        mark(&mut raster);
        raster
    }

    /// Whether any pixel of a window differs from the unmarked grey.
    fn window_is_marked(raster: &Raster, left: usize, top: usize, side: usize, grey: u8) -> bool {
        (top..top + side).any(|y| {
            let from = (y * raster.width as usize + left) * CHANNELS;
            raster.rgb[from..from + side * CHANNELS]
                .iter()
                .any(|sample| *sample != grey)
        })
    }

    #[test]
    fn no_piece_of_an_eighth_of_the_longer_side_is_free_of_the_mark() {
        for grey in [0, 128, 255] {
            let raster = marked(800, 600, grey);
            for top in (0..=500).step_by(20) {
                for left in (0..=700).step_by(20) {
                    let found = window_is_marked(&raster, left, top, 100, grey);
                    assert!(found, "nothing at {left}, {top} on {grey}");
                }
            }
        }
    }

    #[test]
    fn the_mark_grows_with_the_picture() {
        let strength = |raster: &Raster| {
            let changes = raster
                .rgb
                .iter()
                .map(|sample| f64::from(sample.abs_diff(128)));
            changes.sum::<f64>() / raster.rgb.len() as f64
        };
        let small = strength(&marked(640, 480, 128));
        let large = strength(&marked(1600, 1200, 128));
        assert!((small - large).abs() < 1.0, "{small} and {large}");
        assert!(large > 4.0, "{large}");
    }

    #[test]
    fn the_pattern_fits_on_at_the_edges_of_its_tile() {
        let raster = marked(1600, 1200, 128);
        let tile = Tile::new(5);
        let at = |x: usize, y: usize| raster.rgb[(y * 1600 + x) * CHANNELS];
        for y in 0..tile.height {
            for x in 0..tile.width {
                assert_eq!(at(x, y), at(x + tile.width, y + tile.height));
                let (light, shadow) = strengths(x + tile.width, y + tile.height, 5);
                let here = tile.keep[(y * tile.width + x) * CHANNELS];
                assert_eq!(here, 256 - light - shadow);
            }
        }
    }
}
