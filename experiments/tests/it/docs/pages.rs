//! Reads the pages of the book and the READMEs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::root;

pub fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder with this extension, sorted.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|p| p.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

pub fn chapters() -> Vec<PathBuf> {
    files(&root().join("docs"), "md")
}

/// The chapters about sections.
pub fn sections() -> Vec<PathBuf> {
    let mut sections = chapters();
    sections.retain(|chapter| chapter.file_name().unwrap().to_str().unwrap().starts_with("6_"));
    assert!(sections.len() >= 5, "{sections:?}");
    sections
}

pub fn readmes() -> [PathBuf; 2] {
    ["README.md", "README.ko.md"].map(|name| root().join(name))
}

/// The lines outside code blocks, and the code blocks.
pub fn prose_and_code(text: &str) -> (Vec<&str>, Vec<String>) {
    let (mut prose, mut code, mut inside) = (Vec::new(), Vec::<String>::new(), false);
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
            if inside {
                code.push(format!("{line}\n"));
            }
        } else if inside {
            code.last_mut().expect("pushed at its start").push_str(&format!("{line}\n"));
        } else {
            prose.push(line);
        }
    }
    assert!(!inside, "a code block without end");
    (prose, code)
}

/// The texts between `open` and the next `close`.
pub fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0))
}

/// The line without `code` and without the targets of links.
pub fn plain(line: &str) -> String {
    let uncoded: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let mut pieces = uncoded.split("](");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push(' ');
        text.push_str(piece.split_once(')').map_or("", |(_, rest)| rest));
    }
    text
}

/// Numbers with a decimal point, as written (0.05, 1.2e-7), but not section numbers.
pub fn decimals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-')) {
        let word = word.trim_matches(|c| c == '.' || c == '-');
        let Some((whole, digits)) = word.split_once('.') else { continue };
        let is_number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let section = whole == "6"
            && digits.len() == 1
            && ('1'..='5').contains(&digits.chars().next().unwrap());
        let (digits, exponent) = digits.split_once("e-").unwrap_or((digits, "0"));
        if [whole, digits, exponent].into_iter().all(is_number) && !section {
            found.push(word.to_owned());
        }
    }
    found
}

/// The messages of a .po file: English and translation.
pub fn messages(text: &str) -> Vec<(String, String)> {
    let mut messages: Vec<(String, String)> = Vec::new();
    let mut translating = false;
    for line in text.lines() {
        let quoted = match (line.strip_prefix("msgid "), line.strip_prefix("msgstr ")) {
            (Some(quoted), _) => {
                messages.push(Default::default());
                translating = false;
                quoted
            }
            (_, Some(quoted)) => {
                translating = true;
                quoted
            }
            _ if line.starts_with('"') => line,
            _ => continue,
        };
        // PO files use the escapes of JSON.
        let piece: String = serde_json::from_str(quoted).unwrap();
        let (english, translation) = messages.last_mut().expect("a msgid first");
        if translating { translation.push_str(&piece) } else { english.push_str(&piece) }
    }
    messages.into_iter().filter(|(english, _)| !english.is_empty()).collect()
}
