//! What can be wrong with the bytes of an IDX file.

use std::io;

use super::Content;

/// A fault in the bytes of an IDX file: offset, what was expected, what was found, and what to do.
///
/// Offsets count from 0 in the decompressed payload, except in the gzip variants, where they
/// count in the file itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The file ends inside the header.
    #[error("ends at byte {found}, inside the {expected}-byte header: fetch or write it again")]
    ShortHeader {
        /// Length of the header.
        expected: u64,
        /// Length of the payload.
        found: u64,
    },
    /// The first bytes are not those of any IDX file.
    #[error(
        "starts with bytes {found:02x?}, expected {expected:02x?}: not an IDX file{}; \
         fetch or write it again",
        web_page(.found)
    )]
    Magic {
        /// The magic number of the content wanted.
        expected: [u8; 4],
        /// The bytes 0 to 3.
        found: [u8; 4],
    },
    /// Labels where images belong, or the other way round.
    #[error("holds {found} (byte 3 is {}), expected {expected}: swap the files", .found.rank())]
    Swapped {
        /// What was asked for.
        expected: Content,
        /// What the magic number says.
        found: Content,
    },
    /// Elements that are not unsigned bytes.
    #[error(
        "element type {found:#04x} at byte 2 ({}), expected 0x08 (unsigned byte): convert the data",
        element_name(*.found)
    )]
    ElementType {
        /// Byte 2 of the file.
        found: u8,
    },
    /// A number of dimensions that neither images nor labels have.
    #[error(
        "{found} dimensions at byte 3, expected {} for {content}: reshape the data",
        .content.rank()
    )]
    Rank {
        /// What was asked for.
        content: Content,
        /// Byte 3 of the file.
        found: u8,
    },
    /// Images of no rows or no columns.
    #[error("header at byte 8 says images of {rows}×{cols}, expected at least 1×1: write it again")]
    NoPixels {
        /// Rows in the header.
        rows: u32,
        /// Columns in the header.
        cols: u32,
    },
    /// A header that asks for more than [`MAX_PAYLOAD`](super::MAX_PAYLOAD).
    #[error(
        "header at byte 4 says {dims:?}, more than the {limit} bytes allowed: \
         damaged header, or split the data"
    )]
    TooLarge {
        /// The dimensions in the header.
        dims: Vec<u32>,
        /// The largest payload read.
        limit: u64,
    },
    /// No memory for what the header promises.
    #[error("no memory for the {expected} bytes that the header promises: close other programs")]
    Memory {
        /// Bytes after the header.
        expected: u64,
    },
    /// Fewer elements than the header promises.
    #[error(
        "ends at byte {found}, but its header promises {expected} bytes: fetch or write it again"
    )]
    Short {
        /// Length that the header promises.
        expected: u64,
        /// Length of the payload, or the most that a gzip of this size can hold.
        found: u64,
    },
    /// More bytes than the header promises.
    #[error(
        "goes on at byte {offset}, where its header says it ends: damaged header, \
         or two files in one; fetch or write it again"
    )]
    Trailing {
        /// The first byte too many.
        offset: u64,
    },
    /// A label that is no digit.
    #[error("label {found} at byte {offset}, expected 0 to 9: relabel the data")]
    Label {
        /// Where it stands.
        offset: u64,
        /// The label.
        found: u8,
    },
    /// A gzip stream that stops before its end mark.
    #[error("gzip stream is cut off at byte {offset}: fetch it again")]
    GzipShort {
        /// Length of the file.
        offset: u64,
    },
    /// A gzip stream that does not decompress, or whose checksum is wrong.
    #[error("gzip stream is damaged before byte {offset} ({reason}): fetch it again")]
    Gzip {
        /// Bytes taken from the file when the fault was noticed.
        offset: u64,
        /// The decompressor's words.
        reason: String,
    },
    /// Bytes after the end of the gzip stream.
    #[error("goes on at byte {offset}, after its gzip stream has ended: fetch it again")]
    AfterGzip {
        /// The first byte too many.
        offset: u64,
    },
    /// The operating system could not read the file.
    #[error("cannot be read: {0}")]
    Read(io::Error),
}

fn web_page(found: &[u8; 4]) -> &'static str {
    if found.starts_with(b"<") { " but a web page" } else { "" }
}

fn element_name(code: u8) -> &'static str {
    match code {
        0x09 => "signed byte",
        0x0b => "16-bit integer",
        0x0c => "32-bit integer",
        0x0d => "32-bit float",
        0x0e => "64-bit float",
        _ => "unknown",
    }
}
