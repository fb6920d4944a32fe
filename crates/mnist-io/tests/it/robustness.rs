//! Damaged bytes give a typed error or another digest, never a panic or the wrong data.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};

use flate2::Compression;
use flate2::read::GzEncoder;
use mnist_io::idx::{FormatError, parse_images, parse_labels};
use mnist_io::{DatasetName, load, save, synthetic};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

/// A label file as large as MNIST's test labels.
fn label_file() -> Vec<u8> {
    let mut file = vec![0, 0, 8, 1, 0, 0, 0x27, 0x10];
    file.extend((0..10_000).map(|i| (i % 10) as u8));
    file
}

fn image_file() -> Vec<u8> {
    let mut file = vec![0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 28, 0, 0, 0, 28];
    file.extend(synthetic(1, 10, 0).train.images.pixels());
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut zipped = Vec::new();
    GzEncoder::new(bytes, Compression::default()).read_to_end(&mut zipped).unwrap();
    zipped
}

#[test]
fn every_prefix_of_a_label_file_is_short() {
    let file = label_file();
    assert_eq!(parse_labels(&file).unwrap(), &file[8..]);
    for len in 0..file.len() {
        match parse_labels(&file[..len]).unwrap_err() {
            FormatError::ShortHeader { expected: 8, found } if len < 8 => {
                assert_eq!(found, len as u64);
            }
            FormatError::Short { expected: 10_008, found } if len >= 8 => {
                assert_eq!(found, len as u64);
            }
            other => panic!("{len} bytes: {other}"),
        }
    }
}

#[test]
fn every_prefix_of_a_gzip_file_is_refused() {
    let zipped = gzip(&label_file());
    for len in 0..zipped.len() {
        assert!(parse_labels(&zipped[..len]).is_err(), "{len} bytes");
    }
}

#[test]
fn every_bit_of_a_header_matters() {
    let (images, labels) = (image_file(), label_file());
    for bit in 0..128 {
        let mut file = images.clone();
        file[bit / 8] ^= 1 << (bit % 8);
        assert!(parse_images(&file).is_err(), "bit {bit} of the image header");
    }
    for bit in 0..64 {
        let mut file = labels.clone();
        // This bit turns 0x08 into 0x09, and labels below 128 are the same with a sign.
        if bit == 16 {
            continue;
        }
        file[bit / 8] ^= 1 << (bit % 8);
        assert!(parse_labels(&file).is_err(), "bit {bit} of the label header");
    }
}

#[test]
fn extreme_dimensions_are_refused() {
    let extremes = [0, 1, 1 << 31, u32::MAX];
    for count in extremes {
        for rows in extremes {
            for cols in extremes {
                let mut file = image_file();
                for (at, dim) in [(4, count), (8, rows), (12, cols)] {
                    file[at..at + 4].copy_from_slice(&dim.to_be_bytes());
                }
                assert!(parse_images(&file).is_err(), "{count}×{rows}×{cols}");
                assert!(parse_images(&gzip(&file)).is_err(), "{count}×{rows}×{cols}, gzip");
            }
        }
    }
}

#[test]
fn a_changed_byte_of_a_gzip_file_is_noticed_or_harmless() {
    let file = label_file();
    let zipped = gzip(&file);
    for at in 0..zipped.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = zipped.clone();
            damaged[at] ^= flip;
            if let Ok(labels) = parse_labels(&damaged) {
                // Harmless: time and system in the gzip header, or, as the labels repeat, a copy
                // from another distance.
                assert!(labels == file[8..], "byte {at}");
            }
        }
    }
}

#[test]
fn a_changed_byte_of_a_payload_is_an_error_or_another_digest() {
    let dir = TempDir::new().unwrap();
    save(dir.path(), &synthetic(1, 12, 8)).unwrap();
    let path = dir.path().join("train-images-idx3-ubyte");
    let good = fs::read(&path).unwrap();
    let digest = || load(dir.path(), DatasetName::Custom).map(|data| data.source.files[0].clone());
    let expected = digest().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    // In place: some file systems wait for the disk when a file is truncated and written again.
    let mut file = File::options().write(true).open(&path).unwrap();
    for _ in 0..1000 {
        let mut damaged = good.clone();
        let at = rng.next_u32() as usize % damaged.len();
        damaged[at] ^= (rng.next_u32() % 255 + 1) as u8;
        file.rewind().unwrap();
        file.write_all(&damaged).unwrap();
        if let Ok(found) = digest() {
            assert_ne!(found.sha256, expected.sha256, "byte {at}");
        }
    }
    fs::write(&path, good).unwrap();
    assert_eq!(digest().unwrap(), expected);
}
