//! Paints pictures: layered hills, suns and waves from a seed. The same seed always gives the same bytes.

use jpeg_encoder::{ColorType, Encoder};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::exit::{Code, Failure};

const WIDTH: u16 = 1440;
const HEIGHT: u16 = 1080;
const QUALITY: u8 = 88;

type Rgb = [f32; 3];

/// One landscape as a JPEG.
pub fn paint(seed: u64) -> Result<Vec<u8>, Failure> {
    let mut rng = StdRng::seed_from_u64(seed);
    let scene = Scene::draw(&mut rng);
    let columns = (0..WIDTH).map(|x| f32::from(x) / f32::from(WIDTH));
    let columns: Vec<(f32, Vec<f32>)> = columns.map(|x| (x, scene.edges(x))).collect();
    let mut pixels = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    for y in 0..HEIGHT {
        let y = f32::from(y) / f32::from(HEIGHT);
        for (x, edges) in &columns {
            let grain = rng.random_range(-0.012..0.012_f32);
            let colour = scene.colour((*x, y), edges);
            pixels.extend(colour.map(|channel| to_byte(channel + grain)));
        }
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, QUALITY)
        .encode(&pixels, WIDTH, HEIGHT, ColorType::Rgb)
        .map_err(|error| {
            Failure::new(
                Code::Internal,
                format!("a picture was not painted: {error}"),
            )
        })?;
    Ok(file)
}

// The value is clamped to 0..=255 before it is cut to a byte.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn to_byte(channel: f32) -> u8 {
    (channel.clamp(0.0, 1.0) * 255.0) as u8
}

struct Hill {
    base: f32,
    waves: [(f32, f32, f32); 4],
    colour: Rgb,
}

struct Scene {
    sky: (Rgb, Rgb),
    sun: ((f32, f32), f32, Rgb),
    hills: Vec<Hill>,
}

impl Scene {
    fn draw(rng: &mut StdRng) -> Self {
        let hue = rng.random_range(0.0..1.0);
        let far = hsv(hue, 0.35, 0.95);
        let near = hsv((hue + rng.random_range(0.3..0.6)) % 1.0, 0.65, 0.25);
        let count = rng.random_range(4..8);
        let hills = (0..count)
            .map(|layer| {
                let depth = (layer as f32 + 1.0) / count as f32;
                let wave = |rng: &mut StdRng, scale: f32| {
                    (
                        rng.random_range(1.0..4.0) * scale,
                        rng.random_range(0.0..std::f32::consts::TAU),
                        rng.random_range(0.01..0.05) / scale.sqrt(),
                    )
                };
                Hill {
                    base: 0.38 + depth * 0.5,
                    waves: [1.0, 2.0, 5.0, 13.0].map(|scale| wave(rng, scale)),
                    colour: mix(far, near, depth),
                }
            })
            .collect();
        Self {
            sky: (hsv(hue, 0.55, 0.75), hsv((hue + 0.08) % 1.0, 0.2, 1.0)),
            sun: (
                (rng.random_range(0.15..0.85), rng.random_range(0.12..0.4)),
                rng.random_range(0.04..0.12),
                hsv((hue + 0.12) % 1.0, 0.25, 1.0),
            ),
            hills,
        }
    }

    /// Where each hill begins in one column.
    fn edges(&self, x: f32) -> Vec<f32> {
        self.hills.iter().map(|hill| hill.edge(x)).collect()
    }

    /// The colour of a point, given where the hills begin in its column.
    fn colour(&self, (x, y): (f32, f32), edges: &[f32]) -> Rgb {
        let mut nearest_first = self.hills.iter().zip(edges).rev();
        match nearest_first.find(|(_, edge)| y > **edge) {
            Some((hill, edge)) => {
                let fade = ((y - edge) * 1.6).min(0.35);
                mix(hill.colour, [0.0, 0.0, 0.0], fade)
            }
            None => self.sky_at((x, y)),
        }
    }

    fn sky_at(&self, (x, y): (f32, f32)) -> Rgb {
        let ((sun_x, sun_y), radius, glow) = self.sun;
        let aspect = f32::from(WIDTH) / f32::from(HEIGHT);
        let distance = (((x - sun_x) * aspect).powi(2) + (y - sun_y).powi(2)).sqrt();
        let halo = (-(distance - radius).max(0.0) * 6.0).exp();
        mix(mix(self.sky.0, self.sky.1, y * 1.4), glow, halo)
    }
}

impl Hill {
    fn edge(&self, x: f32) -> f32 {
        let wave =
            |(frequency, phase, height): &(f32, f32, f32)| (x * frequency + phase).sin() * height;
        self.base + self.waves.iter().map(wave).sum::<f32>()
    }
}

fn mix(from: Rgb, to: Rgb, share: f32) -> Rgb {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|channel| from[channel] * (1.0 - share) + to[channel] * share)
}

/// Hue, saturation and value from 0 to 1 as red, green and blue (Smith 1978).
fn hsv(hue: f32, saturation: f32, value: f32) -> Rgb {
    let channel = |offset: f32| {
        let k = (offset + hue * 6.0) % 6.0;
        value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0)
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_paints_the_same_picture() {
        let (one, again, other) = (paint(1), paint(1), paint(2));
        assert_eq!(one.expect("painted"), again.expect("painted"));
        assert_ne!(paint(1).expect("painted"), other.expect("painted"));
    }
}
