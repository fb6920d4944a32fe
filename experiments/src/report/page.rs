//! The page of a run: `index.html`, one file with everything in it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::json;
use upon::fmt::Formatter;
use upon::{Engine, Value};

use crate::cli::help::{line_of_section, line_with};
use crate::cli::{Args, Lang, Texts};

/// The sections of the chapter: the folders of their results, which are beside this one, and their
/// titles.
const SECTIONS: &[(&str, &str)] = &[
    ("sec6_1_optimizers", "6.1 Optimizers"),
    ("sec6_2_weight_init", "6.2 Initial weights"),
    ("sec6_3_batchnorm", "6.3 Batch normalisation"),
    ("sec6_4_regularization", "6.4 Regularisation"),
    ("sec6_5_hyperparameters", "6.5 Hyperparameters"),
];

/// What the scripts say.
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

const FIGURE_SCRIPT: &str = include_str!("../../templates/figure.js");
const PAGE_SCRIPT: &str = include_str!("../../templates/page.js");

/// A section in the navigation of the page.
#[derive(Serialize)]
pub(super) struct Linked {
    name: &'static str,
    title: &'static str,
    here: bool,
    /// What makes its page, if nothing is beside this one under its name.
    command: Option<String>,
}

impl Linked {
    /// The sections as seen from the page of `section`.
    pub(super) fn all(section: &str, args: &Args) -> Vec<Self> {
        let out = args.out_of(section);
        let linked = |&(name, title): &(&'static str, &'static str)| {
            let here = name == section;
            let beside = out.with_file_name(name);
            let absent = !here && !beside.is_dir();
            let command = absent.then(|| {
                let mut flags = Vec::new();
                if args.runs > 1 {
                    flags.extend(["--runs".to_owned(), args.runs.to_string()]);
                }
                if args.lang != Lang::default() {
                    flags.extend(["--lang".to_owned(), args.lang.to_string()]);
                }
                if args.out.is_some() {
                    flags.extend(["--out".to_owned(), beside.to_string_lossy().into_owned()]);
                }
                line_of_section(name, flags.iter().map(String::as_str))
            });
            Self { name, title, here, command }
        };
        SECTIONS.iter().map(linked).collect()
    }

    /// How many of them have no page.
    pub(super) fn absent(sections: &[Self]) -> usize {
        sections.iter().filter(|other| other.command.is_some()).count()
    }
}

/// Renders the template with `contents`. Expressions are escaped unless they end in `| safe`.
pub(super) fn render(texts: &Arc<Texts>, contents: &impl Serialize) -> Result<String, upon::Error> {
    let mut engine = Engine::new();
    engine.set_default_formatter(&escaped);
    engine.add_formatter("safe", upon::fmt::default);
    engine.add_function("len", |list: &[Value]| list.len() as i64);
    let lang = texts.lang();
    engine.add_function("lang", move || lang.to_string());
    engine.add_function("font", move || font(lang));
    engine.add_function("style", style);
    let script = figure_script(texts) + PAGE_SCRIPT;
    engine.add_function("script", move || script.clone());
    let texts = Arc::clone(texts);
    engine.add_function("text", move |english: &str| texts.text(english));
    engine.add_template("table", include_str!("../../templates/table.html"))?;
    engine.add_template("figure", include_str!("../../templates/figure.html"))?;
    let template = engine.compile(include_str!("../../templates/index.html"))?;
    template.render(&engine, contents).to_string()
}

/// The style sheet of a page, which is dark where the reader's system is.
fn style() -> String {
    let page = include_str!("../../templates/page.css");
    let colors = "--paper: #15181c; --good: #4fd3a6; --bad: #ff9c66";
    let figures = figure_style("", "(prefers-color-scheme: dark)");
    format!(
        "{figures}{page}@media screen and (prefers-color-scheme: dark) {{ :root {{ {colors} }} }}\n"
    )
}

/// The style sheet of figures. They are dark on a screen that meets `condition`, below elements of
/// the page that meet `selector`; either may be empty.
pub fn figure_style(selector: &str, condition: &str) -> String {
    let colors =
        "--ink: #e6e8eb; --card: #1e2228; --line: #363c45; --soft: #2a3038; --link: #7cc0f2";
    let screen = if condition.is_empty() { String::new() } else { format!(" and {condition}") };
    let root = if selector.is_empty() { ":root" } else { selector };
    format!(
        "{}@media screen{screen} {{\n{root} {{ {colors} }}\n{}}}\n",
        include_str!("../../templates/figure.css"),
        viz::dark_style(&format!("{selector} figure")),
    )
}

