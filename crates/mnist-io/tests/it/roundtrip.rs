//! What the writer writes, the parser reads.

use std::fs;

use mnist_io::idx::{parse_images, parse_labels, write_images, write_labels};
use mnist_io::{Error, Images};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

proptest! {
    // Every case syncs two files to the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn images_of_any_size_come_back(
        (rows, cols, pixels) in (1_usize..9, 1_usize..9, 0_usize..5).prop_flat_map(
            |(rows, cols, count)| (Just(rows), Just(cols), vec(any::<u8>(), rows * cols * count)),
        )
    ) {
        let images = Images::new(rows, cols, pixels);
        let dir = TempDir::new()?;
        for name in ["images", "images.gz"] {
            let path = dir.path().join(name);
            write_images(&path, &images)?;
            prop_assert_eq!(&parse_images(&fs::read(path)?)?, &images);
        }
    }

    #[test]
    fn labels_come_back(labels in vec(0_u8..10, 0..100)) {
        let dir = TempDir::new()?;
        for name in ["labels", "labels.gz"] {
            let path = dir.path().join(name);
            write_labels(&path, &labels)?;
            prop_assert_eq!(&parse_labels(&fs::read(path)?)?, &labels);
        }
    }
}

#[test]
fn writing_replaces_a_file_and_leaves_nothing_else() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("labels");
    write_labels(&path, &[1, 2, 3]).unwrap();
    write_labels(&path, &[4]).unwrap();
    assert_eq!(parse_labels(&fs::read(&path).unwrap()).unwrap(), [4]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("nowhere").join("labels");
    let error = write_labels(&path, &[1]).unwrap_err();
    assert!(matches!(error, Error::Io { .. }));
    assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
    // Said once where a program prints the whole chain.
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
#[should_panic(expected = "labels must be 0 to 9")]
fn a_label_that_no_reader_takes_is_not_written() {
    let _ = write_labels("unused".as_ref(), &[10]);
}
