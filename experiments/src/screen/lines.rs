//! Writing to stdout and stderr without panics. The macros of the standard library panic if the
//! reader has gone away (`2>&1 | head -1`) or the disk is full; a run should survive that.

use std::io::{self, ErrorKind, Write, stderr, stdout};

/// Writes a text to stdout. Returns false if the reader has closed the pipe, as `head` does; that
/// is no error.
///
/// # Errors
/// If stdout cannot be written to for another reason.
pub fn print(text: &[u8]) -> io::Result<bool> {
    match stdout().write_all(text).and_then(|()| stdout().flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// Writes a line to stderr; errors are ignored.
pub fn notice(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
