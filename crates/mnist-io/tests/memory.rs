//! Memory allocated for a data set, and for files that promise far more than they hold, or
//! decompress to far more than they promise.
//!
//! One test in a separate binary, because the peak is that of the whole process.

#[path = "it/common/mod.rs"]
mod common;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use common::{fault, folder};
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use mnist_io::idx::{Array, Elements, FormatError, parse, write_images, write_labels};
use mnist_io::{DatasetName, Error, load, save, synthetic};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Compresses `bytes` to complete deflate blocks, which may be repeated in any stream.
fn blocks(bytes: &[u8]) -> Vec<u8> {
    let mut blocks = Vec::with_capacity(1 << 12);
    Compress::new(Compression::best(), false)
        .compress_vec(bytes, &mut blocks, FlushCompress::Full)
        .unwrap();
    blocks
}

/// Writes a valid gzip file of `start` followed by `mebibytes` MiB of zeros.
fn write_bomb(path: &Path, start: &[u8], mebibytes: u32) -> io::Result<()> {
    let zeros = vec![0; 1 << 20];
    let (mut crc, mut zeros_crc) = (Crc::new(), Crc::new());
    crc.update(start);
    zeros_crc.update(&zeros);
    let zeros = blocks(&zeros);
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])?;
    file.write_all(&blocks(start))?;
    for _ in 0..mebibytes {
        file.write_all(&zeros)?;
        crc.combine(&zeros_crc);
    }
    // An empty last block, the checksum, and the length modulo 2³².
    file.write_all(&[3, 0])?;
    file.write_all(&crc.sum().to_le_bytes())?;
    file.write_all(&((start.len() as u32).wrapping_add(mebibytes << 20)).to_le_bytes())?;
    file.flush()
}

/// The peak of allocated bytes during a load of `dir` that fails, and the fault.
fn peak(dir: &Path) -> (usize, FormatError) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let (error, _) = fault(dir);
    let Error::Format { fault, .. } = error else { panic!("{error}") };
    (MEMORY.peak_usage() - before, fault)
}

/// The peak of allocated bytes during a load of `dir` that succeeds, and the length of all
/// decompressed files.
fn peak_of_success(dir: &Path, name: DatasetName) -> (usize, usize) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let dataset = load(dir, name).unwrap();
    let peak = MEMORY.peak_usage() - before;
    let payload = dataset.source.files.iter().map(|file| file.bytes as usize).sum();
    (peak, payload)
}

const MIB: usize = 1 << 20;

#[test]
fn memory_is_allocated_for_what_files_hold_not_for_what_they_promise() {
    a_data_set_takes_the_memory_of_its_payload();
    numbers_take_the_memory_of_their_payload();
    a_header_alone_allocates_nothing();
}

fn a_data_set_takes_the_memory_of_its_payload() {
    let dir = tempfile::tempdir().unwrap();
    let digits = synthetic(1, 6_000, 1_000);
    save(dir.path(), &digits).unwrap();
    let (plain, payload) = peak_of_success(dir.path(), DatasetName::Custom);
    assert_eq!(payload, 7_000 * 785 + 2 * 16 + 2 * 8);
    assert!(plain < payload + MIB, "plain: {plain} bytes for {payload}");

    // The same data as gzip.
    let dir = tempfile::tempdir().unwrap();
    for (split, name) in [(&digits.train, "train"), (&digits.test, "t10k")] {
        let images = dir.path().join(format!("{name}-images-idx3-ubyte.gz"));
        write_images(&images, &split.images).unwrap();
        let labels = dir.path().join(format!("{name}-labels-idx1-ubyte.gz"));
        write_labels(&labels, &split.labels).unwrap();
    }
    let (gzip, payload) = peak_of_success(dir.path(), DatasetName::Custom);
    assert!(gzip < payload + MIB, "gzip: {gzip} bytes for {payload}");
    eprintln!("{payload} bytes of payload: {plain} allocated for plain files, {gzip} for gzip");

    if let Some(dir) = std::env::var_os("MNIST_DIR") {
        let (peak, payload) = peak_of_success(dir.as_ref(), DatasetName::Mnist);
        assert!(peak < payload + MIB, "MNIST: {peak} bytes for {payload}");
        eprintln!("{payload} bytes of MNIST: {peak} allocated");
    }
}

/// Bytes are converted to numbers in chunks, from uncompressed and from gzip files.
fn numbers_take_the_memory_of_their_payload() {
    let payload = 8 * MIB;
    let array = Array::new(vec![MIB as u32], Elements::F64(vec![0.1; MIB]));
    let mut file = Vec::with_capacity(payload + 8);
    array.write_to(&mut file).unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&file).unwrap();
    for file in [file, gzip.finish().unwrap()] {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        assert!(parse(&file).unwrap() == array);
        let peak = MEMORY.peak_usage() - before;
        assert!(peak < payload + MIB, "{peak} bytes for {payload}");
    }
}

fn a_header_alone_allocates_nothing() {
    let header = |count: u32| {
        [&[0, 0, 8, 3][..], &count.to_be_bytes(), &[0, 0, 0, 28, 0, 0, 0, 28]].concat()
    };
    let (dir, _) = folder();
    let path = dir.path().join("train-images-idx3-ubyte");

    // Check that `write_bomb` writes valid files, or the test would prove nothing.
    write_bomb(&path, &[&header(1338)[..], &[0; 1338 * 784 - MIB]].concat(), 1).unwrap();
    assert!(matches!(fault(dir.path()).0, Error::Counts { images: 1338, .. }));

    write_bomb(&path, &[], 10 * 1024).unwrap();
    let (bytes, fault) = peak(dir.path());
    assert!(matches!(fault, FormatError::Magic { found: [0, 0, 0, 0], .. }), "{fault}");
    assert!(bytes < MIB, "10 GiB of zeros: {bytes} bytes");

    write_bomb(&path, &header(10_000), 10 * 1024).unwrap();
    let (bytes, fault) = peak(dir.path());
    assert!(matches!(fault, FormatError::Trailing { offset: 7_840_016 }), "{fault}");
    assert!(bytes < 7_840_000 + MIB, "10 GiB of zeros after a header: {bytes} bytes");

    // A gzip file of 10 MB can hold 10 GiB, but they are above the limit.
    write_bomb(&path, &header(13_000_000), 10 * 1024).unwrap();
    let (bytes, fault) = peak(dir.path());
    assert!(matches!(fault, FormatError::TooLarge { .. }), "{fault}");
    assert!(bytes < MIB, "a header of 10 GiB: {bytes} bytes");

    write_bomb(&path, &header(1_000_000), 0).unwrap();
    let (bytes, fault) = peak(dir.path());
    assert!(matches!(fault, FormatError::Short { .. }), "{fault}");
    assert!(bytes < MIB, "784 MB promised by a small gzip: {bytes} bytes");

    std::fs::write(&path, header(1_000_000)).unwrap();
    let (bytes, fault) = peak(dir.path());
    assert!(matches!(fault, FormatError::Short { found: 16, .. }), "{fault}");
    assert!(bytes < MIB, "784 MB promised by 16 bytes: {bytes} bytes");

    // The limit counts bytes: it allows 784 million bytes, but not as many floats.
    let floats = [&[0, 0, 0x0d][..], &header(1_000_000)[3..]].concat();
    std::fs::write(&path, floats).unwrap();
    let (bytes, fault) = peak(dir.path());
    assert!(matches!(fault, FormatError::TooLarge { .. }), "{fault}");
    assert!(bytes < MIB, "3 GB of floats promised by 16 bytes: {bytes} bytes");
}
