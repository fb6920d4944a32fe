//! README and book: both languages have the same structure, chapters have all parts, links,
//! included lines and commands exist, and measured numbers are on record.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::root;
use serde_json::Value;

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|p| p.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

fn chapters() -> Vec<PathBuf> {
    files(&root().join("docs"), "md")
}

/// The chapters about sections 6.1 to 6.5.
fn sections() -> Vec<PathBuf> {
    let mut sections = chapters();
    sections.retain(|chapter| chapter.file_name().unwrap().to_str().unwrap().starts_with("6_"));
    assert_eq!(sections.len(), 5);
    sections
}

fn readmes() -> [PathBuf; 2] {
    ["README.md", "README.ko.md"].map(|name| root().join(name))
}

/// The lines outside code blocks, and the code blocks.
fn prose_and_code(text: &str) -> (Vec<&str>, Vec<String>) {
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
fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0))
}

/// The line without `code` and without the targets of links.
fn plain(line: &str) -> String {
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
fn decimals(text: &str) -> Vec<String> {
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

#[test]
fn both_readmes_have_the_same_headings_and_code() {
    let [english, korean] = readmes().map(read);
    assert!(english.starts_with("English | [한국어](README.ko.md)\n"));
    assert!(korean.starts_with("[English](README.md) | 한국어\n"));
    let outline = |text: &str| -> Vec<usize> {
        let (prose, _) = prose_and_code(text);
        prose
            .iter()
            .map(|line| line.bytes().take_while(|b| *b == b'#').count())
            .filter(|n| *n > 0)
            .collect()
    };
    assert_eq!(outline(&english), outline(&korean), "levels of headings");
    let lines = |text: &str, start: &str| {
        prose_and_code(text).0.iter().filter(|line| line.starts_with(start)).count()
    };
    for (start, what) in [("| ", "rows of tables"), ("- ", "items"), ("![", "figures")] {
        assert_eq!(lines(&english, start), lines(&korean, start), "{what}");
    }
    let (english, korean) = (prose_and_code(&english).1, prose_and_code(&korean).1);
    assert_eq!(english, korean, "code blocks");
}

#[test]
fn targets_of_links_and_pictures_exist() {
    let mut pages = [chapters(), readmes().to_vec()].concat();
    for folder in fs::read_dir(root().join("crates")).unwrap() {
        pages.push(folder.unwrap().path().join("README.md"));
    }
    for page in pages {
        let text = read(&page);
        let (prose, _) = prose_and_code(&text);
        for line in prose {
            let targets = between(line, "](", ')').chain(between(line, "src=\"", '"'));
            for target in
                targets.filter(|target| !target.contains("://") && !target.starts_with('#'))
            {
                let file = target.split('#').next().unwrap();
                let path = page.parent().unwrap().join(file);
                assert!(path.exists(), "{}: no {target}", page.display());
            }
        }
    }
}

#[test]
fn every_chapter_is_in_the_summary() {
    let summary = read(root().join("docs/SUMMARY.md"));
    for chapter in chapters() {
        let name = chapter.file_name().unwrap().to_str().unwrap();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("]({name})")), "{name}");
    }
}

#[test]
fn every_section_has_all_parts() {
    for chapter in sections() {
        let text = read(&chapter);
        let mut rest = text.as_str();
        for part in [
            "\n## The idea\n",
            "\n## The formula\n",
            "\n## The formula in our code\n",
            "\n{{#include ",
            "\n![",
            "\n**What to see.** ",
            "\n**What surprises over many seeds.**",
            "\n## Exercises\n",
            "\n```sh\n",
            "\n## How PyTorch differs\n",
        ] {
            let found = rest.find(part);
            let at = found.unwrap_or_else(|| panic!("{}: no {part:?}", chapter.display()));
            // The last character may also be the first one of the next part.
            rest = &rest[at + part.len() - 1..];
        }
    }
}

