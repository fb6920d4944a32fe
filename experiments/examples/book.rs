//! Makes the figures of a built book interactive: those of the pages of runs take the place of
//! their pictures.
//!
//! ```text
//! cargo run -p experiments --example book -- RESULTS BOOK
//! ```
//!
//! RESULTS holds a folder for each run, as `docs/figures/make.sh` leaves it; BOOK is what
//! `docs/build.sh` makes. A picture that no run drew to the byte stays a picture, so a figure never
//! says other than its chapter.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use experiments::cli::{Lang, Texts};
use experiments::report::{figure_script, figure_style};

/// The themes of mdBook that are dark.
const DARK: &str = ":is(.coal, .navy, .ayu)";
/// What mdBook's pages refer to; the figures' own files stand beside them.
const HEAD: &str = "<link rel=\"stylesheet\" href=\"figures/figure.css\">\n</head>";
const BODY: &str = "<script src=\"figures/figure.js\"></script>\n</body>";

/// The entries of a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// The markup of the figures of a page, by name.
fn figures(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.match_indices("<figure id=\"").filter_map(|(start, tag)| {
        let end = start + page[start..].find("</figure>")? + "</figure>".len();
        let name = page[start + tag.len()..end].split('"').next()?;
        Some((name, &page[start..end]))
    })
}

/// Copies the files of a figure into the book, and returns its markup, if the book has its picture.
fn adopt(run: &Path, book: &Path, name: &str, figure: &str) -> Result<Option<String>> {
    let svg = format!("figures/{name}.svg");
    let picture = fs::read(book.join(&svg)).ok();
    if picture.is_none() || picture != fs::read(run.join(&svg)).ok() {
        return Ok(None);
    }
    let csv = format!("data/{name}.csv");
    fs::create_dir_all(book.join("data"))?;
    for file in [format!("figures/{name}.png"), csv] {
        if run.join(&file).exists() {
            fs::copy(run.join(&file), book.join(&file)).with_context(|| file)?;
        }
    }
    Ok(Some(figure.to_owned()))
}

/// A chapter in whose paragraphs of a picture alone the figure stands instead.
fn replaced(chapter: &str, figures: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = chapter;
    let mut found = false;
    while let Some((before, after)) = rest.split_once("<p>") {
        let (paragraph, later) = after.split_once("</p>")?;
        out += before;
        match picture(paragraph).and_then(|name| figures.get(name)) {
            Some(figure) => {
                found = true;
                out += figure;
            }
            None => out += &format!("<p>{paragraph}</p>"),
        }
        rest = later;
    }
    out += rest;
    found.then(|| out.replace("</head>", HEAD).replace("</body>", BODY))
}

/// The name of the picture in a paragraph that has nothing else.
fn picture(paragraph: &str) -> Option<&str> {
    // mdBook wraps a picture in elements by which it opens.
    let tags_only =
        paragraph.split('<').all(|tag| tag.split_once('>').is_none_or(|(_, text)| text.is_empty()));
    let (_, source) = paragraph.split_once("src=\"figures/")?;
    source.split_once(".svg\"").map(|(name, _)| name).filter(|_| tags_only)
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let (results, book) = args.next().zip(args.next()).context("usage: book RESULTS BOOK")?;
    let mut drawn = BTreeMap::new();
    for run in entries(&results)? {
        let Ok(page) = fs::read_to_string(run.join("index.html")) else { continue };
        for (name, figure) in figures(&page) {
            if let Some(figure) = adopt(&run, &book, name, figure)? {
                drawn.insert(name.to_owned(), figure);
            }
        }
    }
    let mut chapters = 0;
    let mut lang = Lang::En;
    for path in
        entries(&book)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "html"))
    {
        let chapter = fs::read_to_string(&path)?;
        if chapter.contains("<html lang=\"ko\"") {
            lang = Lang::Ko;
        }
        if let Some(chapter) = replaced(&chapter, &drawn) {
            fs::write(&path, chapter).with_context(|| path.display().to_string())?;
            chapters += 1;
        }
    }
    // A block of its own: mdBook's scripts have names of their own.
    let script = figure_script(&Texts::new(lang)).replacen("\n", "\n{\n", 1) + "}\n";
    fs::write(book.join("figures/figure.js"), script)?;
    fs::write(book.join("figures/figure.css"), figure_style(DARK, ""))?;
    println!("{}: {} figures in {chapters} pages are interactive", book.display(), drawn.len());
    Ok(())
}
