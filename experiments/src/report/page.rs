//! The page of a run: `index.html`, one file with everything in it.

use std::fmt::Write;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;
use upon::fmt::Formatter;
use upon::{Engine, Value};

use super::lesson::Chapter;
use crate::cli::help::{line, quoted};
use crate::cli::{Lang, Texts};
use crate::findings::equivalence::{Equivalence, Fidelity};
use crate::findings::{Comparison, Conclusion};

/// A figure as it goes onto the page and into files.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Drawn {
    pub(super) name: String,
    pub(super) reading: String,
    /// SVG without the caption, which the page shows in its own font.
    pub(super) bare: String,
    /// SVG with the caption.
    #[serde(skip)]
    pub(super) captioned: String,
}

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

/// A table of the page.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The title.
    pub title: String,
    /// The headings of the columns.
    pub columns: Vec<String>,
    /// The rows, one text per column; a cell that is a word of the language's table is translated.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The table for a terminal: aligned by the width of characters, which is two for Hangul.
    pub(super) fn lines(&self) -> Vec<String> {
        let rows = || std::iter::once(&self.columns).chain(&self.rows);
        let widest = |column: usize| rows().map(|row| row[column].width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(widest).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths);
            let cells = cells.map(|(cell, width)| cell.clone() + &" ".repeat(width - cell.width()));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        std::iter::once(self.title.clone()).chain(rows().map(line)).collect()
    }

    pub(super) fn translated(self, texts: &Texts) -> Self {
        let columns = self.columns.iter().map(|column| texts.text(column)).collect();
        let cells = |row: Vec<String>| row.iter().map(|cell| texts.word(cell)).collect();
        let rows = self.rows.into_iter().map(cells).collect();
        Self { title: texts.text(&self.title), columns, rows }
    }

    /// The table of the notebook's printed numbers beside ours.
    pub(super) fn beside(comparisons: &[&Comparison], texts: &Texts) -> Self {
        let heads = ["series", "metric", "step", "notebook", "ours", "within our range"];
        let row = |c: &&Comparison| {
            let inside = c.inside.map_or_else(
                || "–".to_owned(),
                |inside| texts.text(if inside { "yes" } else { "no" }),
            );
            let (step, notebook) = (c.step.to_string(), format!("{:.4}", c.notebook));
            let label = texts.text(&c.label);
            vec![label, c.metric.to_owned(), step, notebook, c.ours.text(4), inside]
        };
        let (title, columns) = ("number by number".to_owned(), heads.map(str::to_owned).to_vec());
        Self { title, columns, rows: comparisons.iter().map(row).collect() }.translated(texts)
    }

    /// The tables of the tests beside the original: of quantities, and of whole curves.
    pub(super) fn beside_the_original(fidelity: &Fidelity, texts: &Texts) -> [Self; 2] {
        let quantities = fidelity.quantities.iter().map(|test| {
            let verdict = match test.verdict {
                Equivalence::Shown => "equal",
                Equivalence::NotShown => "not shown",
                Equivalence::Different => "different",
            };
            let [low, high] = test.interval;
            vec![
                texts.text(&test.quantity),
                test.original.text(4),
                test.ours.text(4),
                format!("{:.4} ({low:.4}, {high:.4})", test.difference),
                test.margin.to_string(),
                format!("{:.4}", test.p),
                format!("{:.2}", test.effect),
                format!("{:.2}", test.above),
                texts.text(verdict),
            ]
        });
        let curves = fidelity.curves.iter().map(|test| {
            let verdict = texts.text(if test.differ { "yes" } else { "no" });
            vec![test.series.clone(), format!("{:.4}", test.p), verdict]
        });
        let table = |title: &str, columns: &[&str], rows: Vec<Vec<String>>| {
            let columns = columns.iter().map(|&column| column.to_owned()).collect();
            Self { title: title.to_owned(), columns, rows }.translated(texts)
        };
        [
            table(
                "beside the original: equal within margins?",
                &[
                    "quantity",
                    "original",
                    "ours",
                    "difference (95 % interval)",
                    "margin",
                    "p",
                    "effect size",
                    "chance that ours is above",
                    "verdict",
                ],
                quantities.collect(),
            ),
            table(
                "beside the original: do whole curves differ?",
                &["series", "p", "differ"],
                curves.collect(),
            ),
        ]
    }
}

