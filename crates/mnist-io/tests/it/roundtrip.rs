//! The parser reads what the writer wrote.

use std::fs;

use mnist_io::idx::{
    Array, Elements, parse, parse_images, parse_labels, write, write_images, write_labels,
};
use mnist_io::{Error, Images};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

proptest! {
    // Few cases, as each syncs two files to the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn images_of_any_size_are_read_back(
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
    fn labels_are_read_back(labels in vec(any::<u8>(), 0..100)) {
        let dir = TempDir::new()?;
        for name in ["labels", "labels.gz"] {
            let path = dir.path().join(name);
            write_labels(&path, &labels)?;
            prop_assert_eq!(&parse_labels(&fs::read(path)?)?, &labels);
        }
    }

    #[test]
    fn arrays_of_any_type_and_rank_are_read_back(array in arrays()) {
        let dir = TempDir::new()?;
        let plain = {
            let mut bytes = Vec::new();
            array.write_to(&mut bytes)?;
            bytes
        };
        for name in ["array", "array.gz"] {
            let path = dir.path().join(name);
            write(&path, &array)?;
            // Compared as bytes, since NaN differs from itself.
            let mut read = Vec::new();
            parse(&fs::read(path)?)?.write_to(&mut read)?;
            prop_assert_eq!(&read, &plain);
        }
    }
}

/// Arrays of any numbers in 1 to 6 dimensions, each of size 0 to 4.
fn arrays() -> impl Strategy<Value = Array> {
    (vec(0_u32..5, 1..7), 0_usize..6).prop_flat_map(|(dims, element)| {
        let count: u32 = dims.iter().product();
        let numbers = vec(any::<u64>(), count as usize);
        numbers.prop_map(move |n| Array::new(dims.clone(), elements(element, &n)))
    })
}

fn elements(element: usize, bits: &[u64]) -> Elements {
    let bits = bits.iter().copied();
    match element {
        0 => Elements::U8(bits.map(|n| n as u8).collect()),
        1 => Elements::I8(bits.map(|n| n as i8).collect()),
        2 => Elements::I16(bits.map(|n| n as i16).collect()),
        3 => Elements::I32(bits.map(|n| n as i32).collect()),
        4 => Elements::F32(bits.map(|n| f32::from_bits(n as u32)).collect()),
        _ => Elements::F64(bits.map(f64::from_bits).collect()),
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
fn a_missing_folder_is_named() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("nowhere").join("labels");
    let error = write_labels(&path, &[1]).unwrap_err();
    assert!(matches!(error, Error::Io { .. }));
    assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
    // The message contains the cause, which a program that prints the chain would repeat.
    assert!(std::error::Error::source(&error).is_none());
}
