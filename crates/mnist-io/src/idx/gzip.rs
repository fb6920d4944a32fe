//! Gzip: one member after another (RFC 1952, section 2.2), as `bgzip` and `cat a.gz b.gz` write
//! them, and only zeros after the last one.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{self, BufRead, ErrorKind, Read, Take};

use flate2::bufread::GzDecoder;

use super::FormatError;

/// First bytes of a gzip file.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The most bytes that one byte of a deflate stream expands to.
pub(super) const MAX_RATIO: u64 = 1032;

/// [`Take`] counts the compressed bytes.
type Member<R> = GzDecoder<Take<R>>;

/// Reads the decompressed bytes of all members. Its [`io::Error`] for a bad file contains a
/// [`FormatError`]. At the end, every checksum has been verified, and all of the file read.
pub(super) struct Members<R> {
    file_len: u64,
    /// The member being read; `None` after the last one.
    current: Option<Member<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(file: R, file_len: u64) -> Self {
        Self { file_len, current: Some(GzDecoder::new(file.take(file_len))) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.current.take() {
            let read = member.read(buf);
            let offset = self.file_len.saturating_sub(member.get_ref().limit());
            if !matches!(read, Ok(0)) || buf.is_empty() {
                self.current = Some(member);
                return read.map_err(|error| fault(error, offset));
            }
            self.current = next_member(member.into_inner(), offset)?;
        }
        Ok(0)
    }
}

fn fault(error: io::Error, offset: u64) -> io::Error {
    io::Error::other(match error.kind() {
        ErrorKind::UnexpectedEof => FormatError::GzipShort { offset },
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            FormatError::Gzip { offset, reason: error.to_string() }
        }
        _ => return error,
    })
}

/// The member that begins at byte `offset`, unless the file ends there.
fn next_member<R: BufRead>(mut file: Take<R>, offset: u64) -> io::Result<Option<Member<R>>> {
    if file.fill_buf()?.first() == MAGIC.first() {
        return Ok(Some(GzDecoder::new(file)));
    }
    // Tapes are padded with zeros.
    for (byte, offset) in file.bytes().zip(offset..) {
        if byte? != 0 {
            return Err(io::Error::other(FormatError::AfterGzip { offset }));
        }
    }
    Ok(None)
}
