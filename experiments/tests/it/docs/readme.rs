//! The numbers of both READMEs are the same, and those that `docs/figures/record.json` does not
//! hold themselves follow from it or from a record of `benches`.

use serde_json::Value;

use super::pages::{decimals, files, plain, prose_and_code, read, readmes};
use crate::common::root;

fn english() -> String {
    read(root().join("README.md")).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_says(says: &str) {
    assert!(english().contains(says), "README.md should say: {says}");
}

/// The numbers of a line as they are written.
fn numbers(line: &str) -> Vec<String> {
    let words = plain(line);
    let words = words.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','));
    let numbers = words.map(|word| word.trim_matches(['.', ',']).to_owned());
    numbers.filter(|word| word.contains(|c: char| c.is_ascii_digit())).collect()
}

#[test]
fn both_readmes_have_the_same_numbers() {
    let [english, korean] = readmes().map(read);
    let rows = |text: &str| -> Vec<Vec<String>> {
        let rows = prose_and_code(text).0.into_iter().filter(|line| line.starts_with("| "));
        rows.map(numbers).collect()
    };
    for (english, mut korean) in rows(&english).into_iter().zip(rows(&korean)) {
        for number in &english {
            let found = korean.iter().position(|other| other == number);
            korean.remove(found.unwrap_or_else(|| panic!("{number} of {english:?} is missing")));
        }
        // English has words for these.
        let small = |number: &String| number.parse::<usize>().is_ok_and(|number| number <= 10);
        assert!(korean.iter().all(small), "{korean:?} is not in the English row {english:?}");
    }
    let prose = |text: &str| -> Vec<String> {
        let lines = prose_and_code(text).0.into_iter().filter(|line| !line.starts_with('|'));
        let mut found: Vec<String> = lines.flat_map(|line| decimals(&plain(line))).collect();
        found.sort();
        found
    };
    assert_eq!(prose(&english), prose(&korean));
}

fn record() -> Value {
    serde_json::from_str(&read(root().join("docs/figures/record.json"))).unwrap()
}

#[test]
fn the_opening_says_at_which_scales_the_plain_network_learns() {
    let record = record();
    let last = record["sec6_3_batchnorm"]["last"].as_object().unwrap();
    let end = |name: &str| last[name]["mean"].as_f64().unwrap();
    let of_kind = |kind: &str| -> Vec<String> {
        let wanted = format!("/{kind} train_accuracy");
        last.keys().filter(|name| name.ends_with(&wanted)).cloned().collect()
    };
    let (plain, normalised) = (of_kind("plain"), of_kind("batchnorm"));
    assert_eq!((plain.len(), normalised.len()), (16, 16), "one for each scale");
    let learns: Vec<&String> = plain.iter().filter(|name| end(name) > 0.5).collect();
    assert_eq!(learns, ["batchnorm 03/plain train_accuracy", "batchnorm 04/plain train_accuracy"]);
    // The scales fall from 1 to 0.0001 in equal ratios.
    let scale = |k: i32| libm::pow(10.0, -4.0 * f64::from(k) / 15.0);
    assert_says(&format!(
        "ends above an accuracy of 0.5 at only two of the sixteen weight scales, {:.3} and {:.3}; with it, the \
         network learns at every scale",
        scale(2),
        scale(3)
    ));
    assert!(normalised.iter().all(|name| end(name) > 0.3), "as its conclusion says");
    for name in learns {
        let other = name.replace("plain", "batchnorm");
        assert!(end(name) > end(&other), "the network without it ends ahead");
    }
}

#[test]
fn the_table_of_printed_numbers_follows_from_the_record() {
    let record = record();
    for (label, section) in [
        ("6.1.8, losses", "sec6_1_optimizers"),
        ("6.2.4, losses", "sec6_2_weight_init"),
        ("6.3, accuracies", "sec6_3_batchnorm"),
        ("6.4, accuracies", "sec6_4_regularization"),
        ("6.5, accuracies", "sec6_5_hyperparameters"),
    ] {
        let seeds = record[section]["seeds"].as_array().unwrap().len() as f64;
        let all = &record[section]["notebook"]["all"];
        let [count, inside, apart] =
            ["numbers", "inside", "mean_difference"].map(|key| all[key].as_f64().unwrap());
        // Of n + 1 draws of one distribution, the last lies between the others with this chance.
        let expected = count * (seeds - 1.0) / (seeds + 1.0);
        assert_says(&format!("| {label} | {count} | {inside} | {expected:.0} | {apart:.3} |"));
    }
}

