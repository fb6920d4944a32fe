//! Loading folders as users may have them, good and bad.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::common::{fault, folder};
use flate2::Compression;
use flate2::write::GzEncoder;
use mnist_io::idx::{Array, Elements, FormatError, write, write_images, write_labels};
use mnist_io::{DatasetName, Error, Images, Kind, load};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Changes the bytes of a file in place.
fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn rename(dir: &Path, from: &str, to: &str) {
    fs::rename(dir.join(from), dir.join(to)).unwrap();
}

#[test]
fn dash_or_dot_gzip_or_uncompressed_the_same_data_is_loaded() {
    let (dir, digits) = folder();
    let dir = dir.path();
    let plain = load(dir, DatasetName::Custom).unwrap();
    assert_eq!((&plain.train, &plain.test), (&digits.train, &digits.test));
    assert_eq!(plain.source.kind, Kind::Custom);

    rename(dir, "train-images-idx3-ubyte", "train-images.idx3-ubyte");
    for (plain, zipped) in [
        ("train-labels-idx1-ubyte", "train-labels-idx1-ubyte.gz"),
        ("t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte.gz"),
        // A browser decompressed it and kept the name.
        ("t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz"),
    ] {
        rename(dir, plain, zipped);
    }
    edit(&dir.join("train-labels-idx1-ubyte.gz"), |bytes| *bytes = gzip(bytes));
    edit(&dir.join("t10k-images.idx3-ubyte.gz"), |bytes| *bytes = gzip(bytes));
    let mixed = load(dir, DatasetName::Custom).unwrap();
    assert_eq!((&mixed.train, &mixed.test), (&digits.train, &digits.test));

    let content = |data: &mnist_io::Dataset| -> Vec<_> {
        data.source.files.iter().map(|file| (file.bytes, file.sha256.clone())).collect()
    };
    assert_eq!(content(&plain), content(&mixed));
    assert_eq!(mixed.source.files[2].path, dir.join("t10k-images.idx3-ubyte.gz"));
    assert_eq!(mixed.source.files[0].bytes, 16 + 12 * 784);
}

#[test]
fn a_missing_file_is_named_with_the_command_to_type() {
    let (dir, _) = folder();
    fs::remove_file(dir.path().join("t10k-labels-idx1-ubyte")).unwrap();
    let (_, message) = fault(dir.path());
    assert_eq!(
        message,
        format!(
            "{}: no test labels: looked for t10k-labels-idx*, t10k-labels.idx*, test-labels-idx*, \
             test-labels.idx*; \
             put it there, or name another folder",
            dir.path().display()
        )
    );

    let nowhere = dir.path().join("nowhere");
    let message = load(&nowhere, DatasetName::Mnist).unwrap_err().to_string();
    assert!(
        message.contains(&format!(
            "type `curl -fL --create-dirs -o '{}/train-images-idx3-ubyte.gz' \
             https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz`",
            nowhere.display()
        )),
        "{message}"
    );
}

#[test]
fn other_data_under_the_names_of_mnist_is_refused_as_mnist() {
    let (dir, _) = folder();
    let error = load(dir.path(), DatasetName::Mnist).unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, Error::Digest { .. }), "{message}");
    assert!(message.contains("train-images-idx3-ubyte: not mnist's file"), "{message}");
    assert!(
        message.contains("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        "{message}"
    );
    assert!(message.ends_with("or use `--dataset custom` to allow other data"), "{message}");
}

#[test]
fn labels_in_place_of_images_are_reported_as_such() {
    let (dir, _) = folder();
    fs::copy(
        dir.path().join("train-labels-idx1-ubyte"),
        dir.path().join("train-images-idx3-ubyte"),
    )
    .unwrap();
    let (_, message) = fault(dir.path());
    assert!(
        message.ends_with(
            "train-images-idx3-ubyte: holds labels (byte 3 is 1), expected images: swap the files"
        ),
        "{message}"
    );
}

#[test]
fn an_uncompressed_file_cut_off_or_too_long_is_refused() {
    let (dir, _) = folder();
    let path = dir.path().join("train-images-idx3-ubyte");
    edit(&path, |bytes| bytes.truncate(9000));
    let (_, message) = fault(dir.path());
    assert!(
        message.ends_with(
            ": ends at byte 9000, but its header promises 9424 bytes: fetch or write it again"
        ),
        "{message}"
    );
    edit(&path, |bytes| bytes.resize(9425, 0));
    let (_, message) = fault(dir.path());
    assert!(message.contains(": goes on at byte 9424, where its header says it ends"), "{message}");
}

