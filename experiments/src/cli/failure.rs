//! How a run can fail, and the exit code that says so.

use std::io;

use crate::screen::notice;

/// Why a run failed: the kind of failure decides the exit code, the error holds its causes.
#[derive(Debug)]
pub enum Failure {
    /// The flags, or those of `--config`, ask for something impossible: exit code 2.
    Usage(anyhow::Error),
    /// The data cannot be used: exit code 3.
    Data(anyhow::Error),
    /// A conclusion of the section does not hold in more than half of the seeds, and `--strict` was
    /// given: exit code 4.
    Conclusion(anyhow::Error),
    /// Results could not be written: exit code 5.
    Output(anyhow::Error),
    /// The numbers are not those published, and `--verify` was given: exit code 6.
    Different(anyhow::Error),
    /// A signal of this number asked the run to stop: exit code 128 + the number.
    Stopped(i32),
}

/// What a part of a run gives, or why there is none.
pub type Result<T = (), E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// The failure that stdout cannot be written to.
    pub fn of_stdout(error: io::Error) -> Self {
        Self::Output(anyhow::Error::new(error).context("cannot write to stdout"))
    }

    /// Prints the error and its causes in one line on stderr, and returns the exit code.
    pub fn report(&self) -> u8 {
        let (error, code) = match self {
            Self::Usage(error) => (error, 2),
            Self::Data(error) => (error, 3),
            Self::Conclusion(error) => (error, 4),
            Self::Output(error) => (error, 5),
            Self::Different(error) => (error, 6),
            Self::Stopped(signal) => {
                notice("stopped by a signal: the earlier results are as they were");
                return 128u8.saturating_add(*signal as u8);
            }
        };
        notice(&format!("error: {error:#}"));
        code
    }
}
