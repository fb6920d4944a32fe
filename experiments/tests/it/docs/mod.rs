//! README and book: both languages have the same structure, chapters have all parts, links,
//! included lines and commands exist, and what is said of numbers is on record.

mod claims;
mod pages;
mod readme;
mod record;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::root;
use pages::{
    between, chapters, decimals, messages, plain, prose_and_code, read, readmes, sections,
};

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

/// What each README of a crate tells a reader to put into a `Cargo.toml`.
#[test]
fn dependency_lines_name_folders_and_versions_of_the_workspace() {
    let workspace: toml::Table = read(root().join("Cargo.toml")).parse().unwrap();
    let versions = &workspace["workspace"]["dependencies"];
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().file_name().into_string().unwrap();
        let readme = read(root().join("crates").join(&folder).join("README.md"));
        let (_, lines) = readme.split_once("```toml\n").expect(&folder);
        let lines: toml::Table = lines.split("```").next().unwrap().parse().unwrap();
        let lines = lines["dependencies"].as_table().unwrap();
        assert!(lines.contains_key(&folder), "{folder}");
        for (name, found) in lines {
            match found.get("path").and_then(|path| path.as_str()) {
                Some(path) => assert_eq!(path, format!("../chapter6/crates/{name}"), "{folder}"),
                None => {
                    let version = versions[name].get("version").unwrap_or(&versions[name]);
                    let known = version.as_str().unwrap();
                    assert!(known.starts_with(found.as_str().unwrap()), "{folder}: {name}");
                }
            }
        }
    }
}
