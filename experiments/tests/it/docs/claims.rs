//! The sentences of the book with measured numbers are those that `docs/figures/claims.toml` makes
//! of the record.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::pages::{decimals, files, plain, prose_and_code, read, sections};
use super::record::record;
use crate::common::root;

/// A sentence with places for numbers, and the paths in the record of what fills them.
#[derive(Deserialize)]
struct Claim {
    text: String,
    numbers: Vec<String>,
}

/// What one step of a path leads to.
fn step(value: &Value, step: &str) -> Vec<Value> {
    let index = step.parse::<usize>().ok();
    match value {
        Value::Array(entries) if step == "*" => entries.clone(),
        Value::Array(entries) => match index {
            Some(index) => entries.get(index).into_iter().cloned().collect(),
            None => {
                let has = |entry: &&Value| {
                    entry.as_object().is_some_and(|object| object.values().any(|v| v == step))
                };
                entries.iter().filter(has).cloned().collect()
            }
        },
        Value::String(text) => {
            let number = index.and_then(|index| decimals(text).into_iter().nth(index));
            number.into_iter().map(Value::from).collect()
        }
        other => other.get(step).into_iter().cloned().collect(),
    }
}

fn number(value: &Value) -> f64 {
    let parsed = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    parsed.unwrap_or_else(|| panic!("no number: {value}"))
}

/// The only value at the end of a path, or the one that its first words choose.
fn found(record: &Value, path: &str) -> Value {
    let (rank, steps) = path.split_once(" of ").filter(|(rank, _)| rank.ends_with("est")).unzip();
    let steps = steps.unwrap_or(path);
    let walk = |values: Vec<Value>, name: &str| -> Vec<Value> {
        values.iter().flat_map(|value| step(value, name)).collect()
    };
    let mut values = steps.split(" > ").fold(vec![record.clone()], walk);
    let Some(rank) = rank else {
        assert_eq!(values.len(), 1, "entries of the record: {path}");
        return values.remove(0);
    };
    assert!(!values.is_empty(), "not on record: {path}");
    values.sort_by(|a, b| number(a).total_cmp(&number(b)));
    let at = match rank {
        "lowest" => 0,
        "highest" => values.len() - 1,
        nth => nth.trim_end_matches("th lowest").parse::<usize>().unwrap() - 1,
    };
    values.swap_remove(at)
}

/// A value as the format of its place writes it.
fn written(value: &Value, format: &str) -> String {
    let digits = |format: &str| format.trim_matches(['.', 'e']).parse::<usize>().unwrap();
    match format.strip_prefix('±') {
        Some(format) => {
            let digits = digits(format);
            let [mean, std] = ["mean", "std"].map(|key| number(&value[key]));
            format!("{mean:.digits$} ± {std:.digits$}")
        }
        None if format.is_empty() => value.as_str().expect("a decimal of a text").to_owned(),
        None if format.ends_with('e') => format!("{:.*e}", digits(format), number(value)),
        None => format!("{:.*}", digits(format), number(value)),
    }
}

fn filled(claim: &Claim, record: &Value) -> String {
    let mut says = String::new();
    let mut numbers = claim.numbers.iter();
    let mut rest = &*claim.text;
    while let Some((before, after)) = rest.split_once('{') {
        let (format, after) = after.split_once('}').unwrap();
        let path = numbers.next().unwrap_or_else(|| panic!("too few numbers: {}", claim.text));
        says += before;
        says += &written(&found(record, path), format);
        rest = after;
    }
    assert_eq!(numbers.next(), None, "too many numbers: {}", claim.text);
    says + rest
}

#[test]
fn every_measured_number_of_a_chapter_is_made_of_the_record() {
    let mut record: Value = serde_json::from_str(&record()).unwrap();
    for file in files(&root().join("data/reference"), "csv") {
        let name = file.file_name().unwrap().to_str().unwrap();
        record[name] = read(&file).lines().map(Value::from).collect();
    }
    let claims: BTreeMap<String, Vec<Claim>> =
        toml::from_str(&read(root().join("docs/figures/claims.toml"))).unwrap();
    let mut pages = sections();
    pages.extend(["introduction", "trust"].map(|name| root().join(format!("docs/{name}.md"))));
    let named = |page: &Path| page.file_stem().unwrap().to_str().unwrap().to_owned();
    assert!(claims.keys().all(|name| pages.iter().any(|page| named(page) == *name)));
    for page in pages {
        let text = read(&page);
        let lines = prose_and_code(&text).0.join(" ");
        let mut rest = lines.split_whitespace().collect::<Vec<_>>().join(" ");
        for claim in claims.get(&named(&page)).into_iter().flatten() {
            let says = filled(claim, &record);
            assert!(rest.contains(&says), "{} should say: {says}", page.display());
            rest = rest.replace(&says, "");
        }
        let numbers = decimals(&plain(&rest));
        assert!(numbers.is_empty(), "{}: no claim has {numbers:?}", page.display());
    }
}
