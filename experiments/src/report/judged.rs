//! Conclusions as they are shown: on stdout and on the page.

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::cli::Texts;
use crate::findings::Conclusion;

/// A conclusion in the language of the run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Judged {
    holds: bool,
    text: String,
    threshold: String,
    in_seeds: String,
    by: String,
}

impl Judged {
    pub(super) fn of(conclusion: &Conclusion, texts: &Texts) -> Self {
        Self {
            holds: conclusion.holds,
            text: texts.text(&conclusion.text),
            threshold: texts.text(&conclusion.threshold),
            in_seeds: texts.text(&conclusion.in_seeds()),
            by: texts.text(&conclusion.by),
        }
    }

    /// The conclusion on stdout.
    pub(super) fn lines(&self, texts: &Texts) -> [String; 3] {
        let Self { holds, text, threshold, in_seeds, by } = self;
        let verdict = texts.text(if *holds { "[holds]" } else { "[FAILS]" });
        let indent = " ".repeat(verdict.width());
        [
            format!("{verdict} {text}"),
            format!("{indent} {threshold}: {in_seeds}"),
            format!("{indent} {by}"),
        ]
    }
}
