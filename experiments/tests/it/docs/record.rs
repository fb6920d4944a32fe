//! What README and book say of measured numbers is on record in `docs/figures/record.json`: the
//! numbers, and claims of order, overlap and chance.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::pages::{chapters, decimals, files, messages, plain, prose_and_code, read, readmes};
use crate::common::root;

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

pub fn record() -> String {
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
}

/// Percentages must be in the text of a conclusion, in the same notation.
fn assert_shares_known(page: &Path, line: &str, record: &str) {
    for before in plain(line).split(" %").collect::<Vec<_>>().split_last().unwrap().1 {
        let share = before.rsplit(' ').next().unwrap();
        assert!(record.contains(&format!(" {share} %")), "{}: {share} %: {line}", page.display());
    }
}

#[test]
fn every_measured_share_of_a_chapter_is_on_record() {
    let record = record();
    for chapter in chapters() {
        let text = read(&chapter);
        prose_and_code(&text)
            .0
            .iter()
            .for_each(|line| assert_shares_known(&chapter, line, &record));
    }
}

#[test]
fn every_measured_number_of_a_readme_is_on_record() {
    let record = record();
    let measured = [
        ("sec6_", ["## Compared with the notebook", "## 노트북과의 비교"]),
        ("sec6_5", ["## Searching hyperparameters", "## 하이퍼파라미터 탐색"]),
    ];
    for (sections, titles) in measured {
        let known = known(sections);
        for (page, title) in readmes().iter().zip(titles) {
            let text = read(page);
            let (_, section) = text.split_once(title).unwrap_or_else(|| panic!("no {title}"));
            for line in section.split("\n## ").next().unwrap().lines() {
                assert_known(page, line, &known);
                assert_shares_known(page, line, &record);
            }
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

/// What the chapters say of the intervals in "What luck decides": which do not overlap.
#[test]
fn intervals_of_what_luck_decides_overlap_as_the_book_says() {
    let record: Value = serde_json::from_str(&record()).unwrap();
    let apart = |section: &str, result: &str| -> Vec<String> {
        let rows = record[section]["tables"][0]["rows"].as_array().unwrap();
        let cell = |row: &Value, column: usize| row[column].as_str().unwrap().to_owned();
        let intervals = rows.iter().filter(|row| {
            row[0] == result && row[1] != "everything" && row[4].as_str() != Some("")
        });
        let intervals: Vec<(String, [f64; 2])> = intervals
            .map(|row| {
                let text = cell(row, 4);
                let (low, high) = text.trim_matches(['[', ']']).split_once(", ").unwrap();
                (cell(row, 1), [low, high].map(|end| end.parse().unwrap()))
            })
            .collect();
        let pairs = intervals
            .iter()
            .enumerate()
            .flat_map(|(i, one)| intervals[i + 1..].iter().map(move |other| (one, other)));
        let apart = pairs.filter(|((_, [low, high]), (_, [other_low, other_high]))| {
            high < other_low || other_high < low
        });
        apart.map(|((one, _), (other, _))| format!("{one} | {other}")).collect()
    };
    for optimizer in ["SGD", "Momentum", "AdaGrad"] {
        assert!(apart("sec6_1_luck", optimizer).is_empty(), "{optimizer}");
    }
    assert_eq!(apart("sec6_1_luck", "Adam"), ["initial weights | mini-batches"]);
    assert_eq!(
        apart("sec6_3_luck", "0.293 without batch norm"),
        ["initial weights | mini-batches", "initial weights | choice of images"]
    );
    assert!(apart("sec6_3_luck", "0.000631 with batch norm").is_empty());
    for result in ["training accuracy", "test accuracy"] {
        assert_eq!(
            apart("sec6_4_luck", result),
            [
                "initial weights | mini-batches",
                "initial weights | dropout masks",
                "mini-batches | choice of images",
                "dropout masks | choice of images"
            ]
        );
    }
    assert_eq!(
        apart("sec6_5_luck", "best validation accuracy"),
        ["initial weights | mini-batches", "mini-batches | choice of images"]
    );
    assert!(apart("sec6_5_luck", "log₁₀ of the best learning rate").is_empty());
}

/// Claims of order: the chapter, its words, and the series whose means, on record, must ascend.
const ORDERS: [(&str, &str, &[&str]); 6] = [
    (
        "6_1_optimizers",
        "`f` is 0.0009 for AdaGrad, 0.0164 for SGD, 0.1037 for Adam and 0.1076 for Momentum",
        &["ravine adagrad f", "ravine sgd f", "ravine adam f", "ravine momentum f"],
    ),
    (
        "6_3_batchnorm",
        "it learns *faster*, and in every seed: 0.985 against 0.635",
        &["batchnorm 03/batchnorm train_accuracy", "batchnorm 03/plain train_accuracy"],
    ),
    (
        "6_3_batchnorm",
        "0.867 against 0.789",
        &["batchnorm 04/batchnorm train_accuracy", "batchnorm 04/plain train_accuracy"],
    ),
    (
        "6_4_regularization",
        "the test accuracy does not rise but fall",
        &["weight_decay weight_decay test_accuracy", "overfit overfit test_accuracy"],
    ),
    (
        "6_4_regularization",
        "the test accuracy does not rise but fall",
        &["dropout dropout test_accuracy", "overfit overfit test_accuracy"],
    ),
    (
        "6_4_regularization",
        "One network with dropout is still far below",
        &["dropout dropout test_accuracy", "ensemble ensemble test_accuracy"],
    ),
];

#[test]
fn claims_of_order_follow_from_the_record() {
    let record: Value = serde_json::from_str(&record()).unwrap();
    for (chapter, claim, series) in ORDERS {
        let page = read(root().join(format!("docs/{chapter}.md")));
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(claim), "{chapter}.md does not say: {claim}");
        let section = of_chapter(&record, chapter);
        let mean = |series: &&str| section["last"][series]["mean"].as_f64().unwrap();
        let means: Vec<f64> = series.iter().map(mean).collect();
        assert!(means.is_sorted_by(|a, b| a < b), "{chapter}.md: {claim}: {means:?}");
    }
}

/// The record of the run over ten seeds that a chapter is about.
fn of_chapter<'a>(record: &'a Value, chapter: &str) -> &'a Value {
    &record[format!("sec{chapter}")]
}

/// Where a chapter says in how many seeds a conclusion holds: the chapter, the conclusion, and the
/// sentence with places for both numbers.
const IN_SEEDS: [(&str, &str, &str); 5] = [
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
        "6_4_regularization",
        "weight decay does not raise test accuracy",
        "with weight decay it is no higher in {held} of {seeds} seeds",
    ),
    (
        "6_4_regularization",
        "dropout does not raise test accuracy",
        "with dropout in {held} of {seeds} seeds",
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
        let section = of_chapter(&record, chapter);
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