#[test]
fn a_gzip_cut_off_damaged_or_followed_by_anything_is_refused() {
    let (dir, _) = folder();
    let path = dir.path().join("train-images-idx3-ubyte");
    edit(&path, |bytes| *bytes = gzip(bytes));
    let good = fs::read(&path).unwrap();
    let fault_of = |change: fn(&mut Vec<u8>)| {
        fs::write(&path, &good).unwrap();
        edit(&path, change);
        match fault(dir.path()).0 {
            Error::Format { fault, .. } => fault,
            other => panic!("{other}"),
        }
    };

    let fault = fault_of(|bytes| bytes.truncate(700));
    assert!(matches!(fault, FormatError::GzipShort { offset: 700 }), "{fault}");
    // Without the last byte, the content is complete but the gzip trailer is not.
    let fault = fault_of(|bytes| bytes.truncate(bytes.len() - 1));
    assert!(matches!(fault, FormatError::GzipShort { .. }), "{fault}");
    let fault = fault_of(|bytes| {
        let crc = bytes.len() - 8;
        bytes[crc] ^= 1;
    });
    assert!(matches!(fault, FormatError::Gzip { .. }), "{fault}");
    let len = good.len() as u64;
    let fault = fault_of(|bytes| bytes.push(7));
    assert!(matches!(fault, FormatError::AfterGzip { offset } if offset == len), "{fault}");
    let fault = fault_of(|bytes| bytes.extend([0, 0, 7]));
    assert!(matches!(fault, FormatError::AfterGzip { offset } if offset == len + 2), "{fault}");
    // A second member with another file is read as trailing bytes.
    let fault = fault_of(|bytes| bytes.extend(bytes.clone()));
    assert!(matches!(fault, FormatError::Trailing { .. }), "{fault}");
    // The checksum of a second member is verified too.
    let fault = fault_of(|bytes| {
        let empty = gzip(&[]);
        bytes.extend(&empty[..empty.len() - 1]);
    });
    assert!(matches!(fault, FormatError::GzipShort { .. }), "{fault}");
}

/// `bgzip` and `cat a.gz b.gz` write such files.
#[test]
fn all_members_of_a_gzip_file_are_read() {
    let (dir, _) = folder();
    let whole = load(dir.path(), DatasetName::Custom).unwrap().train.images;
    let path = dir.path().join("train-images-idx3-ubyte");
    let plain = fs::read(&path).unwrap();
    let members: Vec<u8> = plain.chunks(1000).flat_map(gzip).collect();
    for end in [&[][..], &gzip(&[]), &[0; 512]] {
        fs::write(&path, [&members, end].concat()).unwrap();
        let read = load(dir.path(), DatasetName::Custom).unwrap().train.images;
        assert!(read == whole, "with {} bytes after it", end.len());
    }
}

#[test]
fn gzip_content_shorter_or_longer_than_its_header_promises_is_refused() {
    let (dir, _) = folder();
    let path = dir.path().join("train-labels-idx1-ubyte");
    let plain = fs::read(&path).unwrap();
    fs::write(&path, gzip(&plain[..15])).unwrap();
    let (_, message) = fault(dir.path());
    assert!(message.contains("ends at byte 15, but its header promises 20 bytes"), "{message}");
    fs::write(&path, gzip(&[&plain[..], &[0]].concat())).unwrap();
    let (_, message) = fault(dir.path());
    assert!(message.contains("goes on at byte 20"), "{message}");
}

#[test]
fn unusable_labels_are_refused_with_the_name_of_their_file() {
    let (dir, _) = folder();
    let path = dir.path().join("t10k-labels-idx1-ubyte");
    write(&path, &Array::new(vec![8], Elements::F32(vec![1.0; 8]))).unwrap();
    let (_, message) = fault(dir.path());
    assert!(message.contains("t10k-labels-idx1-ubyte: holds 32-bit float (0x0d) "), "{message}");
    write(&path, &Array::new(vec![8], Elements::I32(vec![300; 8]))).unwrap();
    let (_, message) = fault(dir.path());
    assert!(message.contains("t10k-labels-idx1-ubyte: label 300 at byte 8 "), "{message}");
}

