//! Digits that look handwritten, drawn from a seed.

mod glyphs;
mod pen;
mod raster;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::{Dataset, ImageSink, Images, Kind, Source, Split};
use glyphs::GLYPHS;
use pen::Draws;
use raster::SIDE;

/// Draws `train` + `test` digits of 28×28 pixels.
///
/// Each image is one of a few ways to write its digit: smooth curves through points that are moved
/// at random, slanted, rotated, stretched and drawn with an uneven pen. As in MNIST, a digit is
/// fitted into a box of about 20 pixels and centred by its centre of mass. All digits are equally
/// likely.
///
/// Image *i* depends only on `seed` and *i*: it is drawn with ChaCha8 seeded with `seed`, on stream
/// *i* for training and stream 2⁶³ + *i* for test images. Therefore a larger data set begins with
/// the images of a smaller one. Only `+ − × ÷ √` are used, so that the bytes are the same on every
/// platform.
///
/// ```
/// let (few, more) = (mnist_io::synthetic(1, 5, 2), mnist_io::synthetic(1, 9, 2));
/// assert_eq!(few.train.images.image(4), more.train.images.image(4));
/// assert_eq!(few.test, more.test);
/// assert_eq!(few.source.kind.to_string(), "synthetic (seed 1)");
/// ```
#[must_use]
pub fn synthetic(seed: u64, train: usize, test: usize) -> Dataset {
    let none = || Images::new(1, 1, Vec::new());
    synthetic_into(seed, [train, test], [none(), none()])
}

/// As [`synthetic`], but gives the images to `into` as they are drawn; both arrays are of training
/// and test images.
///
/// # Panics
///
/// If `into` has no memory for them.
#[must_use]
pub fn synthetic_into<I: ImageSink>(
    seed: u64,
    [train, test]: [usize; 2],
    [train_into, test_into]: [I; 2],
) -> Dataset<I> {
    Dataset {
        train: split(seed, 0, train, train_into),
        test: split(seed, 1 << 63, test, test_into),
        source: Source { kind: Kind::Synthetic { seed }, files: Vec::new() },
    }
}

fn split<I: ImageSink>(seed: u64, first_stream: u64, count: usize, mut images: I) -> Split<I> {
    if let Err(error) = images.begin(count, (SIDE, SIDE)) {
        panic!("{count} digits: {error}");
    }
    let labels = (first_stream..).take(count).map(|stream| {
        let mut image = [0; SIDE * SIDE];
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        let label = draw(&mut Draws(rng), &mut image);
        images.image(&image);
        label
    });
    Split { labels: labels.collect(), images }
}

/// Draws one digit on a blank image, and returns its label.
fn draw(draws: &mut Draws, image: &mut [u8]) -> u8 {
    let digit = draws.below(10);
    let ways = GLYPHS.get(digit).copied().unwrap_or_default();
    let segments = pen::write(ways, draws);
    raster::draw(&segments, draws, image);
    digit as u8
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn value_stability() {
        let digits = synthetic(1, 200, 50);
        let mut hash = Sha256::new();
        for split in [&digits.train, &digits.test] {
            hash.update(split.images.pixels());
            hash.update(&split.labels);
        }
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "f5a87c66ac01de6f29f0f0a1060c36cab7d611ee1f721fec495defd193ae3408");
        assert_eq!(digits.train.labels[..10], [5, 8, 5, 1, 3, 0, 2, 1, 0, 8]);
    }

    #[test]
    fn seeds_and_splits_differ() {
        let (one, two) = (synthetic(1, 20, 20), synthetic(2, 20, 20));
        assert_ne!(one.train, two.train);
        assert_ne!(one.train, one.test);
    }

    #[test]
    fn grey_levels_are_those_of_mnist() {
        let digits = synthetic(3, 5000, 0).train;
        let (mut sum, mut squares) = (0.0, 0.0);
        for &pixel in digits.images.pixels() {
            let ink = f64::from(pixel) / 255.0;
            sum += ink;
            squares += ink * ink;
        }
        let n = digits.images.pixels().len() as f64;
        let (mean, std) = (sum / n, (squares / n - (sum / n) * (sum / n)).sqrt());
        // MNIST: 0.1307 and 0.3081.
        assert!((mean - 0.1307).abs() < 0.005, "mean {mean}");
        assert!((std - 0.3081).abs() < 0.01, "standard deviation {std}");
    }

    #[test]
    fn digits_are_centred_about_20_pixels_large_and_equally_likely() {
        let digits = synthetic(4, 2000, 0).train;
        let mut counts = [0; 10];
        let mut mean_size = 0.0;
        for (i, &label) in digits.labels.iter().enumerate() {
            counts[usize::from(label)] += 1;
            let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
            let (mut low, mut high) = ((SIDE, SIDE), (0, 0));
            for (p, &pixel) in digits.images.image(i).iter().enumerate() {
                let (column, row) = (p % SIDE, p / SIDE);
                mass += f64::from(pixel);
                x += f64::from(pixel) * (column as f64 + 0.5);
                y += f64::from(pixel) * (row as f64 + 0.5);
                if pixel >= 64 {
                    low = (low.0.min(column), low.1.min(row));
                    high = (high.0.max(column), high.1.max(row));
                }
            }
            let centre = (x / mass, y / mass);
            assert!((centre.0 - 14.0).abs() < 3.5 && (centre.1 - 14.0).abs() < 3.5, "image {i}");
            mean_size += (high.0 + 1 - low.0).max(high.1 + 1 - low.1) as f64 / 2000.0;
        }
        assert!((mean_size - 20.0).abs() < 1.0, "longer side {mean_size}");
        // 200 of each digit are expected; 67 is five standard deviations.
        assert!(counts.iter().all(|&count: &i32| (count - 200).abs() < 67), "{counts:?}");
    }

    /// Of MNIST's first 1,000 test images, 70.6 % are nearest to the mean of their class among
    /// 1,000 training images.
    #[test]
    fn the_nearest_class_mean_is_right_as_often_as_for_mnist() {
        let digits = synthetic(1, 1000, 1000);
        let mut means = [[0.0_f64; SIDE * SIDE]; 10];
        let mut counts = [0.0; 10];
        for (i, &label) in digits.train.labels.iter().enumerate() {
            counts[usize::from(label)] += 1.0;
            for (mean, &pixel) in
                means[usize::from(label)].iter_mut().zip(digits.train.images.image(i))
            {
                *mean += f64::from(pixel);
            }
        }
        for (mean, count) in means.iter_mut().zip(counts) {
            mean.iter_mut().for_each(|pixel| *pixel /= count);
        }
        let distance = |mean: &[f64], image: &[u8]| -> f64 {
            mean.iter().zip(image).map(|(m, &p)| (m - f64::from(p)) * (m - f64::from(p))).sum()
        };
        let right = (0..1000)
            .filter(|&i| {
                let image = digits.test.images.image(i);
                let nearest = (0..10).min_by(|&a, &b| {
                    distance(&means[a], image).total_cmp(&distance(&means[b], image))
                });
                nearest == Some(usize::from(digits.test.labels[i]))
            })
            .count();
        assert!((600..800).contains(&right), "{right} of 1000");
    }
}
