//! One gzip member, and nothing after it.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use super::FormatError;

/// First bytes of a gzip file.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Deflate never expands a byte to more than this many.
pub(super) const MAX_RATIO: u64 = 1032;

/// Hands the decompressed bytes of `file` to `read`, which must read to their end, so that the
/// member's checksum is verified; then makes sure that the file ends with the member.
pub(super) fn read_member<R: BufRead, T>(
    file: R,
    read: impl FnOnce(&mut GzDecoder<Counted<R>>) -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    let mut decoder = GzDecoder::new(Counted { inner: file, consumed: 0 });
    let result = read(&mut decoder);
    let mut rest = decoder.into_inner();
    let offset = rest.consumed;
    let value = result.map_err(|fault| match fault {
        FormatError::Read(e) if e.kind() == ErrorKind::UnexpectedEof => {
            FormatError::GzipShort { offset }
        }
        FormatError::Read(e)
            if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) =>
        {
            FormatError::Gzip { offset, reason: e.to_string() }
        }
        other => other,
    })?;
    if rest.fill_buf().map_err(FormatError::Read)?.is_empty() {
        Ok(value)
    } else {
        Err(FormatError::AfterGzip { offset })
    }
}

/// Counts the bytes taken from a reader, for error messages.
pub(super) struct Counted<R> {
    inner: R,
    consumed: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.consumed = self.consumed.saturating_add(n as u64);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.consumed = self.consumed.saturating_add(n as u64);
        self.inner.consume(n);
    }
}
