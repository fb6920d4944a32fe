//! Bad data and bad flags: the right exit code, one clear line, and nothing written.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::common::{run, stderr};

const SECTION: &str = "sec6_3_batchnorm";
const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

fn idx(magic: u32, sizes: &[u32], payload: usize) -> Vec<u8> {
    let header = std::iter::once(&magic).chain(sizes).flat_map(|word| word.to_be_bytes());
    header.chain(std::iter::repeat_n(1, payload)).collect()
}

/// Writes a small valid data set.
fn good_files(dir: &Path) {
    for (name, count) in NAMES.iter().zip([1200, 1200, 20, 20_u32]) {
        let bytes = if name.contains("images") {
            idx(0x803, &[count, 28, 28], count as usize * 784)
        } else {
            idx(0x801, &[count], count as usize)
        };
        fs::write(dir.join(name), bytes).unwrap();
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Damages one file of a valid data set, and asserts exit code 3 and a message of one line that
/// names the file.
fn expect_data_error(file: &str, expected: &[&str], damage: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    good_files(&data);
    damage(&data);
    let flags = ["--data-dir", "data", "--dataset", "custom", "--out", "out", "--quick"];
    let output = run(SECTION, folder.path(), &flags);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    for text in expected.iter().chain([&file]) {
        assert!(message.contains(text), "no {text:?} in: {message}");
    }
    assert!(!folder.path().join("out").exists());
    assert!(output.stdout.is_empty());
}

#[test]
fn the_undamaged_files_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    good_files(folder.path());
    let flags = ["--data-dir", ".", "--dataset", "custom", "--out", "out", "--quick"];
    let output = run(SECTION, folder.path(), &flags);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("data: custom data, not MNIST"));
}

#[test]
fn a_missing_file() {
    expect_data_error("train-images-idx*", &["training images", "looked for"], |dir| {
        fs::remove_file(dir.join(NAMES[0])).unwrap();
    });
}

#[test]
fn a_truncated_file() {
    expect_data_error(NAMES[0], &["ends at byte 5000", "promises 940816 bytes", "fetch"], |dir| {
        let path = dir.join(NAMES[0]);
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..5000]).unwrap();
    });
}

#[test]
fn a_wrong_magic_number() {
    expect_data_error(NAMES[1], &["expected"], |dir| {
        fs::write(dir.join(NAMES[1]), idx(0x1234, &[1200], 1200)).unwrap();
    });
}

#[test]
fn labels_in_place_of_images() {
    expect_data_error(NAMES[2], &["labels", "images"], |dir| {
        fs::copy(dir.join(NAMES[3]), dir.join(NAMES[2])).unwrap();
    });
}

#[test]
fn a_header_that_promises_more_than_the_file_holds() {
    expect_data_error(NAMES[0], &["ends at byte 800", "promises 47040016 bytes"], |dir| {
        fs::write(dir.join(NAMES[0]), idx(0x803, &[60_000, 28, 28], 784)).unwrap();
    });
}

#[test]
fn a_gzip_that_ends_early() {
    expect_data_error("train-images-idx3-ubyte.gz", &["gzip"], |dir| {
        let path = dir.join(NAMES[0]);
        let packed = gzip(&fs::read(&path).unwrap());
        fs::remove_file(&path).unwrap();
        fs::write(path.with_extension("gz"), &packed[..packed.len() / 2]).unwrap();
    });
}

#[test]
fn other_data_is_not_accepted_as_mnist() {
    let folder = tempfile::tempdir().unwrap();
    good_files(folder.path());
    let output = run(SECTION, folder.path(), &["--data-dir", ".", "--out", "out"]);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains("SHA-256") && message.contains("--dataset custom"), "{message}");
}

#[test]
fn transposing_upright_images_is_an_error() {
    for dataset in ["mnist", "fashion-mnist", "synthetic"] {
        let folder = tempfile::tempdir().unwrap();
        let flags = ["--dataset", dataset, "--transpose", "--out", "out"];
        let output = run(SECTION, folder.path(), &flags);
        assert_eq!(output.status.code(), Some(2), "{dataset}");
        let message = stderr(&output);
        assert!(message.contains("--transpose goes with --dataset custom"), "{message}");
    }
}

