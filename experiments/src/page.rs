//! The page of a run: `index.html`, one file with everything in it.

use askama::Template;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::lang::Texts;
use crate::reference::Comparison;
use crate::{Conclusion, Lang};

/// A figure that has been drawn.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) name: String,
    pub(crate) reading: String,
    /// As SVG, without the reading: on the page it stands below, in the page's own type.
    pub(crate) bare: String,
    /// As SVG, with the reading in it.
    pub(crate) captioned: String,
}

/// A table of the page.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it lists.
    pub title: String,
    /// The heads of its columns.
    pub columns: Vec<String>,
    /// Its rows, a text a column.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn translated(self, texts: &Texts) -> Self {
        let columns = self.columns.iter().map(|column| texts.text(column)).collect();
        Self { title: texts.text(&self.title), columns, rows: self.rows }
    }
}

/// What the page shows.
#[derive(Template)]
#[template(path = "index.html")]
pub(crate) struct Page<'a> {
    pub(crate) texts: &'a Texts,
    pub(crate) section: &'a str,
    pub(crate) about: &'a str,
    /// What the data is, if not MNIST.
    pub(crate) note: Option<&'a str>,
    pub(crate) command: String,
    pub(crate) figures: &'a [Drawn],
    /// Networks whose numbers stopped being finite, a line a series.
    pub(crate) diverged: &'a [String],
    pub(crate) conclusions: &'a [Conclusion],
    pub(crate) tables: &'a [Table],
    /// How the notebook's printed numbers compare, a line a series.
    pub(crate) compared: &'a [String],
    /// And each of them.
    pub(crate) comparisons: &'a [Comparison],
}

impl Page<'_> {
    /// The bundled Korean font as base64, where the page needs it.
    fn font(&self) -> Option<String> {
        (self.texts.lang() == Lang::Ko).then(|| BASE64_STANDARD.encode(viz::NANUM_SQUARE))
    }
}

/// The command that makes this page again, as it would be typed in the workspace.
pub(crate) fn command_line() -> String {
    let mut args = std::env::args();
    let binary = args.next().unwrap_or_default();
    let binary = std::path::Path::new(&binary).file_stem().unwrap_or_default().to_string_lossy();
    let quoted = args.map(|arg| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,".contains(c);
        let quoted = if arg.chars().all(plain) { arg } else { format!("'{arg}'") };
        format!(" {quoted}")
    });
    let flags: String = quoted.collect();
    let separator = if flags.is_empty() { "" } else { " --" };
    format!("cargo run -p experiments --bin {binary}{separator}{flags}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_figures_are_inlined() {
        let figures = [Drawn {
            name: "f".to_owned(),
            reading: "a < b".to_owned(),
            bare: "<svg role=\"img\"></svg>".to_owned(),
            captioned: String::new(),
        }];
        let conclusions = [Conclusion::new("x & y", false, "1 > 2".to_owned())];
        let page = Page {
            texts: &Texts::new(Lang::En),
            section: "s",
            about: "about",
            note: Some("synthetic"),
            command: "cargo run".to_owned(),
            figures: &figures,
            diverged: &["diverged: 01/plain".to_owned()],
            conclusions: &conclusions,
            tables: &[],
            compared: &[],
            comparisons: &[],
        };
        let html = page.render().unwrap();
        assert!(html.contains("a &#60; b") && html.contains("x &#38; y"), "{html}");
        assert!(html.contains("<li>diverged: 01/plain</li>"), "{html}");
        assert!(html.contains("<svg role=\"img\"></svg>"));
        assert!(!html.contains("http:") && !html.contains("src="));
    }
}
