//! Any bytes as an IDX file, as an image file and as a label file: an error, or exactly what the bytes
//! say.
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
    // Looked at before the elements are read, or after: the same.
    let images = parse_images(file).ok();
    assert_eq!(images, array.as_ref().ok().and_then(|array| array.clone().into_images().ok()));
    if let Some(images) = images {
        assert_eq!(images.pixels().len(), images.count() * images.rows() * images.cols());
    }
    let labels = parse_labels(file).ok();
    assert_eq!(labels, array.ok().and_then(|array| array.into_labels().ok()));
});