#[test]
fn our_numbers_beside_the_notebooks_follow_from_the_record() {
    let record = record();
    let quantity = |section: &str, name: &str| -> (String, String) {
        let quantities = record[section]["original"]["quantities"].as_array().unwrap();
        let found = quantities.iter().find(|quantity| quantity["quantity"] == name);
        let ours = &found.unwrap_or_else(|| panic!("{section} has no {name}"))["ours"];
        let [mean, std] = ["mean", "std"].map(|key| ours[key].as_f64().unwrap());
        (format!("{mean:.3}"), format!("{mean:.3} ± {std:.3}"))
    };
    let series = |section: &str, name: &str| {
        let end = &record[section]["last"][name];
        let [mean, std] = ["mean", "std"].map(|key| end[key].as_f64().unwrap());
        (format!("{mean:.3}"), format!("{mean:.3} ± {std:.3}"))
    };
    let losses = |section: &str, names: &[(&str, &str)]| {
        let loss = |(label, name): &(&str, &str)| {
            let name = format!("{name}: loss of the last 100 iterations");
            format!("{label} {}", quantity(section, &name).1)
        };
        names.iter().map(loss).collect::<Vec<_>>().join(", ")
    };
    let optimizers =
        [("SGD", "sgd"), ("Momentum", "momentum"), ("AdaGrad", "adagrad"), ("Adam", "adam")];
    assert_says(&format!("iterations | {} |", losses("sec6_1_optimizers", &optimizers)));
    let initialisers = [("std 0.01", "std=0.01"), ("Xavier", "xavier"), ("He", "he")];
    assert_says(&format!("initialisers | {} |", losses("sec6_2_weight_init", &initialisers)));
    let scale = |k: &str, kind: &str| {
        series("sec6_3_batchnorm", &format!("batchnorm {k}/{kind} train_accuracy"))
    };
    let (plain, normalised) = (scale("03", "plain").0, scale("03", "batchnorm").0);
    assert_says(&format!("without / with batch norm | {plain} / {normalised} |"));
    let (plain, normalised) = (scale("13", "plain").0, scale("13", "batchnorm").1);
    assert_says(&format!("at scale `0.000631` | {plain} / {normalised} |"));
    for (label, part) in [
        ("final accuracy, training / test", "overfit"),
        ("with weight decay, on 400 images", "weight_decay_400"),
        ("the same with dropout", "dropout"),
    ] {
        let end = |which: &str| {
            quantity("sec6_4_regularization", &format!("{part}: final {which} accuracy"))
        };
        assert_says(&format!("{label} | {} / {} |", end("training").0, end("test").1));
    }
}

#[test]
fn the_table_of_samplers_follows_from_the_record() {
    let record = record();
    let rows = record["samplers"]["tables"][0]["rows"].as_array().unwrap();
    for (label, problem) in [
        ("6.5, best validation accuracy after 40 trials", "network"),
        ("Branin, difference from the minimum after 40 trials", "Branin"),
        ("Hartmann-6, the same after 60 trials", "Hartmann-6"),
    ] {
        let row = english().split_once(&format!("| {label} | ")).unwrap().1.to_owned();
        let medians = rows.iter().filter(|row| row[0] == problem).map(|row| &row[3]);
        for (cell, median) in row.split(" | ").zip(medians) {
            let cell = cell.split(' ').next().unwrap();
            let [written, median]: [f64; 2] =
                [cell, median.as_str().unwrap()].map(|number| number.parse().unwrap());
            let digits = cell.split_once('.').unwrap().1.len() as i32;
            let half = 0.5 * libm::pow(10.0, f64::from(-digits)) * (1.0 + 1e-9);
            assert!((written - median).abs() <= half, "{label}: {written} is not {median}");
        }
    }
}

/// The file that README links to, of those in `benches/record`.
fn bench(name: &str) -> String {
    assert!(english().contains(&format!("(benches/record/{name})")), "no link to {name}");
    read(root().join("benches/record").join(name))
}

/// A cell of the row that begins with `row`, after the line that begins with `heading`.
fn cell(record: &str, heading: &str, row: &str, column: usize) -> String {
    let (_, rest) = record.split_once(heading).unwrap_or_else(|| panic!("no {heading}"));
    let found = rest.lines().find(|line| line.starts_with(row));
    let found = found.unwrap_or_else(|| panic!("{heading}: no {row}"));
    let cell = found.split(" | ").nth(column).unwrap().trim_matches(['|', ' ']);
    cell.split(' ').next().unwrap().to_owned()
}

/// A row of the table of times: ours, and how many times as long the others take.
fn assert_row(row: &str, ours: &str, times: &[Option<String>]) {
    let readme = read(root().join("README.md"));
    let found =
        readme.lines().find_map(|line| line.strip_prefix(&format!("| {row} | {ours} s | ")));
    let found = found.unwrap_or_else(|| panic!("README.md should say: | {row} | {ours} s |"));
    let cells: Vec<&str> = found.trim_end_matches(" |").split(" | ").collect();
    assert_eq!(cells.len(), times.len(), "{row}");
    for (cell, time) in cells.iter().zip(times) {
        match time {
            None => assert_eq!(*cell, "–", "{row}"),
            // The record has two digits after the point.
            Some(time) => {
                let apart = cell.parse::<f64>().unwrap() - time.parse::<f64>().unwrap();
                assert!(apart.abs() <= 0.05 + 1e-9, "{row}: {cell} is not {time}");
            }
        }
    }
}

