//! Parses any bytes as a gzip file, and any bytes compressed: the result is an error, or what
//! parsing the uncompressed bytes gives.
#![no_main]

use std::io::Read;

use flate2::Compression;
use flate2::read::GzEncoder;
use libfuzzer_sys::fuzz_target;
use mnist_io::idx::{parse_images, parse_labels};

fuzz_target!(|input: &[u8]| {
    let (Some(first), Some(rest)) = (input.first(), input.get(1..)) else { return };
    if first % 2 == 0 {
        let file = [&[0x1f, 0x8b], rest].concat();
        let _ = (parse_images(&file), parse_labels(&file));
    } else if !rest.starts_with(&[0x1f, 0x8b]) {
        let mut file = Vec::new();
        GzEncoder::new(rest, Compression::fast()).read_to_end(&mut file).unwrap();
        assert_eq!(parse_images(&file).ok(), parse_images(rest).ok());
        assert_eq!(parse_labels(&file).ok(), parse_labels(rest).ok());
    }
});