/// The script that makes the figures of a page alive, in the language of `texts`.
pub fn figure_script(texts: &Texts) -> String {
    let said = SCRIPT_TEXTS.map(|english| (english, texts.text(english)));
    // A script element ends at the first `</`, wherever it is.
    let said = json!(BTreeMap::from(said)).to_string().replace('<', "\\u003c");
    format!("\"use strict\";\nconst texts = {said};\n{FIGURE_SCRIPT}")
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
    let flags: Vec<String> = std::env::args().skip(1).collect();
    line_with(flags.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser;
    use viz::{Figure, Panel};

    use super::*;
    use crate::cli::{CommandLine, NoFlags};

    use crate::findings::{Comparison, Conclusion, Metric, Spread};
    use crate::report::drawn::Drawn;
    use crate::report::judged::Judged;
    use crate::report::lesson::{Chapter, Lesson};
    use crate::report::table::Table;

    fn lesson() -> Lesson<'static> {
        Lesson {
            question: "Which is < ?",
            choices: &["plain", "batch norm"],
            answer: Some(1),
            see: "batch norm".to_owned(),
            why: "epoch",
            formula: "<math><mi>x</mi></math>",
            exercise: "seed",
            flags: "--seed 7",
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
            metric: Metric::new("accuracy"),
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
        let tables = [Table::new("trials", ["epoch", "seed"], cells)];
        let chapter = Chapter {
            lesson: full.then(|| lesson().translated(None, &texts)),
            figures: figures.into(),
            conclusions: if full { conclusions.into() } else { Vec::new() },
            tables: if full { tables.into() } else { Vec::new() },
        };
        let beside = tempfile::tempdir().unwrap();
        std::fs::create_dir(beside.path().join("sec6_3_batchnorm")).unwrap();
        let out = beside.path().join("here");
        let out = out.to_str().unwrap();
        let line = CommandLine::<NoFlags>::parse_from(["x", "--out", out]);
        let sections = Linked::all("sec6_2_weight_init", &line.args);
        let lines = |line: &str| if full { vec![line.to_owned()] } else { Vec::new() };
        let contents = json!({
            "section": "sec6_2_weight_init",
            "absent": Linked::absent(&sections),
            "sections": sections,
            "about": "about",
            "notes": lines("data: synthetic digits, not MNIST"),
            "command": "cargo run -- --data-dir '\"'",
            "chapters": [chapter],
            "diverged": lines("diverged: 01/plain"),
            "original": null,
            "fidelity": [],
            "compared": lines("a line"),
            "numbers": Table::beside(if full { &numbers } else { &[] }, &texts),
        });
        render(&texts, &contents).unwrap()
    }

    #[test]
    fn text_is_escaped_and_figures_are_inlined() {
        let html = page(Lang::En, true);
        assert!(html.contains("a &#60; b") && html.contains("x &#38; y"), "{html}");
        assert!(html.contains("<td>&#60;2&#62;</td>") && html.contains("&#39;&#34;&#39;</pre>"));
        assert_eq!(html.matches("<svg ").count(), 2, "wide and narrow");
        // Addresses are only names of name spaces.
        assert_eq!(html.matches("http").count(), 3);
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
            "<span>6.4 Regularisation</span>",
            "sec6_4_regularization -- --out ",
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
        let script = [FIGURE_SCRIPT, PAGE_SCRIPT].concat();
        let pieces = script.split("t(\"").skip(1).filter_map(|piece| piece.split_once('"'));
        let said: BTreeSet<&str> = pieces.map(|(text, _)| text).collect();
        // The scales are looked up by their name.
        let scales = ["linear", "logarithmic"];
        assert_eq!(said.into_iter().chain(scales).collect::<BTreeSet<_>>(), SCRIPT_TEXTS.into());
        assert!(script.len() <= 20_000, "{} bytes", script.len());
        assert!(!script.contains("</"), "it would end its element");
    }

    #[test]
    fn a_korean_page_brings_its_font() {
        let [english, korean] = [Lang::En, Lang::Ko].map(|lang| page(lang, true));
        assert!(english.contains("<html lang=\"en\">") && !english.contains("font/ttf"));
        assert!(korean.contains("<html lang=\"ko\">") && korean.contains("16px/1.6 NanumSquare,"));
        assert!(korean.contains("base64,AAEAAAA") && korean.contains("이 절의 결론"));
    }
}