#[test]
fn times_are_those_of_the_record_beside_the_table() {
    let record = bench("2026-11-27-intel-r-xeon-r-processor-avx512-3.md");
    const NUMPY: &str = "| NumPy, lean | f64";
    const TORCH: &str = "| PyTorch, fused | f32";
    const LEAN: &str = "| NumPy, lean | f32";
    let all = &[NUMPY, LEAN, TORCH, "| libtorch, tch | f32", "| burn, flex | f32"][..];
    let few = &[NUMPY, "", TORCH, "", ""][..];
    for (row, heading, threads, who) in [
        ("one network of 6.1.8, SGD, one thread", "### One network, SGD", "1", all),
        ("the same, Adam", "### One network, Adam", "1", all),
        ("6.1.8, four networks", "### Section 6.1.8", "2", all),
        ("6.3, 32 networks", "### Section 6.3", "2", few),
        ("6.5, 100 trials", "### Section 6.5", "2", few),
    ] {
        let ours = cell(&record, heading, &format!("| ours | f32 | {threads} "), 4);
        let times = who.iter().map(|who| match *who {
            "" => None,
            who => Some(cell(&record, heading, who, 5)),
        });
        assert_row(row, &ours, &times.collect::<Vec<_>>());
    }
    let hardest = bench("2026-11-30-amd-epyc-avx512.md");
    let times = |heading: &str, who: &str| cell(&hardest, heading, who, 5);
    assert_says(&format!(
        "JAX (`scan`) takes {} times as long for one network with SGD, JAX {} times for 6.1.8, JAX with `vmap` {} \
         times for 6.3, and stacked PyTorch {} times for 6.5.",
        times("### One network, SGD", "| JAX, scan | f32 | 1 "),
        times("### Section 6.1.8", "| JAX, scan | f32 | 2 "),
        times("### Section 6.3", "| JAX, vmap | f32 | 2 "),
        times("### Section 6.5", "| PyTorch, stacked | f32 | 2 "),
    ));
    let whole = |record: &str, who: &str, column| cell(record, "### Whole chapter", who, column);
    assert_row(
        "the whole chapter; ours with figures and files",
        &whole(&record, "| ours f32", 1),
        &[
            Some(whole(&record, "| NumPy, lean f64", 2)),
            None,
            Some(whole(&record, "| PyTorch, fused f32", 2)),
            None,
            None,
        ],
    );
    let shorter = |number: String| format!("{:.1}", number.parse::<f64>().unwrap());
    let [first, second, epyc, older] = [
        "2026-11-27-intel-r-xeon-r-processor-avx512.md",
        "2026-11-27-intel-r-xeon-r-processor-avx512-2.md",
        "2026-11-26-amd-epyc-avx512.md",
        "2026-11-27-amd-epyc-avx2.md",
    ]
    .map(|name| {
        let record = bench(name);
        ["| NumPy, lean f64", "| PyTorch, fused f32"].map(|who| shorter(whole(&record, who, 2)))
    });
    assert_says(&format!(
        "NumPy takes {} and {} times as long for the whole chapter",
        first[0], second[0]
    ));
    assert_eq!(epyc[0], older[0]);
    assert_says(&format!(
        "NumPy takes {} times as long for the whole chapter on both, and PyTorch {} and {} times",
        epyc[0], epyc[1], older[1]
    ));
}

/// By the last record of `benches/cold.sh`, whose rows end in the old number, the new one, their
/// ratio.
#[test]
fn a_first_build_takes_what_was_measured() {
    let records = files(&root().join("benches/record"), "md");
    let cold = records.iter().rfind(|path| path.to_string_lossy().ends_with("-cold.md")).unwrap();
    let record = read(cold);
    let measured = |row: &str, what: &str| -> f64 {
        let (_, rest) = record.split_once(row).unwrap_or_else(|| panic!("no {row}"));
        let line = format!("{row}{rest}");
        let line =
            line.lines().find(|line| line.contains(&format!("| {what} |"))).unwrap().to_owned();
        let new = line.split(" | ").nth(3).unwrap();
        new.split(' ').next().unwrap().parse().unwrap()
    };
    let [run, tests] = ["| `cargo run -p experiments", "| `cargo test --workspace`, after it"]
        .map(|row| [measured(row, "seconds"), measured(row, "`target`, MiB")]);
    let tens = |x: f64| 10.0 * (x / 10.0).round();
    let thousands = |x: f64| format!("{},{:03}", (x / 1000.0).floor(), x % 1000.0);
    assert_says(&format!(
        "the first command takes about {} seconds, nearly all of it compilation, and {} MB of disk space. The tests \
         take about {} minutes more, and {} MB in all.",
        tens(run[0]),
        tens(run[1]),
        ["no", "one", "two", "three", "four", "five"][(tests[0] / 60.0).round() as usize],
        thousands(tens(tests[1])),
    ));
}
