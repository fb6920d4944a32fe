//! NPZ files for NumPy, with an array for each column of a table.

use std::io::Write;

use anyhow::Context;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use crate::findings::{BINS, Bins, Findings, Row, Series};
use crate::report::folder::Folder;

/// `metrics.npz` and `histograms.npz`.
pub(super) fn write(findings: &[Findings], rows: &[Row], folder: &Folder) -> anyhow::Result<()> {
    folder.write("metrics.npz", &metrics(rows)?)?;
    folder.write("histograms.npz", &histograms(&taken(findings))?)
}

/// A histogram with the network and the step that it was taken of, and the name of the parameter or
/// activation.
type Taken<'a> = ((&'a Findings, &'a Series, u64), &'a (usize, String, Bins));

fn taken(findings: &[Findings]) -> Vec<Taken<'_>> {
    let all = findings.iter().flat_map(|findings| {
        findings.runs().flat_map(move |(series, seed, run)| {
            run.histograms.iter().map(move |taken| ((findings, series, seed), taken))
        })
    });
    all.collect()
}

/// The columns of `metrics.csv`.
fn metrics(rows: &[Row]) -> anyhow::Result<Vec<u8>> {
    let n = [rows.len()];
    archive([
        ("part", texts(rows.iter().map(|row| row.part.as_str()).collect())),
        ("series", texts(rows.iter().map(|row| row.series.as_str()).collect())),
        ("seed", array("<u8", &n, rows.iter().map(|row| row.seed.to_le_bytes()))),
        ("step", array("<i8", &n, rows.iter().map(|row| (row.step as i64).to_le_bytes()))),
        ("metric", texts(rows.iter().map(|row| row.metric.as_str()).collect())),
        ("value", array("<f8", &n, rows.iter().map(|row| row.value.to_le_bytes()))),
    ])
    .context("metrics.npz")
}

/// One row per histogram: what it is of, the counts and the edges of its bins.
fn histograms(rows: &[Taken<'_>]) -> anyhow::Result<Vec<u8>> {
    let n = [rows.len()];
    let counts = rows.iter().flat_map(|(_, (.., bins))| bins.counts);
    let edges = rows.iter().flat_map(|(_, (.., bins))| bins.edges());
    archive([
        ("part", texts(rows.iter().map(|((findings, ..), _)| &*findings.part).collect())),
        ("series", texts(rows.iter().map(|((_, series, _), _)| &*series.name).collect())),
        ("seed", array("<u8", &n, rows.iter().map(|((.., seed), _)| seed.to_le_bytes()))),
        ("step", array("<i8", &n, rows.iter().map(|(_, (step, ..))| (*step as i64).to_le_bytes()))),
        ("name", texts(rows.iter().map(|(_, (_, name, _))| &**name).collect())),
        ("counts", array("<i8", &[n[0], BINS], counts.map(|n| i64::from(n).to_le_bytes()))),
        ("edges", array("<f8", &[n[0], BINS + 1], edges.map(f64::to_le_bytes))),
    ])
    .context("histograms.npz")
}

/// A ZIP archive of `NAME.npy`, without times, so that equal runs give equal files.
fn archive<const N: usize>(arrays: [(&str, Vec<u8>); N]) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipArchiveWriter::new(Vec::new());
    for (name, array) in arrays {
        let name = format!("{name}.npy");
        let file = zip.new_file(&name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start()?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(&array)?;
        let (encoder, descriptor) = writer.finish()?;
        encoder.finish()?;
        entry.finish(descriptor)?;
    }
    Ok(zip.finish()?)
}

/// An array of texts (dtype `<U`): 32 bits per character, padded with zeros.
fn texts<'a>(texts: Vec<&'a str>) -> Vec<u8> {
    // NumPy has no `<U0` arrays with elements.
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
    let codes =
        |text: &'a str| text.chars().map(u32::from).chain([0].into_iter().cycle()).take(width);
    let shape = [texts.len()];
    array(&format!("<U{width}"), &shape, texts.into_iter().flat_map(codes).map(u32::to_le_bytes))
}

/// The bytes of an `.npy` file, version 1.0: little-endian elements, the last index running
/// fastest.
fn array<const SIZE: usize>(
    dtype: &str,
    shape: &[usize],
    elements: impl Iterator<Item = [u8; SIZE]>,
) -> Vec<u8> {
    let mut bytes = header(dtype, shape);
    bytes.extend(elements.flatten());
    bytes
}

/// The header of an `.npy` file.
fn header(dtype: &str, shape: &[usize]) -> Vec<u8> {
    const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
    const ALIGNMENT: usize = 64;
    let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
    // Python writes a tuple of one as `(3,)`.
    let lengths =
        if shape.len() == 1 { lengths.trim_end() } else { lengths.trim_end_matches(", ") };
    let mut header =
        format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({lengths}), }}");
    let length = MAGIC.len() + 2 + header.len() + 1;
    header.push_str(&" ".repeat(length.next_multiple_of(ALIGNMENT) - length));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;
    use rawzip::ZipArchive;

    use super::*;
    use crate::findings::Measurements;

    /// Name, header without padding, and data of every array of an NPZ file.
    fn arrays(npz: &[u8]) -> Vec<(String, String, Vec<u8>)> {
        let archive = ZipArchive::from_slice(npz).unwrap();
        let mut entries = archive.entries();
        let mut arrays = Vec::new();
        while let Some(entry) = entries.next_entry().unwrap() {
            let name = entry.file_path().try_normalize().unwrap().as_ref().to_owned();
            let stored = archive.get_entry(entry.wayfinder()).unwrap();
            let mut bytes = Vec::new();
            match entry.compression_method() {
                CompressionMethod::STORE => bytes.extend(stored.data()),
                _ => {
                    let decoder = DeflateDecoder::new(stored.data());
                    stored.verifying_reader(decoder).read_to_end(&mut bytes).unwrap();
                }
            }
            assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
            let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            assert_eq!(end % 64, 0);
            let header = std::str::from_utf8(&bytes[10..end]).unwrap();
            arrays.push((name, header.trim_end().to_owned(), bytes[end..].to_vec()));
        }
        arrays
    }

    #[test]
    fn the_arrays_are_those_that_numpy_saves() {
        let row = |series: &str, step, value| Row {
            part: "mnist".to_owned(),
            series: series.to_owned(),
            seed: u64::MAX,
            step,
            metric: "train_loss".to_owned(),
            value,
        };
        let rows = [row("std=0.01", 0, 1.0 / 3.0), row("x²", 1999, f64::NAN)];
        assert_eq!(arrays(&metrics(&rows).unwrap()), arrays(include_bytes!("goldens/metrics.npz")));

        let mut measured = Measurements::default();
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 997) / 7.0).collect();
        measured.histogram(0, "parameters/0.weight".to_owned(), &values);
        let halves: Vec<f32> = (0..1000).map(|i| (i * i % 991) as f32 / 3.0 - 100.0).collect();
        measured.histogram(300, "activations/1.relu".to_owned(), &halves);
        let findings = [Findings::of_seed("mnist", 7, [("adam".to_owned(), measured)])];
        let golden = include_bytes!("goldens/histograms.npz");
        assert_eq!(arrays(&histograms(&taken(&findings)).unwrap()), arrays(golden));
    }
}