#[test]
fn too_few_images() {
    let folder = tempfile::tempdir().unwrap();
    good_files(folder.path());
    fs::write(folder.path().join(NAMES[0]), idx(0x803, &[20, 28, 28], 20 * 784)).unwrap();
    fs::write(folder.path().join(NAMES[1]), idx(0x801, &[20], 20)).unwrap();
    let flags = ["--data-dir", ".", "--dataset", "custom", "--out", "out"];
    let output = run(SECTION, folder.path(), &flags);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("20 training images"), "{}", stderr(&output));
}

#[test]
fn images_that_are_too_large() {
    let folder = tempfile::tempdir().unwrap();
    good_files(folder.path());
    for (name, count) in [(NAMES[0], 20), (NAMES[2], 20)] {
        let bytes = idx(0x803, &[count, 257, 256], count as usize * 257 * 256);
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    fs::write(folder.path().join(NAMES[1]), idx(0x801, &[20], 20)).unwrap();
    let flags = ["--data-dir", ".", "--dataset", "custom", "--out", "out"];
    let output = run(SECTION, folder.path(), &flags);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains("65792 pixels") && message.contains("at most 65536"), "{message}");
}

/// The conclusion that pruning saves epochs fails if every trial has only one epoch.
#[test]
fn with_strict_a_failed_conclusion_exits_with_4_and_keeps_the_results() {
    let folder = tempfile::tempdir().unwrap();
    good_files(folder.path());
    let flags = ["--data-dir", ".", "--dataset", "custom", "--out", "out", "--strict"];
    let pruners = ["--part", "pruners", "--trials", "4", "--epochs", "1", "--runs", "2"];
    let output = run("sec6_5_hyperparameters", folder.path(), &[&flags[..], &pruners].concat());
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let why = "2 of 2 conclusions do not hold in more than half of the seeds";
    assert!(stderr(&output).contains(why), "{}", stderr(&output));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("[FAILS] median pruning saves"), "{stdout}");
    assert!(stdout.contains(": in 0 of 2 seeds; chance for a new seed 0 to 84 %"), "{stdout}");
    let summary = fs::read_to_string(folder.path().join("out/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let conclusion = &summary["conclusions"][0];
    assert_eq!((&conclusion["holds"], &conclusion["held"]), (&false.into(), &0.into()));
    assert_eq!((&conclusion["seeds"], &conclusion["chance"][0]), (&2.into(), &0.0.into()));
}

#[test]
fn wrong_flags_exit_with_2_and_a_message_about_allowed_values() {
    let cases: [(&[&str], &str); 7] = [
        (&["--part", "nonsense"], "batchnorm"),
        (&["--dataset", "synthetic", "--out", "out", "--lr", "1e300"], "lr"),
        (&["--runs", "0"], "1..=1000"),
        (&["--dataset", "cifar"], "mnist, fashion-mnist, synthetic or custom"),
        (&["--precision", "f16"], "f32, f64"),
        (&["--threads", "none"], "--threads"),
        (&["--lerning-rate", "1"], "--help"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (flags, allowed) in cases {
        let output = run(SECTION, folder.path(), flags);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(allowed), "{flags:?}: {}", stderr(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_output_path_with_other_files_is_refused_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "mine").unwrap();
    for out in ["file", "."] {
        let output =
            run(SECTION, folder.path(), &["--dataset", "synthetic", "--quick", "--out", out]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("--out"), "{}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "mine");
}

/// Only Windows has such names; a run trained everything, and could not put its results there.
#[cfg(windows)]
#[test]
fn the_name_of_a_device_is_refused_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    for out in ["nul", "results/com1.txt"] {
        let output = run(SECTION, folder.path(), &["--dataset", "synthetic", "--out", out]);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(out) && message.contains("device"), "{message}");
    }
    let search =
        ["--dataset", "synthetic", "--part", "search", "--study", "con.log", "--out", "out"];
    let output = run("sec6_5_hyperparameters", folder.path(), &search);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("con.log"));
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
}
