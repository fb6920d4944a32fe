//! Says what an IDX file holds, gzip or plain, and draws one of its images in letters.
//!
//! ```text
//! cargo run -p mnist-io --example show -- FILE [INDEX]
//! ```
//!
//! For labels: how many there are of each digit. INDEX counts from 0, the default.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use mnist_io::Images;
use mnist_io::idx::{FormatError, parse_images, parse_labels};

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
    let file = std::fs::read(path)?;
    match parse_images(&file) {
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
        Err(FormatError::Swapped { .. }) => {
            let labels = parse_labels(&file)?;
            let mut text = format!("{} labels\n", labels.len());
            for digit in 0..10 {
                let count = labels.iter().filter(|&&label| label == digit).count();
                text += &format!("{digit}: {count}\n");
            }
            Ok(text)
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Two letters a pixel, which are about as wide as a line is high.
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