/// Checks only that the programs accept the flags: with `--help`, they do not run.
#[test]
fn each_exercise_is_one_valid_command() {
    for chapter in sections() {
        let (_, code) = prose_and_code(&read(&chapter));
        let exercises: Vec<&String> =
            code.iter().filter(|code| code.starts_with("```sh")).collect();
        assert!(exercises.len() >= 3, "{}: {} exercises", chapter.display(), exercises.len());
        for exercise in exercises {
            let command = exercise.trim_start_matches("```sh\n").replace("\\\n", " ");
            assert_eq!(command.lines().count(), 1, "{}: {command}", chapter.display());
            let words: Vec<&str> = command.split_whitespace().collect();
            match words[..] {
                ["cargo", "run", "-p", "experiments", "--bin", section, "--", ref flags @ ..] => {
                    let program = Path::new(env!("CARGO_BIN_EXE_compare")).with_file_name(section);
                    let output = Command::new(program).args(flags).arg("--help").output().unwrap();
                    let error = String::from_utf8_lossy(&output.stderr);
                    assert!(output.status.success(), "{command}{error}");
                }
                ["cargo", "run", "-p", package, "--example", example, ..] => {
                    let source = format!("crates/{package}/examples/{example}.rs");
                    assert!(root().join(source).exists(), "{command}");
                }
                _ => panic!("{}: {command}", chapter.display()),
            }
        }
    }
}

/// Checks `{{#include FILE:ANCHOR}}` as mdBook does, but without mdBook.
#[test]
fn included_lines_exist_in_the_sources() {
    let mut count = 0;
    for chapter in chapters() {
        for include in between(&read(&chapter), "{{#include ", '}') {
            let (file, anchor) = include.split_once(':').expect("an anchor");
            let source = read(chapter.parent().unwrap().join(file));
            let lines: Vec<&str> = source.lines().map(str::trim).collect();
            let at = |mark: String| {
                let mut found = lines.iter().enumerate().filter(|(_, line)| **line == mark);
                let (at, _) = found.next().unwrap_or_else(|| panic!("{include}: no {mark}"));
                assert!(found.next().is_none(), "{include}: {mark} twice");
                at
            };
            let (start, end) =
                (at(format!("// ANCHOR: {anchor}")), at(format!("// ANCHOR_END: {anchor}")));
            assert!((2..16).contains(&(end - start)), "{include}: {} lines", end - start - 1);
            count += 1;
        }
    }
    assert!(count >= 15, "{count} includes");
}

