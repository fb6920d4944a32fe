//! Describes an IDX file, gzip or uncompressed, and draws one of its images as text.
//!
//! ```text
//! cargo run -p mnist-io --example show -- FILE [INDEX]
//! ```
//!
//! INDEX of the image counts from 0, the default. Of labels, it prints how many there are of each
//! class; of other arrays, type and size.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use mnist_io::Images;
use mnist_io::idx::{FormatError, parse};

/// From no ink to full ink.
const INK: &[u8] = b" .:-=+*#%@";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let index = arguments.get(1).map_or(Ok(0), |index| index.parse());
    let (Some(path), Ok(index)) = (arguments.first(), index) else {
        eprintln!("usage: show FILE [INDEX]");
        return ExitCode::from(2);
    };
    let text = match describe(path, index) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: {path}: {error}");
            return ExitCode::from(3);
        }
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => ExitCode::from(5),
        _ => ExitCode::SUCCESS,
    }
}

fn describe(path: &str, index: usize) -> Result<String, Box<dyn Error>> {
    let array = parse(&std::fs::read(path)?)?;
    if let Ok(labels) = array.clone().into_labels() {
        let mut text = format!("{} labels\n", labels.len());
        for class in 0..=u8::MAX {
            let count = labels.iter().filter(|&&label| label == class).count();
            if count > 0 {
                text += &format!("{class}: {count}\n");
            }
        }
        return Ok(text);
    }
    let (size, element) = (format!("{:?}", array.dims()), array.element_type());
    match array.into_images() {
        Ok(images) if index >= images.count() => {
            Err(format!("no image {index}: it holds {}, counted from 0", images.count()).into())
        }
        Ok(images) => {
            let (count, rows, cols) = (images.count(), images.rows(), images.cols());
            Ok(format!(
                "{count} images of {rows}×{cols}, number {index}:\n{}",
                draw(&images, index)
            ))
        }
        Err(FormatError::Unusable { .. } | FormatError::Pixel { .. }) => {
            Ok(format!("{size} of {element}\n"))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Two characters per pixel, together about as wide as a line is high.
fn draw(images: &Images, index: usize) -> String {
    let mut text = String::new();
    for row in images.image(index).chunks(images.cols()) {
        for &pixel in row {
            let letter = char::from(INK[usize::from(pixel) * (INK.len() - 1) / 255]);
            text.extend([letter, letter]);
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}