/// The contents of the page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    #[serde(skip)]
    pub(super) texts: &'a Arc<Texts>,
    pub(super) section: &'a str,
    pub(super) about: &'a str,
    /// What a reader must know before comparing the run with the book.
    pub(super) notes: &'a [String],
    pub(super) command: String,
    pub(super) chapters: &'a [Chapter],
    /// The networks that diverged, one line per series.
    pub(super) diverged: &'a [String],
    /// The tests beside the original.
    pub(super) fidelity: &'a [Table],
    /// The comparison with the notebook, one line per series.
    pub(super) compared: &'a [String],
    /// The comparison with the notebook, number by number.
    pub(super) numbers: Table,
}

impl Page<'_> {
    /// Renders the template. Expressions are escaped unless they end in `| safe`.
    pub(super) fn render(&self) -> Result<String, upon::Error> {
        let mut engine = Engine::new();
        engine.set_default_formatter(&escaped);
        engine.add_formatter("safe", upon::fmt::default);
        engine.add_function("len", |list: &[Value]| list.len() as i64);
        let lang = self.texts.lang();
        engine.add_function("lang", move || lang.to_string());
        engine.add_function("font", move || font(lang));
        let texts = Arc::clone(self.texts);
        engine.add_function("text", move |english: &str| texts.text(english));
        let template = engine.compile(include_str!("../../templates/index.html"))?;
        template.render(&engine, self).to_string()
    }
}

/// The bundled Korean font as base64, if the page is Korean.
fn font(lang: Lang) -> Option<String> {
    (lang == Lang::Ko).then(|| BASE64_STANDARD.encode(viz::NANUM_SQUARE))
}

