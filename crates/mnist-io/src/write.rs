//! Writes arrays, images and labels to IDX files, completely or not at all.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use crate::idx::{Array, ElementType, Header};
use crate::{Error, Images, file};

/// Writes `images` to `path`: gzip if the name ends in `.gz`, else uncompressed.
///
/// The file is complete or absent: it is written under a temporary name in the same folder, synced
/// and renamed, and the folder is synced. The same images give the same bytes.
///
/// # Errors
///
/// [`Error::Io`] when the folder cannot be written; [`Error::Format`] when the images take more
/// than [`MAX_PAYLOAD`](crate::idx::MAX_PAYLOAD), which the parser would refuse.
///
/// ```
/// use mnist_io::{Images, idx};
///
/// let path = std::env::temp_dir().join(format!("mnist-io-doc-{}", std::process::id()));
/// idx::write_images(&path, &Images::new(1, 2, vec![7, 9]))?;
/// assert_eq!(std::fs::read(&path)?, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_images(path: &Path, images: &Images) -> Result<(), Error> {
    let dims = [images.count(), images.rows(), images.cols()];
    write_file(path, bytes_of(&dims), |out| out.write_all(images.pixels()))
}

/// Writes `labels` to `path`, in the same way as [`write_images`].
///
/// # Errors
///
/// As [`write_images`].
pub fn write_labels(path: &Path, labels: &[u8]) -> Result<(), Error> {
    write_file(path, bytes_of(&[labels.len()]), |out| out.write_all(labels))
}

/// Writes any `array` to `path`, in the same way as [`write_images`].
///
/// # Errors
///
/// As [`write_images`].
pub fn write(path: &Path, array: &Array) -> Result<(), Error> {
    write_file(path, array.header.clone(), |mut out| array.elements.write_to(&mut out))
}

/// The header of unsigned bytes. A dimension above `u32::MAX` becomes that, which is too large for
/// [`Header::checked`].
fn bytes_of(dims: &[usize]) -> Header {
    let dims = dims.iter().map(|&dim| u32::try_from(dim).unwrap_or(u32::MAX)).collect();
    Header { element: ElementType::U8, dims }
}

fn write_file(
    path: &Path,
    header: Header,
    write_elements: impl Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let header = header.checked().map_err(Error::format(path))?.to_bytes();
    let write = || {
        let mut temporary = NamedTempFile::new_in(path.parent().unwrap_or(path))?;
        let mut file = temporary.as_file_mut();
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut encoder = GzEncoder::new(BufWriter::new(file), Compression::default());
            encoder.write_all(&header)?;
            write_elements(&mut encoder)?;
            encoder.finish()?.flush()?;
        } else {
            file.write_all(&header)?;
            write_elements(&mut file)?;
        }
        file::persist(temporary, path)
    };
    write().map_err(Error::io(path))
}
