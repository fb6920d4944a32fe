//! Handwriting: moves the points of a glyph, draws curves through them, and fits these into the box
//! of MNIST's digits.

use rand::Rng;
use rand::rngs::ChaCha8Rng;

use super::glyphs::Curve;

/// Straight segments between two points of a curve.
const PIECES: u16 = 5;

/// Longer side, in pixels, of the box around the centre lines of the strokes. With the width of the
/// pen it is about 20, as in MNIST.
const BOX: f32 = 17.6;

/// Centre of the image in pixels.
const CENTRE: f32 = 14.0;

/// Random numbers with the same bits on every platform.
pub(super) struct Draws(pub(super) ChaCha8Rng);

impl Draws {
    /// A uniform whole number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// Uniform in [low, high).
    pub(super) fn uniform(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.0.next_u32() >> 8) as f32 / 16_777_216.0)
    }

    /// Approximately normal with mean 0 and standard deviation `std`: from the sum of four uniform
    /// bytes, thus never beyond 3.5 standard deviations.
    pub(super) fn bell(&mut self, std: f32) -> f32 {
        let sum: u16 = self.0.next_u32().to_le_bytes().into_iter().map(u16::from).sum();
        // The variance of a byte is (256² − 1) / 12, the standard deviation of four 147.8.
        std * (f32::from(sum) - 510.0) / 147.8
    }
}

/// A straight segment of a stroke, in pixels.
pub(super) struct Segment {
    pub(super) from: (f32, f32),
    pub(super) to: (f32, f32),
    /// Half the width of the pen.
    pub(super) radius: f32,
}

/// Writes a digit in one of the `ways`.
pub(super) fn write(ways: &[&[Curve]], draws: &mut Draws) -> Vec<Segment> {
    let strokes = ways.get(draws.below(ways.len())).copied().unwrap_or_default();
    let hand = Hand::new(draws);
    let curves: Vec<Vec<(f32, f32)>> = strokes
        .iter()
        .map(|stroke| curve(&wobble(stroke, draws)).into_iter().map(|p| hand.place(p)).collect())
        .collect();
    fit(&curves, draws)
}

/// Moves the points of a stroke at random, but both copies of a corner alike.
fn wobble(stroke: Curve, draws: &mut Draws) -> Vec<(f32, f32)> {
    let mut shift = (0.0, 0.0);
    let mut last = None;
    stroke
        .iter()
        .map(|&(x, y)| {
            if last != Some((x, y)) {
                shift = (draws.bell(0.042), draws.bell(0.042));
            }
            last = Some((x, y));
            (f32::from(x) / 100.0 + shift.0, f32::from(y) / 100.0 + shift.1)
        })
        .collect()
}

/// How a hand deforms what it writes.
struct Hand {
    width: f32,
    slant: f32,
    cos: f32,
    sin: f32,
    bend: (f32, f32),
}

impl Hand {
    fn new(draws: &mut Draws) -> Self {
        // cos and sin from t = tan(angle / 2): library functions differ between platforms.
        let t = draws.bell(0.08);
        Self {
            width: draws.uniform(0.55, 1.3),
            slant: 0.15 + draws.bell(0.27),
            cos: (1.0 - t * t) / (1.0 + t * t),
            sin: 2.0 * t / (1.0 + t * t),
            bend: (draws.bell(0.25), draws.bell(0.25)),
        }
    }

    fn place(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (x, y) = ((x - 0.38) * self.width, y - 0.5);
        let x = x - self.slant * y + self.bend.0 * (y * y - 0.08);
        let y = y + self.bend.1 * x * (0.5 + y);
        (self.cos * x - self.sin * y, self.sin * x + self.cos * y)
    }
}

/// The uniform Catmull–Rom spline through `points`, as a polyline.
fn curve(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut line: Vec<(f32, f32)> = points.first().copied().into_iter().collect();
    for (i, &[p1, p2]) in points.array_windows().enumerate() {
        if p1 == p2 {
            continue;
        }
        let p0 = i.checked_sub(1).and_then(|i| points.get(i)).copied().unwrap_or(p1);
        let p3 = points.get(i + 2).copied().unwrap_or(p2);
        for piece in 1..=PIECES {
            let t = f32::from(piece) / f32::from(PIECES);
            let at = |p0: f32, p1: f32, p2: f32, p3: f32| {
                let cubic = 3.0 * (p1 - p2) + p3 - p0;
                let square = 2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3;
                p1 + 0.5 * t * (p2 - p0 + t * (square + t * cubic))
            };
            line.push((at(p0.0, p1.0, p2.0, p3.0), at(p0.1, p1.1, p2.1, p3.1)));
        }
    }
    line
}

/// Scales the curves to the box, centres them by the centre of mass of their ink, and gives the pen
/// a width that changes from the first segment to the last.
fn fit(curves: &[Vec<(f32, f32)>], draws: &mut Draws) -> Vec<Segment> {
    let points = || curves.iter().flatten();
    let extent = |axis: fn(&(f32, f32)) -> f32| {
        points().map(axis).fold(f32::MIN, f32::max) - points().map(axis).fold(f32::MAX, f32::min)
    };
    let scale = BOX * draws.uniform(0.88, 1.06) / extent(|p| p.0).max(extent(|p| p.1));

    let pairs = || curves.iter().flat_map(|curve| curve.array_windows());
    let (mut mass, mut moment) = (0.0, (0.0, 0.0));
    for &[a, b] in pairs() {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = (dx * dx + dy * dy).sqrt();
        mass += length;
        moment.0 += length * (a.0 + b.0) / 2.0;
        moment.1 += length * (a.1 + b.1) / 2.0;
    }
    let shift = (
        CENTRE - scale * moment.0 / mass + draws.bell(0.6),
        CENTRE - scale * moment.1 / mass + draws.bell(0.6),
    );

    let radius = draws.uniform(0.7, 1.8);
    let taper = draws.bell(0.12);
    let count = pairs().count() as f32;
    let place = |p: (f32, f32)| (shift.0 + scale * p.0, shift.1 + scale * p.1);
    pairs()
        .enumerate()
        .map(|(i, &[a, b])| {
            let radius = radius * (1.0 + taper * (2.0 * i as f32 / count - 1.0));
            Segment { from: place(a), to: place(b), radius }
        })
        .collect()
}
