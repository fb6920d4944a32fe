//! MNIST and other IDX data: checked reader, verified download, synthetic digits.
//!
//! | what | where |
//! |---|---|
//! | load the four files of a data set, compared with known digests | [`load`] |
//! | download MNIST, verified before any file gets its name | `download` (feature `download`) |
//! | draw digits that look handwritten from a seed, without files | [`synthetic`] |
//! | mini-batches as column-major matrices, one-hot targets | [`Images::gather`], [`one_hot`] |
//! | parse and write the IDX format itself | [`idx`] |
//!
//! Nothing in a file is trusted: sizes are checked before memory is allocated, trailing bytes are
//! an error, and [`load`] compares the SHA-256 of every decompressed file with the published one.
//! Bad data is an [`Error`], never a panic; its message names the file, what was expected, what was
//! found, and what to do.
//!
//! # Options of the notebook's `load_mnist`
//!
//! | `load_mnist(...)` | here |
//! |---|---|
//! | `normalize=True` / `False` | [`Scale::Unit`] / [`Scale::Raw`] in [`Images::gather`] |
//! | `flatten=True` | a gathered column is one pixel: (batch, rows·cols) |
//! | `flatten=False` | the same buffer read as (batch, 1, rows, cols), pixels in row-major order |
//! | `one_hot_label=True` | [`one_hot`] |
//!
//! # Example
//!
//! ```
//! use mnist_io::{Scale, one_hot, synthetic};
//!
//! let data = synthetic(7, 100, 20);
//! let batch = [3, 14, 15, 92];
//! let mut x = vec![0.0_f32; batch.len() * data.train.images.features()];
//! data.train.images.gather(&batch, Scale::Unit, &mut x);
//!
//! let labels = batch.map(|i| data.train.labels[i]);
//! let mut t = [0.0_f32; 4 * 10];
//! one_hot(&labels, 10, &mut t);
//! assert!(x.iter().all(|p| (0.0..=1.0).contains(p)));
//! assert_eq!(t.iter().sum::<f32>(), 4.0);
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod batch;
mod dataset;
#[cfg(feature = "download")]
pub mod download;
mod error;
mod file;
mod find;
pub mod idx;
mod known;
mod load;
mod save;
mod sink;
mod synthetic;
mod write;

pub use batch::{Number, Scale, one_hot};
pub use dataset::{Dataset, FileRecord, Images, Kind, Source, Split};
pub use error::Error;
pub use known::{DatasetName, UnknownDataset, published};
pub use load::{load, load_into};
pub use save::save;
pub use sink::ImageSink;
pub use synthetic::{synthetic, synthetic_into};

/// Runs the README's example as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExample;