/// Writes a value escaped for HTML text and attribute values.
fn escaped(f: &mut Formatter<'_>, value: &Value) -> upon::fmt::Result {
    let Value::String(text) = value else { return upon::fmt::default(f, value) };
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '"' | '\'' => write!(f, "&#{};", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    Ok(())
}

/// The command line that reproduces this run.
pub fn command_line() -> String {
    let flags: Vec<String> = std::env::args().skip(1).map(|flag| quoted(&flag)).collect();
    line(&flags.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Spread;
    use crate::report::lesson::{Exercise, Lesson, Told};

    fn lesson() -> Lesson<'static> {
        Lesson {
            question: "Which is < ?",
            choices: &["plain", "batch norm"],
            answer: Some(1),
            see: "batch norm".to_owned(),
            why: "epoch",
            formula: "<math><mi>x</mi></math>",
            exercise: Exercise { text: "seed", flags: "--seed 7" },
        }
    }

    /// A page with everything that it may show, or with only what it always shows.
    fn page(lang: Lang, full: bool) -> String {
        let figures = [Drawn {
            name: "f".to_owned(),
            reading: "a < b".to_owned(),
            bare: "<svg role=\"img\"></svg>".to_owned(),
            captioned: String::new(),
        }];
        let comparison = |inside| Comparison {
            part: "p".to_owned(),
            series: "01/plain".to_owned(),
            label: "plain".to_owned(),
            metric: "accuracy",
            step: 3,
            notebook: 1.0 / 3.0,
            ours: Spread::of(&[0.5, 0.7]),
            inside,
        };
        let comparisons = [None, Some(true), Some(false)].map(comparison);
        let numbers = comparisons.each_ref();
        let texts = Arc::new(Texts::new(lang));
        let conclusions = [true, false].map(|holds| {
            let by = "1 > 2".to_owned();
            Judged::of(&Conclusion::new("x & y", "y < 0.5", &[holds; 10], by), &texts)
        });
        let cells = vec![vec!["1".to_owned(), "<2>".to_owned()]];
        let columns = vec!["epoch".to_owned(), "seed".to_owned()];
        let tables = [Table { title: "trials".to_owned(), columns, rows: cells }];
        let chapter = Chapter {
            lesson: full.then(|| Told::of(&lesson(), None, &texts)),
            figures: figures.into(),
            conclusions: if full { conclusions.into() } else { Vec::new() },
            tables: if full { tables.into() } else { Vec::new() },
        };
        let notes = ["data: synthetic digits, not MNIST".to_owned()];
        let page = Page {
            texts: &texts,
            section: "s",
            about: "about",
            notes: if full { &notes } else { &[] },
            command: "cargo run -- --data-dir '\"'".to_owned(),
            chapters: &[chapter],
            diverged: if full { &["diverged: 01/plain".to_owned()] } else { &[] },
            fidelity: &[],
            compared: if full { &["a line".to_owned()] } else { &[] },
            numbers: Table::beside(if full { &numbers } else { &[] }, &texts),
        };
        page.render().unwrap()
    }

    #[test]
    fn text_is_escaped_and_figures_are_inlined() {
        let html = page(Lang::En, true);
        assert!(html.contains("a &#60; b") && html.contains("x &#38; y"), "{html}");
        assert!(html.contains("<td>&#60;2&#62;</td>") && html.contains("&#39;&#34;&#39;</pre>"));
        assert!(html.contains("<svg role=\"img\"></svg>"));
        assert!(!html.contains("http:") && !html.contains("src="));
    }

    #[test]
    fn everything_is_on_the_page_that_there_is() {
        let html = page(Lang::En, true);
        for part in [
            "data: synthetic digits, not MNIST",
            "Which is &#60; ?",
            "<math><mi>x</mi></math>",
            " --seed 7</pre>",
            "holds\">✓ holds</span>",
            "fails\">✗ fails</span>",
            "A conclusion holds if it does in more than half of the seeds.",
            "<small>y &#60; 0.5: in 10 of 10 seeds; chance for a new seed 69 to 100 %, 95 % interval</small>",
            "<small>1 &#62; 2</small>",
            "<summary>series: 1</summary>",
            "<li>diverged: 01/plain</li>",
            "<li>a line</li>",
            "<summary>number by number: 3</summary>",
            "<td>plain</td><td>accuracy</td><td>3</td><td>0.3333</td><td>0.6000 ± 0.1414</td><td>–</td>",
            "<td>yes</td>",
            "<td>no</td>",
            "<th>epoch</th><th>seed</th>",
        ] {
            assert!(html.contains(part), "no {part}: {html}");
        }
        let html = page(Lang::En, false);
        assert!(
            !html.contains("<ul>") && !html.contains("<table>") && !html.contains("class=\"note\"")
        );
    }

    #[test]
    fn a_table_is_aligned_on_a_terminal_in_hangul_too() {
        let rows = [["에폭", "1"], ["seed", "10"]].map(|row| row.map(str::to_owned).to_vec());
        let columns = vec!["x".to_owned(), "값".to_owned()];
        let table = Table { title: "t".to_owned(), columns, rows: rows.into() };
        assert_eq!(table.lines(), ["t", "x     값", "에폭  1", "seed  10"]);
    }

    #[test]
    fn a_korean_page_brings_its_font() {
        let [english, korean] = [Lang::En, Lang::Ko].map(|lang| page(lang, true));
        assert!(english.contains("<html lang=\"en\">") && !english.contains("NanumSquare"));
        assert!(
            korean.contains("<html lang=\"ko\">") && korean.contains(": 16px/1.55 NanumSquare,")
        );
        assert!(korean.contains("base64,AAEAAAA") && korean.contains("이 절의 결론"));
    }
}
