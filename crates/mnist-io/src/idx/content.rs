//! What an array is used as.

use std::fmt;

/// What an IDX file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Three dimensions, count, rows, columns, or two, count and pixels.
    Images,
    /// One dimension, count, or QMNIST's two.
    Labels,
}

impl Content {
    /// The arrays that can be such, in words.
    pub(super) fn accepted(self) -> &'static str {
        match self {
            Self::Images => {
                "unsigned bytes (0x08) or floats (0x0d, 0x0e) of 3 dimensions (images, rows, \
                 columns) or 2 (images, pixels)"
            }
            Self::Labels => {
                "integers (0x08, 0x09, 0x0b, 0x0c) of 1 dimension, or as QMNIST's \
                 32-bit integers (0x0c) of 2, the second of size 8"
            }
        }
    }
}

/// `images` or `labels`.
impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Images => "images",
            Self::Labels => "labels",
        })
    }
}
