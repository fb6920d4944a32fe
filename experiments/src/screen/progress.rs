//! The progress of training: a bar with the time left on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::notice;

/// A progress bar, counted in training iterations of one network.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    /// Whether to print a line at the start and the end instead of a bar.
    lines: bool,
    words: Words,
}

/// The texts of a bar, in the language of the run.
#[derive(Clone, Debug)]
pub struct Words {
    /// What is worked on.
    pub what: String,
    /// Behind the time that is left.
    pub left: String,
    /// Between what was worked on and the time that it took.
    pub done: String,
}

impl Bar {
    /// Starts a bar of so many steps.
    pub fn new(words: Words, steps: u64, quiet: bool, no_progress: bool) -> Self {
        let bar_wanted = wants_bar(quiet, no_progress);
        let target =
            if bar_wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{prefix} {bar:30} {percent:>3} %, {eta} {msg}")
            .expect("the template is a constant");
        let bar = ProgressBar::with_draw_target(Some(steps), target)
            .with_style(style)
            .with_prefix(words.what.clone())
            .with_message(words.left.clone());
        let lines = !bar_wanted && !quiet;
        if lines {
            notice(&format!("{} …", words.what));
        }
        Self { bar, lines, words }
    }

    /// Advances by so many steps.
    pub fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }

    /// Removes the bar, or prints that the work is done; returns how long it took.
    pub fn finish(&self) -> Duration {
        let took = self.bar.elapsed();
        let elapsed = Duration::from_millis(took.as_millis() as u64);
        self.bar.finish_and_clear();
        if self.lines {
            let Words { what, done, .. } = &self.words;
            notice(&format!("{what} {done} {elapsed:.2?}"));
        }
        took
    }
}

/// Whether to draw a bar: stderr is a terminal, and no flag forbids it.
pub(super) fn wants_bar(quiet: bool, no_progress: bool) -> bool {
    stderr().is_terminal() && !no_progress && !quiet
}
