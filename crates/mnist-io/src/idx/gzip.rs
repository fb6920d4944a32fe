//! Gzip members, and nothing after them.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use super::FormatError;

/// First bytes of a gzip file.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Deflate never expands a byte to more than this many.
pub(super) const MAX_RATIO: u64 = 1032;

/// Hands the decompressed bytes of all members of `file` to `read`, which must read to their end, so that every
/// checksum is verified; then makes sure that nothing but zeros, the padding of tapes, follows.
pub(super) fn read_members<R: BufRead, T>(
    file: R,
    read: impl FnOnce(&mut Members<R>) -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    let decoder = GzDecoder::new(Counted { inner: file, consumed: 0 });
    let mut members = Members { current: Some(decoder), rest: None };
    let result = read(&mut members);
    let Members { current, rest } = members;
    let Some(mut rest) = rest.or(current.map(GzDecoder::into_inner)) else {
        unreachable!("the file is in one of the two")
    };
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
    loop {
        let bytes = rest.fill_buf().map_err(FormatError::Read)?;
        if bytes.is_empty() {
            return Ok(value);
        }
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        if zeros < bytes.len() {
            let offset = rest.consumed.saturating_add(zeros as u64);
            return Err(FormatError::AfterGzip { offset });
        }
        rest.consume(zeros);
    }
}

/// The decompressed bytes of one gzip member after another (RFC 1952, section 2.2), as `bgzip` and `cat` make them.
pub(super) struct Members<R> {
    /// The member that is being read.
    current: Option<GzDecoder<Counted<R>>>,
    /// What follows after the last one.
    rest: Option<Counted<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.current {
            let n = decoder.read(buf)?;
            if n > 0 || buf.is_empty() {
                return Ok(n);
            }
            let Some(mut rest) = self.current.take().map(GzDecoder::into_inner) else { break };
            if rest.fill_buf()?.first() == MAGIC.first() {
                self.current = Some(GzDecoder::new(rest));
            } else {
                self.rest = Some(rest);
            }
        }
        Ok(0)
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
