//! The IDX format: parser over bytes, writer to files.
//!
//! An IDX file is a magic number, one big-endian `u32` per dimension, then the elements in
//! row-major order ([LeCun's description], bottom of the page):
//!
//! | bytes | any file | images of MNIST | its labels | labels of QMNIST |
//! |---|---|---|---|---|
//! | 0–1 | 0 | 0 | 0 | 0 |
//! | 2 | element type: 0x08 to 0x0e | 0x08, unsigned byte | 0x08 | 0x0c, 32-bit integer |
//! | 3 | number of dimensions | 3 | 1 | 2 |
//! | 4–7 | the first of them | images | labels | labels |
//! | 8–11, … | the others | rows, columns | – | 8 columns, the class first |
//! | then | the elements, big-endian | count × rows × columns pixels | count labels | count × 8 |
//!
//! [`parse`] takes any of them; [`Array::into_images`] and [`Array::into_labels`] say what of it can
//! be used, which is what [`load`](crate::load) uses.
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
pub(crate) use header::Header;
pub(crate) use read::read_file;