/// Every number in a JSON value, including the numbers in its texts.
fn numbers(value: &Value, found: &mut Vec<f64>) {
    match value {
        Value::Number(number) => found.extend(number.as_f64()),
        Value::String(text) => {
            found.extend(decimals(text).iter().map(|n| n.parse::<f64>().unwrap()))
        }
        Value::Array(values) => values.iter().for_each(|value| numbers(value, found)),
        Value::Object(values) => {
            // A threshold is a setting, not a measurement.
            let measured = values.iter().filter(|(key, _)| *key != "threshold");
            measured.for_each(|(_, value)| numbers(value, found));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn record() -> String {
    read(root().join("docs/figures/record.json"))
}

/// The numbers that a text about these sections may contain: their part of the record, and what the
/// notebook printed.
fn known(section: &str) -> Vec<f64> {
    let mut known = Vec::new();
    let record: BTreeMap<String, Value> = serde_json::from_str(&record()).unwrap();
    // The records of samplers and pruners belong to section 6.5, that of planted faults to none.
    let of_section = |name: &str| match name {
        "planted" => section == "sec6_",
        name => name.starts_with(section) || section == "sec6_5" && !name.starts_with("sec6_"),
    };
    record.iter().filter(|(name, _)| of_section(name)).for_each(|(_, v)| numbers(v, &mut known));
    for file in files(&root().join("data/reference"), "csv") {
        if file.file_name().unwrap().to_str().unwrap().starts_with(section) {
            let text = read(&file);
            known.extend(text.split([',', '\n']).filter_map(|cell| cell.parse::<f64>().ok()));
        }
    }
    known
}

fn assert_known(page: &Path, line: &str, known: &[f64]) {
    for number in decimals(&plain(line)) {
        let value: f64 = number.parse().unwrap();
        let (written, exponent) = number.split_once("e-").unwrap_or((&number, "0"));
        let digits = written.split_once('.').unwrap().1.len() as i32;
        let half = 0.5 * 10_f64.powi(-digits - exponent.parse::<i32>().unwrap()) * (1.0 + 1e-6);
        let found = known.iter().any(|x| (x.abs() - value).abs() <= half);
        assert!(found, "{}: {number} is in no record: {line}", page.display());
    }
    // Percentages must be in the text of a conclusion, in the same notation.
    let record = record();
    for before in plain(line).split(" %").collect::<Vec<_>>().split_last().unwrap().1 {
        let share = before.rsplit(' ').next().unwrap();
        assert!(record.contains(&format!(" {share} %")), "{}: {share} %: {line}", page.display());
    }
}

#[test]
fn every_measured_number_is_on_record() {
    for chapter in chapters() {
        let name = chapter.file_stem().unwrap().to_str().unwrap();
        // 6_1_optimizers is about sec6_1…; the other chapters may contain numbers of all sections.
        let section =
            if name.starts_with("6_") { format!("sec{}", &name[..3]) } else { "sec6_".to_owned() };
        let known = known(&section);
        let text = read(&chapter);
        prose_and_code(&text).0.iter().for_each(|line| assert_known(&chapter, line, &known));
    }
    let measured = [
        ("sec6_", ["## Compared with the notebook", "## 노트북과의 비교"]),
        ("sec6_5", ["## Searching hyperparameters", "## 하이퍼파라미터 탐색"]),
    ];
    for (sections, titles) in measured {
        let known = known(sections);
        for (page, title) in readmes().iter().zip(titles) {
            let text = read(page);
            let (_, section) = text.split_once(title).unwrap_or_else(|| panic!("no {title}"));
            let section = section.split("\n## ").next().unwrap();
            section.lines().for_each(|line| assert_known(page, line, &known));
        }
    }
}

/// The bands are those of the figures: mean ± standard deviation.
#[test]
fn claims_about_bands_follow_from_the_numbers_beside_them() {
    for (chapter, claim, overlap, bands) in [
        (
            "6_1_optimizers.md",
            "The bands of AdaGrad and Adam overlap",
            true,
            [(" with Momentum, ", " with AdaGrad"), (" with AdaGrad and ", " with Adam.")],
        ),
        (
            "6_2_weight_init.md",
            "At the end the bands still do not touch.",
            false,
            [("Xavier ends at a loss of ", ", He at"), (", He at ", ". ")],
        ),
    ] {
        let text = read(root().join("docs").join(chapter));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(claim), "{chapter}: {claim}");
        let [(low, high), (other_low, other_high)] = bands.map(|(before, after)| {
            let (_, rest) = text.split_once(before).unwrap();
            let (mean, deviation) = rest.split_once(after).unwrap().0.split_once(" ± ").unwrap();
            let [mean, deviation] = [mean, deviation].map(|number| number.parse::<f64>().unwrap());
            (mean - deviation, mean + deviation)
        });
        assert_eq!(low <= other_high && other_low <= high, overlap, "{chapter}: {claim}");
    }
}

/// Where a chapter says in how many seeds a conclusion holds: the chapter, the conclusion, and the
/// sentence with places for both numbers.
const IN_SEEDS: [(&str, &str, &str); 3] = [
    (
        "6_1_optimizers",
        "AdaGrad ends lower than Adam",
        "AdaGrad ends lower than Adam in {held} of {seeds} seeds",
    ),
    (
        "6_2_weight_init",
        "after 400 iterations He's loss is below Xavier's",
        "After 400 iterations, He's loss is below Xavier's in {held} of {seeds} seeds",
    ),
    (
        "6_5_hyperparameters",
        "the best trials are among those with the highest learning rates",
        "the five best trials are among the ten with the highest learning rates in {held} of {seeds} seeds",
    ),
];

#[test]
fn conclusions_hold_in_as_many_seeds_as_the_chapters_say() {
    let record: Value = serde_json::from_str(&record()).unwrap();
    let translations = messages(&read(root().join("docs/po/ko.po")));
    for (chapter, text, sentence) in IN_SEEDS {
        let (_, section) = record
            .as_object()
            .unwrap()
            .iter()
            .find(|(name, _)| name[3..].starts_with(&chapter[..3]))
            .unwrap();
        let conclusions = section["conclusions"].as_array().unwrap();
        let found = conclusions.iter().find(|conclusion| conclusion["text"] == text);
        let conclusion = found.unwrap_or_else(|| panic!("no conclusion {text:?} is on record"));
        let (held, seeds) = (&conclusion["held"], &conclusion["seeds"]);
        let says =
            sentence.replace("{held}", &held.to_string()).replace("{seeds}", &seeds.to_string());
        let page = read(root().join(format!("docs/{chapter}.md")));
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(&says), "{chapter}.md does not say: {says}");
        let (_, korean) = translations
            .iter()
            .find(|(english, _)| english.contains(&says))
            .unwrap_or_else(|| panic!("ko.po does not say: {says}"));
        assert!(korean.contains(&format!("시드 {seeds}개 중 {held}개")), "{korean}");
    }
}

/// The tables of the READMEs beside the original: a row a section, and a row for each quantity that
/// the chapter talks about; of 6.3, what it says of all scales.
fn rows_beside_the_original() -> [Vec<String>; 2] {
    let record: Value = serde_json::from_str(&record()).unwrap();
    let (mut counts, mut rows) = (Vec::new(), Vec::new());
    for (label, section) in [
        ("6.1", "sec6_1_optimizers_30_seeds"),
        ("6.2", "sec6_2_weight_init_30_seeds"),
        ("6.3", "sec6_3_batchnorm_30_seeds"),
        ("6.3 `--precision f64`", "sec6_3_batchnorm_30_seeds_f64"),
        ("6.4", "sec6_4_regularization_30_seeds"),
        ("6.5", "sec6_5_hyperparameters_30_seeds"),
    ] {
        let judged = &record[section]["original"];
        let of = |key: &str| judged[key].as_array().unwrap_or_else(|| panic!("no {section}"));
        let (quantities, curves) = (of("quantities"), of("curves"));
        let shown = quantities.iter().filter(|test| test["verdict"] == "shown").count();
        let differ = curves.iter().filter(|test| test["differ"] == true).count();
        let (all, all_curves) = (quantities.len(), curves.len());
        counts.push(format!("| {label} | {shown} / {all} | {differ} / {all_curves} |"));
        if !section.ends_with("f64") {
            let of_all = |test: &&Value| !test["quantity"].as_str().unwrap().contains('/');
            rows.extend(quantities.iter().filter(of_all).map(|test| row_of(label, test)));
        }
    }
    [counts, rows]
}

fn row_of(section: &str, test: &Value) -> String {
    let number = |value: &Value| value.as_f64().unwrap();
    let digits = if number(&test["margin"]) < 0.02 { 4 } else { 3 };
    let spread = |who: &Value| {
        format!("{:.digits$} ± {:.digits$}", number(&who["mean"]), number(&who["std"]))
    };
    let verdict = match test["verdict"].as_str().unwrap() {
        "shown" => "equal",
        "not_shown" => "not shown",
        other => other,
    };
    format!(
        "| {section} {} | {} | {} | {:.digits$} ({:.digits$}, {:.digits$}) | {} | {verdict} |",
        test["quantity"].as_str().unwrap(),
        spread(&test["original"]),
        spread(&test["ours"]),
        number(&test["difference"]),
        number(&test["interval"][0]),
        number(&test["interval"][1]),
        test["margin"],
    )
}

#[test]
fn readmes_have_the_tables_beside_the_original() {
    let [counts, rows] = rows_beside_the_original();
    let [english, korean] = readmes().map(read);
    for rows in [&counts, &rows] {
        assert!(english.contains(&rows.join("\n")), "README.md should have:\n{}", rows.join("\n"));
    }
    for row in counts {
        assert!(korean.contains(&row), "README.ko.md should have: {row}");
    }
    for row in rows {
        // The first and the last cell are translated.
        let numbers = row.split(" | ").skip(1).take(4).collect::<Vec<_>>().join(" | ");
        assert!(korean.contains(&numbers), "README.ko.md should have: {numbers}");
    }
}

#[test]
fn the_book_says_which_planted_faults_are_found() {
    let record: Value = serde_json::from_str(&record()).unwrap();
    let planted = record["planted"].as_object().unwrap();
    assert_eq!(planted.len(), 6);
    let page = read(root().join("docs/trust.md"));
    for (name, fault) in planted {
        let says = format!(
            "`{name}`: {} of {} quantities are different, {} of {} curves differ",
            fault["different"], fault["quantities"], fault["curves_that_differ"], fault["curves"]
        );
        assert!(page.contains(&says), "docs/trust.md should say: {says}");
    }
}

/// The messages of a .po file: English and translation.
fn messages(text: &str) -> Vec<(String, String)> {
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

#[test]
fn the_korean_book_is_complete() {
    let text = read(root().join("docs/po/ko.po"));
    assert!(
        !text.contains("#, fuzzy"),
        "a text changed: docs/build.sh messages, then translate it"
    );
    let messages = messages(&text);
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    let code = |text: &str| sorted(text.split('`').skip(1).step_by(2).map(str::to_owned).collect());
    for (english, korean) in &messages {
        assert!(!korean.is_empty(), "not translated: {english}");
        assert_eq!(sorted(decimals(english)), sorted(decimals(korean)), "numbers: {english}");
        assert_eq!(code(english), code(korean), "code: {english}");
    }
    // Every heading and number of the book is in the messages: none was added after extraction.
    let all: String =
        messages.iter().map(|(english, _)| english.as_str()).collect::<Vec<_>>().join("\n");
    for chapter in chapters() {
        let text = read(&chapter);
        for line in prose_and_code(&text).0 {
            let heading = line.trim_start_matches('#');
            if heading.len() < line.len() {
                assert!(
                    all.contains(heading.trim()),
                    "{}: no translation of {line}",
                    chapter.display()
                );
            }
            for number in decimals(&plain(line)) {
                assert!(all.contains(&number), "{}: no translation of {line}", chapter.display());
            }
        }
    }
}

#[test]
fn the_table_of_dependencies_lists_those_of_the_workspace() {
    let page = read(root().join("ARCHITECTURE.md"));
    let (_, table) = page.split_once("## Dependencies").unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
    let mut listed: Vec<String> = cells
        .flat_map(|(names, _)| names.split(", "))
        .map(|name| name.split(" (").next().unwrap().to_owned())
        .filter(|name| name != "crate")
        .collect();
    listed.sort();
    let manifest: toml::Table = read(root().join("Cargo.toml")).parse().unwrap();
    let asked = manifest["workspace"]["dependencies"].as_table().unwrap();
    let of_others = asked.iter().filter(|(_, dependency)| dependency.get("path").is_none());
    let mut asked: Vec<&str> = of_others.map(|(name, _)| name.as_str()).collect();
    asked.sort_unstable();
    assert_eq!(listed, asked);
}
