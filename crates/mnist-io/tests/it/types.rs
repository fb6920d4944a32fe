//! Element types and numbers of dimensions: golden files by NumPy, and which arrays are images or
//! labels.

use mnist_io::Images;
use mnist_io::idx::{Array, Elements, parse, parse_images, parse_labels};

/// The bytes of a file.
fn bytes(array: &Array) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.write_to(&mut bytes).unwrap();
    bytes
}

fn file(dims: &[u32], elements: Elements) -> Vec<u8> {
    bytes(&Array::new(dims.to_vec(), elements))
}

fn images(dims: &[u32], elements: Elements) -> Result<Images, String> {
    parse_images(&file(dims, elements)).map_err(|fault| fault.to_string())
}

fn labels(dims: &[u32], elements: Elements) -> Result<Vec<u8>, String> {
    parse_labels(&file(dims, elements)).map_err(|fault| fault.to_string())
}

/// `docs/reference/idx.py` writes these values.
#[test]
fn golden_files_by_numpy_are_read_and_written_as_the_same_bytes() {
    macro_rules! golden {
        ($name:literal, $dims:expr, $elements:expr) => {
            let golden = include_bytes!(concat!("../goldens/", $name, ".idx"));
            let array = Array::new($dims.to_vec(), $elements);
            assert_eq!(parse(golden).unwrap(), array, $name);
            assert_eq!(bytes(&array), golden, $name);
        };
    }
    golden!("u8", [4], Elements::U8(vec![0, 1, 128, 255]));
    golden!("i8", [3, 2], Elements::I8(vec![0, 1, -1, 127, -128, 64]));
    golden!("i16", [2, 2, 1], Elements::I16(vec![0, 300, -32768, 32767]));
    golden!("i32", [4], Elements::I32(vec![0, -2, i32::MAX, i32::MIN]));
    golden!("f32", [2, 3], Elements::F32(vec![0.0, 0.1, -1.5, 3.4e38, 1e-45, f32::INFINITY]));
    golden!("f64", [2, 1, 1, 2], Elements::F64(vec![0.1, -2.5, 1.7e308, 5e-324]));
}

#[test]
fn the_first_column_of_qmnist_labels_is_the_class() {
    let golden = include_bytes!("../goldens/qmnist_labels.idx");
    assert_eq!(golden[..12], [0, 0, 0x0c, 2, 0, 0, 0, 2, 0, 0, 0, 8]);
    assert_eq!(parse_labels(golden).unwrap(), [5, 9]);
}

#[test]
fn integers_of_any_type_are_labels() {
    assert_eq!(labels(&[3], Elements::U8(vec![0, 26, 255])).unwrap(), [0, 26, 255]);
    assert_eq!(labels(&[2], Elements::I8(vec![0, 127])).unwrap(), [0, 127]);
    assert_eq!(labels(&[2], Elements::I16(vec![1, 255])).unwrap(), [1, 255]);
    assert_eq!(labels(&[2], Elements::I32(vec![61, 0])).unwrap(), [61, 0]);
    assert_eq!(labels(&[2, 1], Elements::I16(vec![7, 8])).unwrap(), [7, 8]);
}

#[test]
fn labels_outside_0_to_255_are_named_with_their_offset() {
    let message = |dims: &[u32], elements| labels(dims, elements).unwrap_err();
    assert_eq!(
        message(&[3], Elements::I8(vec![1, 2, -3])),
        "label -3 at byte 10 (signed byte (0x09)), expected 0 to 255: relabel the data"
    );
    assert_eq!(
        message(&[2], Elements::I16(vec![0, 300])),
        "label 300 at byte 10 (16-bit integer (0x0b)), expected 0 to 255: relabel the data"
    );
    let mut qmnist = vec![0; 16];
    qmnist[8] = 256;
    assert!(message(&[2, 8], Elements::I32(qmnist)).starts_with("label 256 at byte 44 "));
}

#[test]
fn arrays_unusable_as_labels_are_described_by_type_and_size() {
    let message = |dims: &[u32], elements| labels(dims, elements).unwrap_err();
    let expected = "expected integers (0x08, 0x09, 0x0b, 0x0c) in 1 dimension, or, as in QMNIST, \
                    32-bit integers (0x0c) in 2, the second of size 8; convert the data";
    assert_eq!(
        message(&[2], Elements::F32(vec![1.0, 2.0])),
        format!(
            "holds 32-bit float (0x0d) elements in an array of size 2, which cannot be used as \
             labels: {expected}"
        )
    );
    // In one-hot rows, the first column is not the class.
    assert_eq!(
        message(&[1, 10], Elements::I32(vec![0; 10])),
        format!(
            "holds 32-bit integer (0x0c) elements in an array of size 1×10, which cannot be used \
             as labels: {expected}"
        )
    );
    assert!(message(&[1, 8], Elements::U8(vec![0; 8])).contains("unsigned byte (0x08)"));
    assert!(message(&[0, 0], Elements::U8(vec![])).contains("size 0×0,"));
    assert_eq!(
        message(&[1, 2, 2], Elements::F32(vec![0.0; 4])),
        "holds images (byte 3 is 3), expected labels: swap the files"
    );
}

