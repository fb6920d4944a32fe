//! Lines on stdout and stderr. The macros of the standard library panic where nobody can read (`2>&1 | head -1`, a full
//! disk), and a run must not die of that.

use std::io::{self, ErrorKind, Write, stderr, stdout};

/// Writes a text to stdout; says whether anybody still reads: a reader who has gone away (`| head`) had enough of it.
///
/// # Errors
/// If stdout cannot be written to for another reason.
pub fn print(text: &[u8]) -> io::Result<bool> {
    match stdout().write_all(text).and_then(|()| stdout().flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// Writes a line to stderr, if that is possible.
pub fn notice(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
