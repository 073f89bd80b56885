//! The markers of a JPEG file (ITU-T T.81, annex B), read without decoding a pixel.
//!
//! Keeps true: a file passes only if it reaches its end marker and its restart markers count up without a gap.

use picasso_commands::ports::DevelopError;
use picasso_domain::values::Dimensions;

use crate::raster::damaged;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DRI: u8 = 0xdd;
const TEM: u8 = 0x01;
const RST0: u8 = 0xd0;
const RST7: u8 = 0xd7;

/// What the markers say of a picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct JpegHeader {
    pub dimensions: Dimensions,
    components: u8,
    progressive: bool,
    /// How many minimum coded units the picture has, when all components are interleaved.
    units: u64,
    /// Units between two restart markers; 0 for none.
    restart_interval: u64,
    restarts: u64,
    scans: usize,
    /// The end of the entropy-coded data, if the picture is sequential and has one scan of all components.
    pub only_scan_end: Option<usize>,
    /// Behind the end marker; 0 while that has not been met.
    pub end: usize,
    restarts_out_of_order: bool,
}

impl JpegHeader {
    /// Decoded pixels, and for progressive pictures and those in several scans every coefficient at full size.
    pub fn bytes_per_pixel(&self) -> u64 {
        let buffered = self.only_scan_end.is_none();
        3 + if buffered {
            2 * u64::from(self.components)
        } else {
            0
        }
    }

    /// Whether nothing is missing, as far as the markers tell.
    pub fn check_whole(&self) -> Result<(), DevelopError> {
        let interleaved = self.only_scan_end.is_some();
        let expected = self.units.div_ceil(self.restart_interval.max(1)) - 1;
        let fit = self.restarts == expected || self.restarts == expected + 1;
        if self.end == 0 {
            Err(damaged("the file ends before its end marker"))
        } else if self.scans == 0 {
            Err(damaged("the file holds no scan"))
        } else if self.restarts_out_of_order {
            Err(damaged("a restart marker is missing"))
        } else if interleaved && self.restart_interval > 0 && !fit {
            Err(damaged("restart intervals are missing"))
        } else {
            Ok(())
        }
    }
}

/// Reads as far as the file goes; only a file without a frame header has no dimensions and fails here.
pub fn read(file: &[u8]) -> Result<JpegHeader, DevelopError> {
    let mut header = JpegHeader::default();
    let mut at = 0;
    while let Some((marker, behind)) = next_marker(file, at) {
        at = behind;
        match marker {
            SOI | TEM | RST0..=RST7 => continue,
            EOI => {
                header.end = behind;
                break;
            }
            _ => {}
        }
        let Some(segment) = segment(file, behind) else {
            break;
        };
        at = behind + 2 + segment.len();
        match marker {
            0xc0..=0xc2 => header.read_frame(segment, marker == 0xc2)?,
            // Lossless, hierarchical and arithmetic coding, and what T.81 reserves.
            0xc3 | 0xc5..=0xc7 | 0xc8..=0xcb | 0xcd..=0xcf => {
                return Err(DevelopError::UnsupportedFormat);
            }
            DRI => header.restart_interval = u64::from(be16(segment, 0)?),
            SOS => at = header.read_scan(file, segment, at)?,
            _ => {}
        }
    }
    if header.dimensions == Dimensions::default() {
        return Err(damaged("the file has no frame header"));
    }
    Ok(header)
}

impl JpegHeader {
    fn read_frame(&mut self, segment: &[u8], progressive: bool) -> Result<(), DevelopError> {
        if self.components > 0 {
            return Err(damaged("the file has two frame headers"));
        }
        if byte(segment, 0)? != 8 {
            return Err(DevelopError::UnsupportedFormat);
        }
        let (height, width) = (u32::from(be16(segment, 1)?), u32::from(be16(segment, 3)?));
        self.dimensions = Dimensions { width, height };
        self.components = byte(segment, 5)?;
        self.progressive = progressive;
        let (mut across, mut down) = (1, 1);
        for component in 0..usize::from(self.components) {
            let factors = byte(segment, 7 + component * 3)?;
            across = across.max(u64::from(factors >> 4));
            down = down.max(u64::from(factors & 0xf));
        }
        if self.components == 1 {
            // One component alone is never interleaved: its unit is one block (T.81, A.2.2).
            (across, down) = (1, 1);
        }
        self.units = u64::from(width).div_ceil(8 * across) * u64::from(height).div_ceil(8 * down);
        Ok(())
    }

    /// Goes through the entropy-coded data from `start`; answers where the marker behind it begins.
    fn read_scan(
        &mut self,
        file: &[u8],
        segment: &[u8],
        start: usize,
    ) -> Result<usize, DevelopError> {
        let mut at = start;
        let mut next = RST0;
        while let Some((marker, behind)) = next_marker_in_scan(file, at) {
            if !(RST0..=RST7).contains(&marker) {
                at = behind - 2;
                break;
            }
            self.restarts_out_of_order |= marker != next;
            next = if marker == RST7 { RST0 } else { marker + 1 };
            self.restarts += 1;
            at = behind;
        }
        self.scans += 1;
        let all_components = byte(segment, 0)? == self.components;
        let only = self.scans == 1 && all_components && !self.progressive;
        self.only_scan_end = only.then_some(at);
        Ok(at)
    }
}

/// The next marker and the position behind it; bytes that belong to no segment are passed over, as viewers do.
fn next_marker(file: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = file.get(at..)?;
    rest.windows(2)
        .position(|pair| pair[0] == 0xff && pair[1] != 0xff && pair[1] != 0)
        .map(|found| (rest[found + 1], at + found + 2))
}

/// The same within entropy-coded data, which is long: only the bytes 0xff are looked at.
fn next_marker_in_scan(file: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += file.get(at..)?.iter().position(|byte| *byte == 0xff)? + 1;
        match file.get(at)? {
            0 | 0xff => {}
            marker => return Some((*marker, at + 1)),
        }
    }
}

/// A segment's content, without its length.
fn segment(file: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(u16::from_be_bytes([*file.get(at)?, *file.get(at + 1)?]));
    file.get(at + 2..at + length.max(2))
}

fn byte(segment: &[u8], at: usize) -> Result<u8, DevelopError> {
    segment
        .get(at)
        .copied()
        .ok_or_else(|| damaged("a segment is too short"))
}

fn be16(segment: &[u8], at: usize) -> Result<u16, DevelopError> {
    Ok(u16::from_be_bytes([
        byte(segment, at)?,
        byte(segment, at + 1)?,
    ]))
}
