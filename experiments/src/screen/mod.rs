//! What a user sees while a program runs, and the signals that stop it.

mod download;
mod interrupt;
mod lines;
mod progress;

pub use download::DownloadView;
pub use interrupt::Interrupt;
pub use lines::{notice, print};
pub use progress::{Bar, Words};
