//! Parses any bytes as an IDX file, as images and as labels: the result is an error, or exactly
//! what the bytes say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mnist_io::idx::{parse, parse_images, parse_labels};

fuzz_target!(|file: &[u8]| {
    // Gzip has its own target.
    if file.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let array = parse(file);
    if let Ok(array) = &array {
        let mut written = Vec::new();
        array.write_to(&mut written).unwrap();
        assert_eq!(written, file);
    }
    // It makes no difference whether the header is checked before or after reading the elements.
    let images = parse_images(file).ok();
    assert_eq!(images, array.as_ref().ok().and_then(|array| array.clone().into_images().ok()));
    if let Some(images) = images {
        assert_eq!(images.pixels().len(), images.count() * images.rows() * images.cols());
    }
    let labels = parse_labels(file).ok();
    assert_eq!(labels, array.ok().and_then(|array| array.into_labels().ok()));
});
