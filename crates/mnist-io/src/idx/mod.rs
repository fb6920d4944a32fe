//! The IDX format: a parser of bytes, a writer of files.
//!
//! An IDX file is a magic number, one big-endian `u32` per dimension, then the elements in
//! row-major order ([LeCun's description], at the bottom of the page):
//!
//! | bytes | any file | MNIST images | MNIST labels | QMNIST labels |
//! |---|---|---|---|---|
//! | 0–1 | 0 | 0 | 0 | 0 |
//! | 2 | element type, 0x08 to 0x0e | 0x08, unsigned byte | 0x08 | 0x0c, 32-bit integer |
//! | 3 | number of dimensions | 3 | 1 | 2 |
//! | 4–7 | first dimension | images | labels | labels |
//! | 8–11, … | other dimensions | rows, columns | – | 8 columns, the class first |
//! | the rest | elements, big-endian | count × rows × columns | count | count × 8 |
//!
//! [`parse`] reads any of them. [`Array::into_images`] and [`Array::into_labels`] accept the arrays
//! that [`load`](crate::load) can use.
//!
//! [LeCun's description]: https://web.archive.org/web/2021/http://yann.lecun.com/exdb/mnist/

mod array;
mod content;
mod element_type;
mod elements;
mod error;
mod gzip;
mod header;
mod read;
mod usable;

pub use array::Array;
pub use content::Content;
pub use element_type::ElementType;
pub use elements::Elements;
pub use error::FormatError;
pub use header::MAX_PAYLOAD;
pub use read::{parse, parse_images, parse_labels};

pub use crate::write::{write, write_images, write_labels};
pub(crate) use array::hexadecimal;
pub(crate) use header::Header;
pub(crate) use read::read_with;
