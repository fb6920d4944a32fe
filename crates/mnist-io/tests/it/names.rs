//! The file names of EMNIST and QMNIST.

use std::fs;
use std::path::Path;

use crate::common::{fault, folder};
use mnist_io::idx::{Array, Elements, write, write_images, write_labels};
use mnist_io::{Dataset, DatasetName, Error, load, synthetic};
use tempfile::TempDir;

fn load_custom(dir: &Path) -> Dataset {
    load(dir, DatasetName::Custom).unwrap()
}

/// Writes `data` under the names of an EMNIST split, with transposed images and changed labels.
fn write_emnist(dir: &Path, split: &str, data: &Dataset, label: fn(u8) -> u8) {
    for (name, split_data) in [("train", &data.train), ("test", &data.test)] {
        let stem = format!("emnist-{split}-{name}");
        let images = dir.join(format!("{stem}-images-idx3-ubyte.gz"));
        write_images(&images, &split_data.images.transposed()).unwrap();
        let labels: Vec<u8> = split_data.labels.iter().map(|&digit| label(digit)).collect();
        write_labels(&dir.join(format!("{stem}-labels-idx1-ubyte.gz")), &labels).unwrap();
    }
}

#[test]
fn emnist_letters_are_27_classes_and_upright_after_transposing() {
    let (dir, digits) = (TempDir::new().unwrap(), synthetic(1, 12, 8));
    write_emnist(dir.path(), "letters", &digits, |digit| digit + 17);
    let read = load_custom(dir.path());
    assert_eq!(read.classes(), 27);
    assert_eq!(read.train.labels[0], digits.train.labels[0] + 17);
    assert_ne!(read.train.images, digits.train.images);
    let upright = read.transposed();
    assert_eq!(
        (upright.train.images, upright.test.images),
        (digits.train.images, digits.test.images)
    );
}

/// The archive of EMNIST unpacks to such a folder.
#[test]
fn several_data_sets_in_a_folder_are_an_error_that_names_them() {
    let (dir, digits) = (TempDir::new().unwrap(), synthetic(1, 12, 8));
    for split in ["letters", "digits"] {
        write_emnist(dir.path(), split, &digits, |digit| digit);
    }
    let (error, message) = fault(dir.path());
    assert!(matches!(error, Error::Several { .. }), "{message}");
    assert!(
        message.ends_with(
            ": training images of 2 data sets, emnist-digits-train-images-idx3-ubyte.gz, \
             emnist-letters-train-images-idx3-ubyte.gz: give one of them a folder of its own"
        ),
        "{message}"
    );
}

#[test]
fn files_without_a_prefix_are_preferred_and_prefixes_are_not_mixed() {
    let (dir, digits) = folder();
    write_emnist(dir.path(), "letters", &digits, |digit| digit + 17);
    assert_eq!(load_custom(dir.path()).train, digits.train);

    fs::remove_file(dir.path().join("t10k-labels-idx1-ubyte")).unwrap();
    let (_, message) = fault(dir.path());
    assert!(message.contains("no test labels: looked for t10k-labels-idx*, "), "{message}");

    fs::remove_file(dir.path().join("train-images-idx3-ubyte")).unwrap();
    fs::remove_file(dir.path().join("emnist-letters-test-labels-idx1-ubyte.gz")).unwrap();
    let (_, message) = fault(dir.path());
    assert!(
        message.contains(
            "no test labels: looked for emnist-letters-t10k-labels-idx*, \
             emnist-letters-t10k-labels.idx*, emnist-letters-test-labels-idx*, "
        ),
        "{message}"
    );
}

#[test]
fn qmnist_loads_under_its_published_names() {
    let (dir, digits) = (TempDir::new().unwrap(), synthetic(1, 12, 8));
    for (name, split) in [("train", &digits.train), ("test", &digits.test)] {
        let stem = dir.path().join(format!("qmnist-{name}"));
        let path = |end| format!("{}-{end}", stem.display());
        write_images(path("images-idx3-ubyte").as_ref(), &split.images).unwrap();
        let rows = split.labels.iter().flat_map(|&digit| [digit.into(), 1, 2, 3, 4, 5, 6, 7]);
        let labels = Array::new(vec![split.labels.len() as u32, 8], Elements::I32(rows.collect()));
        write(path("labels-idx2-int").as_ref(), &labels).unwrap();
    }
    let read = load_custom(dir.path());
    assert_eq!((read.train, read.test), (digits.train, digits.test));
    assert_eq!(read.source.files[1].bytes, 12 + 12 * 8 * 4);
    assert_eq!(read.source.files[1].path, dir.path().join("qmnist-train-labels-idx2-int"));
}
