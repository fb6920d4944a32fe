//! Ctrl-C and SIGTERM ask a run to stop; it stops at the next iteration.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::notice;

/// Whether a signal has asked this process to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Listens for SIGINT and SIGTERM from now on; a second one ends the process at once.
    pub fn listen() -> Self {
        let this = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // Ends the process on the second signal: a user who presses Ctrl-C twice means it.
            // Registered first, so that it sees whether an earlier signal has set the flag.
            let shutdown = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let registered = signal_hook::flag::register_conditional_shutdown(
                signal,
                128 + signal,
                Arc::clone(&shutdown),
            )
            .and_then(|_| signal_hook::flag::register(signal, shutdown))
            .and_then(|_| {
                signal_hook::flag::register_usize(signal, Arc::clone(&this.0), signal as usize)
            });
            if let Err(error) = registered {
                notice(&format!("warning: cannot listen for signal {signal}: {error}"));
            }
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