#[test]
fn files_that_do_not_fit_together_are_refused() {
    let (dir, _) = folder();
    let dir = dir.path();
    write_labels(&dir.join("train-labels-idx1-ubyte"), &[1; 11]).unwrap();
    let (_, message) = fault(dir);
    assert!(message.contains("train-labels-idx1-ubyte: 11 labels, but "), "{message}");
    assert!(message.contains("train-images-idx3-ubyte holds 12 images"), "{message}");

    write_labels(&dir.join("train-labels-idx1-ubyte"), &[1; 12]).unwrap();
    write_images(&dir.join("t10k-images-idx3-ubyte"), &Images::new(28, 14, vec![0; 28 * 14 * 8]))
        .unwrap();
    let (_, message) = fault(dir);
    assert!(
        message
            .contains("t10k-images-idx3-ubyte: images of 28×14, but the training images are 28×28"),
        "{message}"
    );

    write_images(&dir.join("train-images-idx3-ubyte"), &Images::new(28, 28, vec![])).unwrap();
    assert!(matches!(fault(dir).0, Error::Empty { .. }));
}

#[test]
fn custom_data_may_have_images_of_any_size() {
    let (dir, _) = folder();
    let dir = dir.path();
    let images = |count| Images::new(3, 5, (0..count * 15).map(|i| i as u8).collect());
    write_images(&dir.join("train-images-idx3-ubyte"), &images(12)).unwrap();
    write_images(&dir.join("t10k-images-idx3-ubyte"), &images(8)).unwrap();
    let data = load(dir, DatasetName::Custom).unwrap();
    assert_eq!((data.train.images, data.test.images), (images(12), images(8)));
}

#[test]
fn a_folder_in_place_of_a_file_is_an_error() {
    let (dir, _) = folder();
    let path = dir.path().join("train-images-idx3-ubyte");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(fault(dir.path()).1.contains("train-images-idx3-ubyte: "));
}

#[test]
fn mnist_loads() {
    let Some(dir) = std::env::var_os("MNIST_DIR") else {
        eprintln!("not run: set MNIST_DIR to a folder with the four MNIST files");
        return;
    };
    let mnist = load(Path::new(&dir), DatasetName::Mnist).unwrap();
    assert_eq!(mnist.source.kind, Kind::Mnist);
    assert_eq!((mnist.train.images.count(), mnist.test.images.count()), (60_000, 10_000));
    assert_eq!((mnist.train.images.rows(), mnist.train.images.cols()), (28, 28));
    assert_eq!(mnist.train.labels[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(mnist.test.labels[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    assert_eq!(mnist.source.files[0].bytes, 47_040_016);
    // PyTorch's MNIST example gives the mean of the training pixels as 0.1307.
    let sum: u64 = mnist.train.images.pixels().iter().map(|&pixel| u64::from(pixel)).sum();
    assert!((sum as f64 / 47_040_000.0 / 255.0 - 0.1307).abs() < 5e-5);
    assert_eq!(load(Path::new(&dir), DatasetName::Custom).unwrap().source.kind, Kind::Mnist);
    let error = load(Path::new(&dir), DatasetName::FashionMnist).unwrap_err().to_string();
    assert!(error.contains("not fashion-mnist's file"), "{error}");
}

#[test]
fn fashion_mnist_loads() {
    let Some(dir) = std::env::var_os("FASHION_MNIST_DIR") else {
        eprintln!("not run: set FASHION_MNIST_DIR to a folder with the four Fashion-MNIST files");
        return;
    };
    let load = |name| load(Path::new(&dir), name);
    let fashion = load(DatasetName::FashionMnist).unwrap();
    assert_eq!(fashion.source.kind, Kind::FashionMnist);
    assert_eq!((fashion.train.images.count(), fashion.test.images.count()), (60_000, 10_000));
    // According to the publisher, each class has 6,000 training images.
    for class in 0..10 {
        assert_eq!(fashion.train.labels.iter().filter(|&&label| label == class).count(), 6000);
    }
    assert_eq!(load(DatasetName::Custom).unwrap().source.kind, Kind::FashionMnist);
    let error = load(DatasetName::Mnist).unwrap_err().to_string();
    assert!(error.contains("not mnist's file"), "{error}");
}
