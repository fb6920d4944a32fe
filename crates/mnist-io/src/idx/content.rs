//! What an array is used as: images or labels.

use std::fmt;

/// What an IDX file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Arrays of size (images, rows, columns) or (images, pixels).
    Images,
    /// Arrays of size (labels), or (labels, 8) as in QMNIST.
    Labels,
}

impl Content {
    /// The accepted arrays, for an error message.
    pub(super) fn accepted(self) -> &'static str {
        match self {
            Self::Images => {
                "unsigned bytes (0x08) or floats (0x0d, 0x0e) in 3 dimensions (images, rows, \
                 columns) or 2 (images, pixels)"
            }
            Self::Labels => {
                "integers (0x08, 0x09, 0x0b, 0x0c) in 1 dimension, or, as in QMNIST, \
                 32-bit integers (0x0c) in 2, the second of size 8"
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
