//! The command line: flags, settings in files, languages, failures and their exit codes.

mod args;
mod config;
mod failure;
pub mod help;
pub mod knobs;
mod lang;
mod quoting;
mod stream;

pub use args::{Args, CommandLine, DataArgs, DataChoice, NoFlags, Precision, Tables};
pub use config::{CHANGE_NO_NUMBER, SETTINGS, matches, settings};
pub use failure::{Failure, Result};
pub use lang::{Lang, Texts};
pub use stream::Stream;
