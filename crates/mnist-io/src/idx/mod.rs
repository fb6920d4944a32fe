//! The IDX format: parser over bytes, writer to files.
//!
//! An IDX file is a magic number, one big-endian `u32` per dimension, then the elements in
//! row-major order ([LeCun's description], bottom of the page):
//!
//! | bytes | images | labels |
//! |---|---|---|
//! | 0–1 | 0 | 0 |
//! | 2 | element type: 0x08, unsigned byte | 0x08 |
//! | 3 | number of dimensions: 3 | 1 |
//! | 4–7 | images | labels |
//! | 8–11, 12–15 | rows, columns | – |
//! | then | count × rows × columns pixels | count labels |
//!
//! [LeCun's description]: https://web.archive.org/web/2021/http://yann.lecun.com/exdb/mnist/

mod error;
mod gzip;
mod header;
mod read;
mod write;

pub use error::FormatError;
pub use header::{Content, MAX_PAYLOAD};
pub use read::{parse_images, parse_labels};
pub use write::{write_images, write_labels};

pub(crate) use read::{Payload, read_file};
