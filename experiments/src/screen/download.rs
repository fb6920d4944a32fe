//! The progress of a download on stderr.

use indicatif::{ProgressBar, ProgressStyle};
use mnist_io::download::Event;

use super::notice;
use super::progress::wants_bar;

/// A bar for each file on a terminal; plain lines elsewhere.
#[derive(Debug)]
pub struct DownloadView {
    quiet: bool,
    bars: bool,
    /// The URL that is being downloaded, and its progress bar.
    current: Option<(String, ProgressBar)>,
}

impl DownloadView {
    /// Shows nothing yet.
    pub fn new(quiet: bool, no_progress: bool) -> Self {
        Self { quiet, bars: wants_bar(quiet, no_progress), current: None }
    }

    /// Shows an event of the download.
    pub fn tell(&mut self, event: &Event<'_>) {
        if let Event::Received { url, bytes, total } = event {
            return self.received(url, *bytes, *total);
        }
        // Remove the bar before a line is written.
        if let Some((_, bar)) = self.current.take() {
            bar.finish_and_clear();
        }
        match event {
            Event::BadFile { kept, reason } => {
                notice(&format!("warning: {reason}; kept as {}", kept.display()));
            }
            _ if self.quiet => {}
            Event::Waiting => notice("waiting for another process that is downloading …"),
            Event::BadMirror { url, reason } => {
                notice(&format!("{url}: {reason}; trying the next mirror"));
            }
            Event::Ready(file) => notice(&format!("{} is complete", file.path.display())),
            Event::Received { .. } => {}
        }
    }

    fn received(&mut self, url: &str, bytes: u64, total: Option<u64>) {
        if self.current.as_ref().is_none_or(|(current, _)| current != url) {
            let bar = if self.bars {
                bar(url, total)
            } else {
                if !self.quiet {
                    notice(&format!("fetching {url} …"));
                }
                ProgressBar::hidden()
            };
            self.current = Some((url.to_owned(), bar));
        }
        if let Some((_, bar)) = &self.current {
            bar.set_position(bytes);
        }
    }
}

fn bar(url: &str, total: Option<u64>) -> ProgressBar {
    // A server need not tell the length.
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{msg} {bar:30} {binary_bytes} of {binary_total_bytes}, {eta} left",
        ),
        None => (ProgressBar::no_length(), "{msg} {spinner} {binary_bytes}"),
    };
    let style = ProgressStyle::with_template(template).expect("both templates are constants");
    let name = url.rsplit('/').next().unwrap_or(url);
    bar.with_style(style).with_message(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_follows_the_bytes_of_a_file_and_ends_with_it() {
        let mut view = DownloadView { quiet: false, bars: true, current: None };
        let url = "https://example.org/mnist/labels.gz";
        let received = |bytes| Event::Received { url, bytes, total: Some(100) };
        view.tell(&received(40));
        view.tell(&received(70));
        let (_, bar) = view.current.clone().unwrap();
        assert_eq!((bar.position(), bar.length()), (70, Some(100)));
        assert_eq!(bar.message(), "labels.gz");
        view.tell(&Event::BadMirror { url, reason: "stopped after 70 of 100 bytes" });
        assert!(bar.is_finished() && view.current.is_none());

        let next = "https://example.com/labels.gz";
        view.tell(&Event::Received { url: next, bytes: 1, total: None });
        let (_, bar) = view.current.clone().unwrap();
        assert_eq!((bar.position(), bar.length()), (1, None));
    }
}
