//! A picture through the whole pipeline, beside sharp (libvips) doing the same work in a process of its own.
//!
//! Both do one picture at a time, in alternating rounds, and may use every core.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use picasso_adapters::imaging::{ImageDarkroom, Limits};
use picasso_commands::ports::Darkroom;
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::rounds::{median, print_ratio};

const ROUNDS: usize = 9;
/// Pictures a round.
const TURN: u32 = 5;
/// Of 255; makes the file as large as a camera's, about three bits a pixel.
const GRAIN: f32 = 26.0;
/// Our time by sharp's.
const AIM: f64 = 1.3;

pub fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let generated = folder.path().join("generated-12-megapixels.jpg");
    fs::write(&generated, photo_like(4000, 3000)?)?;
    compare(&generated)?;
    match photograph() {
        Some(path) => compare(&path),
        None => {
            println!(
                "phone-nokia.jpg: skipped, set PICASSO_PHOTOS to the folder of the test photographs"
            );
            Ok(())
        }
    }
}

/// The largest of the test photographs, if they are there.
fn photograph() -> Option<PathBuf> {
    let folder = std::env::var_os("PICASSO_PHOTOS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos"),
        PathBuf::from,
    );
    Some(folder.join("phone-nokia.jpg")).filter(|path| path.is_file())
}

fn compare(path: &Path) -> Result<()> {
    let mut ours = Ours::start(path)?;
    let mut sharp = Sharp::start(path)?;
    ours.turn()?;
    sharp.turn()?;
    let (mut our_times, mut sharp_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(ours.turn()?);
        sharp_times.push(sharp.turn()?);
    }
    sharp.stop()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    println!("{name}, {} KiB", ours.file.len() / 1024);
    println!("{:<44} {:>9.1} ms", "picasso", median(our_times.clone()));
    println!("{:<44} {:>9.1} ms", "sharp", median(sharp_times.clone()));
    print_ratio("time of picasso / sharp", &our_times, &sharp_times, AIM);
    Ok(())
}

struct Ours {
    file: Bytes,
    darkroom: ImageDarkroom,
    runtime: Runtime,
}

impl Ours {
    fn start(path: &Path) -> Result<Self> {
        Ok(Self {
            file: fs::read(path)?.into(),
            darkroom: ImageDarkroom::new(Limits::default()),
            runtime: Runtime::new()?,
        })
    }

    /// Milliseconds a picture.
    fn turn(&mut self) -> Result<f64> {
        let start = Instant::now();
        for _ in 0..TURN {
            let developed = self.darkroom.develop(self.file.clone());
            let developed = self.runtime.block_on(developed)?;
            std::hint::black_box((developed, Sha256::digest(&self.file)));
        }
        Ok(start.elapsed().as_secs_f64() * 1000.0 / f64::from(TURN))
    }
}

/// `node bench/pictures/sharp.mjs FILE`, told how often to do its work by lines on its input.
struct Sharp {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Sharp {
    fn start(path: &Path) -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures");
        if !folder.join("node_modules/sharp").is_dir() {
            bail!("sharp is not installed: run `npm --prefix bench/pictures ci`");
        }
        let mut process = Command::new("node")
            .arg(folder.join("sharp.mjs"))
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node does not start")?;
        let input = process.stdin.take().context("node has no input")?;
        let output = process.stdout.take().context("node has no output")?;
        Ok(Self {
            process,
            input,
            output: BufReader::new(output),
        })
    }

    /// Milliseconds a picture, as the process measures them itself.
    fn turn(&mut self) -> Result<f64> {
        writeln!(self.input, "{TURN}")?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        let millis: f64 = answer.trim().parse().context("sharp.mjs failed")?;
        Ok(millis / f64::from(TURN))
    }

    fn stop(mut self) -> Result<()> {
        drop(self.input);
        let ended = self.process.wait()?;
        if !ended.success() {
            bail!("sharp.mjs ended with {ended}");
        }
        Ok(())
    }
}

/// A JPEG with the statistics of a photograph: noise in octaves, each half as strong as the one before, and grain.
/// 4:2:0 at quality 90, as cameras write.
fn photo_like(width: u16, height: u16) -> Result<Vec<u8>> {
    let mut rgb = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let light = octaves(x, y, 0);
            let tint = octaves(x / 2, y / 2, 7) - 0.5;
            let grain = (lattice(x, y, 99) - 0.5) * GRAIN;
            for weight in [1.0, 0.3, -0.8] {
                let sample = 255.0 * light + 90.0 * tint * weight + grain;
                // `as` saturates.
                rgb.push(sample as u8);
            }
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&rgb, width, height, ColorType::Rgb)?;
    Ok(file)
}

/// From 0 to 1, with structures from 512 pixels down to 4.
fn octaves(x: u32, y: u32, seed: u32) -> f32 {
    let (mut value, mut strength) = (0.0, 0.5);
    for bits in (2..=9).rev() {
        value += strength * smooth(x, y, bits, seed + bits);
        strength /= 2.0;
    }
    value
}

/// The lattice of every `2^bits` pixels, interpolated.
fn smooth(x: u32, y: u32, bits: u32, seed: u32) -> f32 {
    let step = 1 << bits;
    let part = |at: u32| (at % step) as f32 / step as f32;
    let (column, row) = (x >> bits, y >> bits);
    let between = |row: u32| {
        let (left, right) = (lattice(column, row, seed), lattice(column + 1, row, seed));
        left + (right - left) * part(x)
    };
    let (upper, lower) = (between(row), between(row + 1));
    upper + (lower - upper) * part(y)
}

/// A fixed pseudo-random number from 0 to 1 for each point (the finaliser of MurmurHash3).
fn lattice(x: u32, y: u32, seed: u32) -> f32 {
    let mut hash =
        x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    (hash ^ hash >> 16) as f32 / u32::MAX as f32
}
