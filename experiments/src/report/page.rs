//! The page of a run: `index.html`, one file with everything in it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::json;
use unicode_width::UnicodeWidthStr;
use upon::fmt::Formatter;
use upon::{Engine, Value};

use super::lesson::Chapter;
use crate::cli::help::{line, quoted};
use crate::cli::{Lang, Texts};
use crate::findings::equivalence::{Equivalence, Fidelity, InterquartileMean};
use crate::findings::{Comparison, Conclusion};

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
            let [theirs, ours] = test.interquartile_means.map(|middle| {
                let InterquartileMean { mean, interval: [low, high] } = middle;
                format!("{mean:.4} ({low:.4}, {high:.4})")
            });
            vec![
                texts.text(&test.label),
                test.original.text(4),
                test.ours.text(4),
                format!("{:.4} ({low:.4}, {high:.4})", test.difference),
                test.margin.to_string(),
                format!("{:.4}", test.p),
                format!("{:.2}", test.effect),
                format!("{:.2}", test.above),
                theirs,
                ours,
                texts.text(verdict),
            ]
        });
        let curves = fidelity.curves.iter().map(|test| {
            let verdict = texts.text(if test.differ { "yes" } else { "no" });
            vec![texts.text(&test.label), format!("{:.4}", test.p), verdict]
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
                    "original, middle half (95 % interval)",
                    "ours, middle half (95 % interval)",
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

/// The sections of the chapter: the folders of their results, which are beside this one, and titles.
const SECTIONS: [(&str, &str); 5] = [
    ("sec6_1_optimizers", "6.1 Optimizers"),
    ("sec6_2_weight_init", "6.2 Initial weights"),
    ("sec6_3_batchnorm", "6.3 Batch normalisation"),
    ("sec6_4_regularization", "6.4 Regularisation"),
    ("sec6_5_hyperparameters", "6.5 Hyperparameters"),
];

/// What the page's script says.
const SCRIPT_TEXTS: [&str; 9] = [
    "show me",
    "your guess",
    "copy",
    "copied",
    "what the figure shows",
    "arrow keys read the values",
    "linear",
    "logarithmic",
    "single seeds",
];

const SCRIPT: &str = include_str!("../../templates/page.js");

/// A section in the navigation of the page.
#[derive(Serialize)]
pub(super) struct Linked {
    name: &'static str,
    title: &'static str,
    here: bool,
}

impl Linked {
    /// The sections as seen from `section`.
    pub(super) fn all(section: &str) -> [Self; 5] {
        SECTIONS.map(|(name, title)| Self { name, title, here: name == section })
    }
}

/// The contents of the page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    #[serde(skip)]
    pub(super) texts: &'a Arc<Texts>,
    pub(super) section: &'a str,
    pub(super) sections: [Linked; 5],
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
        engine.add_function("style", style);
        engine.add_function("script", || SCRIPT);
        let texts = Arc::clone(self.texts);
        let script_texts = SCRIPT_TEXTS.map(|english| (english, texts.text(english)));
        let script_texts = json!(BTreeMap::from(script_texts)).to_string();
        engine.add_function("script_texts", move || script_texts.clone());
        engine.add_function("text", move |english: &str| texts.text(english));
        engine.add_template("table", include_str!("../../templates/table.html"))?;
        let template = engine.compile(include_str!("../../templates/index.html"))?;
        template.render(&engine, self).to_string()
    }
}

/// The style sheet, which draws page and figures dark where the reader's system is.
fn style() -> String {
    let dark = "--ink: #e6e8eb; --paper: #15181c; --card: #1e2228; --line: #363c45; --soft: #2a3038; \
                --good: #4fd3a6; --bad: #ff9c66; --link: #7cc0f2";
    format!(
        "{}@media screen and (prefers-color-scheme: dark) {{\n:root {{ {dark} }}\n{}}}\n",
        include_str!("../../templates/page.css"),
        viz::dark_style("figure")
    )
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
    use std::collections::BTreeSet;

    use super::*;
    use viz::{Figure, Panel};

    use crate::findings::Spread;
    use crate::report::drawn::Drawn;
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
        let figure = Figure::new("f").panel(Panel::new(""));
        let figures = [Drawn::new("f", figure, "a < b".to_owned())];
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
            section: "sec6_2_weight_init",
            sections: Linked::all("sec6_2_weight_init"),
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
        assert_eq!(html.matches("<svg ").count(), 2, "wide and narrow");
        // Addresses are only names of name spaces.
        assert_eq!(html.matches("http").count(), 2);
        assert!(!html.contains("src="));
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
            "<th scope=\"col\">epoch</th><th scope=\"col\">seed</th>",
            "<b aria-current=\"page\">6.2 Initial weights</b>",
            "<a href=\"../sec6_3_batchnorm/index.html\">6.3 Batch normalisation</a>",
            "<section class=\"lesson\" data-answer=\"1\">",
            "</b> batch norm</p>",
        ] {
            assert!(html.contains(part), "no {part}: {html}");
        }
        let html = page(Lang::En, false);
        for part in ["<ul", "<table>", "class=\"note\"", "class=\"lesson\"", "class=\"answer\""] {
            assert!(!html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn the_script_says_what_is_translated_and_is_small() {
        let pieces = SCRIPT.split("t(\"").skip(1).filter_map(|piece| piece.split_once('"'));
        let said: BTreeSet<&str> = pieces.map(|(text, _)| text).collect();
        // The scales are looked up by their name.
        let scales = ["linear", "logarithmic"];
        assert_eq!(said.into_iter().chain(scales).collect::<BTreeSet<_>>(), SCRIPT_TEXTS.into());
        assert!(SCRIPT.len() <= 20_000, "{} bytes", SCRIPT.len());
        assert!(!SCRIPT.contains("</"), "it would end its element");
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
        assert!(english.contains("<html lang=\"en\">") && !english.contains("font/ttf"));
        assert!(korean.contains("<html lang=\"ko\">") && korean.contains("16px/1.6 NanumSquare,"));
        assert!(korean.contains("base64,AAEAAAA") && korean.contains("이 절의 결론"));
    }
}
