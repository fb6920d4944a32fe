//! A bar with the time left on a terminal; plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::notice;

/// How far a part has come, in training iterations of one network.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    /// Say start and end in a line each, since nobody sees a bar.
    lines: bool,
    what: String,
}

impl Bar {
    /// Shows that so many steps of `what` begin.
    pub fn new(what: &str, steps: u64, quiet: bool, no_progress: bool) -> Self {
        let bar_wanted = wants_bar(quiet, no_progress);
        let target =
            if bar_wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %, {eta} left")
            .expect("the template is a constant");
        let bar = ProgressBar::with_draw_target(Some(steps), target)
            .with_style(style)
            .with_message(what.to_owned());
        let lines = !bar_wanted && !quiet;
        if lines {
            notice(&format!("{what} …"));
        }
        Self { bar, lines, what: what.to_owned() }
    }

    /// Moves on by so many steps.
    pub fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }

    /// Says that it is done, and gives how long it took.
    pub fn finish(&self) -> Duration {
        let took = self.bar.elapsed();
        let elapsed = Duration::from_millis(took.as_millis() as u64);
        self.bar.finish_and_clear();
        if self.lines {
            notice(&format!("{} done in {elapsed:.2?}", self.what));
        }
        took
    }
}

/// Whether to draw a bar: somebody sees it, and wants to.
pub(super) fn wants_bar(quiet: bool, no_progress: bool) -> bool {
    stderr().is_terminal() && !no_progress && !quiet
}
