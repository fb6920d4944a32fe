//! Any bytes as an image file and as a label file: an error, or exactly what the bytes say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mnist_io::idx::{parse_images, parse_labels};

fuzz_target!(|file: &[u8]| {
    // Gzip has its own target.
    if file.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    if let Ok(images) = parse_images(file) {
        assert_eq!(images.pixels(), &file[16..]);
        assert_eq!(images.pixels().len(), images.count() * images.rows() * images.cols());
    }
    if let Ok(labels) = parse_labels(file) {
        assert_eq!(labels, &file[8..]);
    }
});
