//! MNIST and other IDX data: checked reader, verified download, synthetic digits.
//!
//! | what | where |
//! |---|---|
//! | the four files of a data set, gzip or plain, checked against known digests | [`load`] |
//! | fetch MNIST from its mirrors, verified before it gets its name | module `download` (feature `download`) |
//! | handwriting-like digits drawn from a seed, no files needed | [`synthetic`] |
//! | a mini-batch as a (batch, features) matrix, one-hot targets | [`Images::gather`], [`one_hot`] |
//! | the IDX format itself: parser and writer | [`idx`] |
//!
//! Nothing in a file is trusted: sizes are checked before memory is taken, trailing bytes are an
//! error, and [`load`] compares the SHA-256 of every decompressed file with the published data.
//! Bad data is an [`Error`] with the file, what was expected, what was found and what to do next;
//! it never panics.
//!
//! # The notebook's `load_mnist` options
//!
//! | `load_mnist(...)` | here |
//! |---|---|
//! | `normalize=True` / `False` | [`Scale::Unit`] / [`Scale::Raw`] in [`Images::gather`] |
//! | `flatten=True` | a gathered column is one pixel: (batch, rows·cols) |
//! | `flatten=False` | the same buffer read as (batch, 1, rows, cols): pixels are in row-major order |
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
mod synthetic;
mod write;

pub use batch::{Number, Scale, one_hot};
pub use dataset::{Dataset, FileRecord, Images, Kind, Source, Split};
pub use error::Error;
pub use known::{DatasetName, UnknownDataset};
pub use load::load;
pub use save::save;
pub use synthetic::synthetic;

/// Runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExample;
