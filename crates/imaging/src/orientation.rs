//! The eight orientations of EXIF (CIPA DC-008, tag 0x0112): how stored rows and columns stand upright.

use exif::{In, Reader, Tag};
use picasso_domain::values::Dimensions;

use super::raster::{CHANNELS, Raster};

/// The largest EXIF block that is looked at; cameras' thumbnails make it up to 64 KiB.
const MAX_EXIF_BYTES: usize = 1 << 20;

/// What to do with stored pixels, in this order: swap rows and columns, then mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orientation {
    transposed: bool,
    mirrored_across: bool,
    mirrored_down: bool,
}

impl Orientation {
    /// Reads the tag from a TIFF-shaped EXIF block. Absent, unreadable or out of range means upright, as viewers do.
    pub fn from_exif(block: Option<&[u8]>) -> Self {
        let Some(block) = block.filter(|block| block.len() <= MAX_EXIF_BYTES) else {
            return Self::default();
        };
        let read = Reader::new()
            .continue_on_error(true)
            .read_raw(block.to_vec())
            .or_else(|error| error.distill_partial_result(|_| {}));
        let tag = read.ok().and_then(|fields| {
            let field = fields.get_field(Tag::Orientation, In::PRIMARY)?;
            field.value.get_uint(0)
        });
        tag.map_or_else(Self::default, Self::from_tag)
    }

    fn from_tag(tag: u32) -> Self {
        let (transposed, mirrored_across, mirrored_down) = match tag {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            transposed,
            mirrored_across,
            mirrored_down,
        }
    }

    /// How large a stored picture is when it stands upright.
    pub fn upright(self, stored: Dimensions) -> Dimensions {
        if self.transposed {
            Dimensions {
                width: stored.height,
                height: stored.width,
            }
        } else {
            stored
        }
    }

    /// Turns a picture upright.
    pub fn apply(self, stored: Raster) -> Raster {
        if self == Self::default() {
            return stored;
        }
        let Dimensions { width, height } = self.upright(stored.dimensions());
        let mut rgb = Vec::with_capacity(stored.rgb.len());
        for y in 0..height {
            let y = if self.mirrored_down {
                height - 1 - y
            } else {
                y
            };
            for x in 0..width {
                let x = if self.mirrored_across {
                    width - 1 - x
                } else {
                    x
                };
                let (column, row) = if self.transposed { (y, x) } else { (x, y) };
                let at = (row as usize * stored.width as usize + column as usize) * CHANNELS;
                rgb.extend_from_slice(&stored.rgb[at..at + CHANNELS]);
            }
        }
        Raster { width, height, rgb }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a b / c d / e f`, one letter a pixel, as it is stored.
    fn stored() -> Raster {
        Raster {
            width: 2,
            height: 3,
            rgb: b"abcdef".iter().flat_map(|letter| [*letter; 3]).collect(),
        }
    }

    fn upright(tag: u32) -> (u32, String) {
        let turned = Orientation::from_tag(tag).apply(stored());
        let letters = turned.rgb.chunks(3).map(|pixel| char::from(pixel[0]));
        (turned.width, letters.collect())
    }

    #[test]
    fn each_orientation_names_the_corner_where_the_first_row_and_column_belong() {
        let expected = [
            (1, 2, "abcdef"),
            (2, 2, "badcfe"),
            (3, 2, "fedcba"),
            (4, 2, "efcdab"),
            (5, 3, "acebdf"),
            (6, 3, "ecafdb"),
            (7, 3, "fdbeca"),
            (8, 3, "bdface"),
        ];
        for (tag, width, letters) in expected {
            assert_eq!(
                upright(tag),
                (width, letters.to_owned()),
                "orientation {tag}"
            );
        }
        assert_eq!(upright(0), upright(1));
        assert_eq!(upright(9), upright(1));
    }

    #[test]
    fn an_unreadable_block_means_upright() {
        let upright = Orientation::default();
        assert_eq!(Orientation::from_exif(None), upright);
        assert_eq!(Orientation::from_exif(Some(b"")), upright);
        assert_eq!(
            Orientation::from_exif(Some(b"MM\0*\xff\xff\xff\xff")),
            upright
        );
    }
}
