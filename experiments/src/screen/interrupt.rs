//! Ctrl-C and SIGTERM ask a run to stop; it stops at the next iteration.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::notice;

/// Whether a signal has asked this process to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Listens for SIGINT and SIGTERM from now on, and for what they are on Windows; a second one
    /// ends the process at once.
    pub fn listen() -> Self {
        let this = Self::default();
        if let Err(error) = platform::listen_for_stop(&this.0) {
            notice(&format!("warning: cannot listen for signals: {error}"));
        }
        this
    }

    /// The signal that has come, if one has.
    pub fn signal(&self) -> Option<i32> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(signal as i32),
        }
    }
}
