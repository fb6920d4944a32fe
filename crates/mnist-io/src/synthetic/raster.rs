//! Draws antialiased line segments on a grey image.

use super::pen::{Draws, Segment};

/// Height and width of an image, as in MNIST.
pub(super) const SIDE: usize = 28;

/// Width of a stroke's grey edge in pixels: MNIST's images were scaled down from larger ones.
const EDGE: f32 = 1.2;

/// Draws `segments` on a blank image, with a little noise. A pixel has the ink of the segment that
/// covers it most.
pub(super) fn draw(segments: &[Segment], draws: &mut Draws, image: &mut [u8]) {
    let mut ink = [[0.0_f32; SIDE]; SIDE];
    for segment in segments {
        cover(segment, &mut ink);
    }
    let press = draws.uniform(0.95, 1.3);
    for (pixel, &ink) in image.iter_mut().zip(ink.as_flattened()) {
        if ink > 0.0 {
            let grey = 255.0 * press * ink + draws.bell(10.0);
            *pixel = grey.clamp(0.0, 255.0) as u8;
        }
    }
}

/// Raises `ink` to the coverage by one segment: 1 within its radius, 0 beyond the grey edge.
fn cover(segment: &Segment, ink: &mut [[f32; SIDE]; SIDE]) {
    let &Segment { from, to, radius } = segment;
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length2 = (dx * dx + dy * dy).max(1e-12);
    let reach = radius + EDGE / 2.0;
    let (left, right) = span(from.0, to.0, reach);
    let (top, bottom) = span(from.1, to.1, reach);
    for (y, row) in ink.iter_mut().enumerate().take(bottom).skip(top) {
        for (x, ink) in row.iter_mut().enumerate().take(right).skip(left) {
            let (px, py) = (x as f32 + 0.5 - from.0, y as f32 + 0.5 - from.1);
            let along = ((px * dx + py * dy) / length2).clamp(0.0, 1.0);
            let (ex, ey) = (px - along * dx, py - along * dy);
            let distance = (ex * ex + ey * ey).sqrt();
            *ink = ink.max(((reach - distance) / EDGE).clamp(0.0, 1.0));
        }
    }
}

/// First and one-past-last pixel within `reach` of the interval from `a` to `b`.
fn span(a: f32, b: f32, reach: f32) -> (usize, usize) {
    // Casts from float to integer saturate at 0.
    ((a.min(b) - reach) as usize, ((a.max(b) + reach + 1.0) as usize).min(SIDE))
}