#[test]
fn two_dimensions_are_square_images_if_possible() {
    let read = images(&[2, 4], Elements::U8((0..8).collect())).unwrap();
    assert_eq!(read, Images::new(2, 2, (0..8).collect()));
    let read = images(&[2, 5], Elements::U8((0..10).collect())).unwrap();
    assert_eq!(read, Images::new(1, 5, (0..10).collect()));
    let read = images(&[1, 2, 3], Elements::U8((0..6).collect())).unwrap();
    assert_eq!(read, Images::new(2, 3, (0..6).collect()));
}

#[test]
fn floats_made_from_bytes_become_the_same_bytes() {
    let all: Vec<u8> = (0..=255).collect();
    let quotients: Vec<f32> = all.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    let products: Vec<f32> = all.iter().map(|&byte| f32::from(byte) * (1.0 / 255.0)).collect();
    let widened: Vec<f64> = quotients.iter().map(|&pixel| pixel.into()).collect();
    let exact: Vec<f64> = all.iter().map(|&byte| f64::from(byte) / 255.0).collect();
    let whole: Vec<f32> = all.iter().map(|&byte| byte.into()).collect();
    let wide: Vec<f64> = all.iter().map(|&byte| byte.into()).collect();
    for elements in [
        Elements::F32(quotients),
        Elements::F32(products),
        Elements::F64(widened),
        Elements::F64(exact),
        Elements::F32(whole),
        Elements::F64(wide),
    ] {
        let read = images(&[1, 16, 16], elements).unwrap();
        assert_eq!(read.pixels(), all);
    }
    // If no pixel is above 1, 1 is full ink.
    let read = images(&[1, 1, 2], Elements::F32(vec![0.0, 1.0])).unwrap();
    assert_eq!(read.pixels(), [0, 255]);
}

#[test]
fn floats_that_are_not_bytes_are_refused() {
    let message = |pixels| images(&[1, 1, 2], Elements::F32(pixels)).unwrap_err();
    assert_eq!(
        message(vec![0.0, 0.5]),
        "pixel 0.5 at byte 20 (32-bit float (0x0d)), expected k/255 for a whole k from 0 to 255, \
         as no pixel is above 1: convert the data to unsigned bytes"
    );
    assert_eq!(
        message(vec![3.0, 0.2]),
        "pixel 0.20000000298023224 at byte 20 (32-bit float (0x0d)), expected whole numbers from 0 \
         to 255, as some pixels are above 1: convert the data to unsigned bytes"
    );
    for pixel in [f32::NAN, f32::INFINITY, -1.0, -1.0 / 255.0, 256.0, 254.5] {
        let message = message(vec![0.0, pixel]);
        assert!(message.starts_with(&format!("pixel {pixel} at byte 20")) || pixel > -1.0);
        assert!(message.contains(" at byte 20 "), "{pixel}: {message}");
    }
}

#[test]
fn arrays_unusable_as_images_are_described_by_type_and_size() {
    let message = |dims: &[u32], elements| images(dims, elements).unwrap_err();
    let expected = "expected unsigned bytes (0x08) or floats (0x0d, 0x0e) in 3 dimensions (images, \
                    rows, columns) or 2 (images, pixels); convert the data";
    assert_eq!(
        message(&[1, 2, 2], Elements::I32(vec![0; 4])),
        format!(
            "holds 32-bit integer (0x0c) elements in an array of size 1×2×2, which cannot be used \
             as images: {expected}"
        )
    );
    assert_eq!(
        message(&[1, 2, 1, 2, 1], Elements::U8(vec![0; 4])),
        format!(
            "holds unsigned byte (0x08) elements in an array of size 1×2×1×2×…, which cannot be \
             used as images: {expected}"
        )
    );
    assert!(message(&[1], Elements::F64(vec![0.0])).contains("64-bit float (0x0e)"));
    assert_eq!(
        message(&[1, 0], Elements::U8(vec![])),
        "header at byte 8 says images of 1×0, expected at least 1×1: write it again"
    );
}

#[test]
fn invalid_headers_are_refused() {
    let message = |bytes: &[u8]| parse(bytes).unwrap_err().to_string();
    assert!(message(&[0, 0, 0x0a, 1, 0, 0, 0, 0]).starts_with("element type 0x0a at byte 2"));
    assert!(message(&[0, 0, 0x08, 0, 5]).starts_with("0 dimensions at byte 3"));
    assert!(message(&[0, 0, 0x0f, 1, 0, 0, 0, 0]).starts_with("starts with bytes"));
    assert_eq!(
        message(&[0, 0, 0x0e, 2, 0, 0, 0]),
        "ends at byte 7, but its header takes 12 bytes or more: fetch or write it again"
    );
}

#[test]
fn every_prefix_of_every_type_is_short_and_one_byte_more_is_too_long() {
    for elements in [
        Elements::I8(vec![1; 5]),
        Elements::I16(vec![1; 5]),
        Elements::I32(vec![1; 2000]),
        Elements::F32(vec![1.0; 5]),
        Elements::F64(vec![1.0; 5]),
    ] {
        let mut file = file(&[elements.len() as u32], elements);
        for len in 0..file.len() {
            let message = parse(&file[..len]).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("ends at byte {len}, but its header")),
                "{message}"
            );
        }
        let end = file.len();
        file.push(0);
        let message = parse(&file).unwrap_err().to_string();
        assert!(message.starts_with(&format!("goes on at byte {end}, ")), "{message}");
    }
}
