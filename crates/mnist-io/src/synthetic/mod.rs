//! Digits that look handwritten, drawn from a seed.

mod glyphs;
mod pen;
mod raster;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::{Dataset, Images, Kind, Source, Split};
use pen::Draws;

/// Height and width of an image: MNIST's.
const SIDE: usize = 28;

/// Draws `train` + `test` digits of 28×28 pixels.
///
/// Each is one of a few ways to write its digit, a smooth curve through points that are moved at
/// random, slanted, turned, stretched, fitted into a box of about 20 pixels, centred by its mass
/// and drawn with an uneven pen, as MNIST's images are. Digits are equally likely.
///
/// Image *i* depends on `seed` and *i* alone: ChaCha8 seeded with `seed`, stream *i* for training
/// and stream 2⁶³ + *i* for test images. So larger counts extend smaller ones, and only `+ − × ÷ √`
/// are used, so that the bytes are the same on every platform.
///
/// ```
/// let (few, more) = (mnist_io::synthetic(1, 5, 2), mnist_io::synthetic(1, 9, 2));
/// assert_eq!(few.train.images.image(4), more.train.images.image(4));
/// assert_eq!(few.test, more.test);
/// assert_eq!(few.source.kind.to_string(), "synthetic (seed 1)");
/// ```
#[must_use]
pub fn synthetic(seed: u64, train: usize, test: usize) -> Dataset {
    Dataset {
        train: split(seed, 0, train),
        test: split(seed, 1 << 63, test),
        source: Source { kind: Kind::Synthetic { seed }, files: Vec::new() },
    }
}

fn split(seed: u64, first_stream: u64, count: usize) -> Split {
    let mut pixels = vec![0; count * SIDE * SIDE];
    let labels = pixels
        .chunks_exact_mut(SIDE * SIDE)
        .zip(first_stream..)
        .map(|(image, stream)| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(stream);
            draw(&mut Draws(rng), image)
        })
        .collect();
    Split { images: Images::new(SIDE, SIDE, pixels), labels }
}

/// Draws one digit on a blank image and returns which.
fn draw(draws: &mut Draws, image: &mut [u8]) -> u8 {
    let digit = draws.below(10);
    let segments = pen::write(glyphs::of(digit), draws);
    raster::draw(&segments, draws, image);
    digit as u8
}
