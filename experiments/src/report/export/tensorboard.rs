//! TensorBoard's event files: records of TFRecord, each an `Event` of `event.proto`.

use crc::{CRC_32_ISCSI, Crc, Table};

use super::networks::networks;
use crate::findings::{Bins, Findings, Measurements, Metric};
use crate::report::folder::Folder;

const CASTAGNOLI: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// `tensorboard/PART/SERIES/seed-N/events.out.tfevents`.
pub(super) fn write(findings: &[Findings], folder: &Folder) -> anyhow::Result<()> {
    for (place, measured) in networks(findings) {
        let name = format!("tensorboard/{place}/events.out.tfevents");
        folder.write(&name, &events(measured))?;
    }
    Ok(())
}

/// The bytes of the event file of a network: a scalar for every number, then the histograms, in
/// order of steps.
///
/// Events have no wall time, so that equal runs give equal files. Scalars are 32-bit floats, as in
/// every event file.
fn events(measured: &Measurements) -> Vec<u8> {
    let scalar = |&(step, metric, value): &(usize, Metric, f64)| {
        (step, summary(metric.name(), |out| float(out, SIMPLE_VALUE, value as f32)))
    };
    let histogram = |(step, name, bins): &(usize, String, Bins)| {
        (*step, summary(name, |out| bytes(out, HISTO, &histogram_proto(bins))))
    };
    let scalars = measured.numbers().iter().map(scalar);
    let mut summaries: Vec<_> = scalars.chain(measured.histograms.iter().map(histogram)).collect();
    summaries.sort_by_key(|(step, _)| *step);
    let mut file = Vec::new();
    record(&mut file, |event| bytes(event, FILE_VERSION, b"brain.Event:2"));
    for (step, summary) in summaries {
        record(&mut file, |event| {
            integer(event, STEP, step as u64);
            bytes(event, SUMMARY, &summary);
        });
    }
    file
}

// Field numbers of `Event`, `Summary` and `Summary.Value`.
const STEP: u8 = 2;
const FILE_VERSION: u8 = 3;
const SUMMARY: u8 = 5;
const VALUE: u8 = 1;
const TAG: u8 = 1;
const SIMPLE_VALUE: u8 = 2;
const HISTO: u8 = 5;

/// A `Summary` of one value.
fn summary(tag: &str, content: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut value = Vec::new();
    bytes(&mut value, TAG, tag.as_bytes());
    content(&mut value);
    let mut summary = Vec::new();
    bytes(&mut summary, VALUE, &value);
    summary
}

/// A `HistogramProto`: minimum, maximum, count, sum and sum of squares; then the right edges of the
/// buckets and their counts.
fn histogram_proto(bins: &Bins) -> Vec<u8> {
    let (edges, counts) = (bins.edges(), bins.counts.map(f64::from));
    let (low, right_edges) = edges.split_first().expect("a bin has two edges");
    let numbers =
        [*low, edges[edges.len() - 1], counts.iter().sum(), bins.sum, bins.sum_of_squares];
    let packed = |values: &[f64]| -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    };
    let mut proto = Vec::new();
    for (field, number) in (1..).zip(numbers) {
        double(&mut proto, field, number);
    }
    bytes(&mut proto, 6, &packed(right_edges));
    bytes(&mut proto, 7, &packed(&counts));
    proto
}

/// A TFRecord: length and data, each followed by its masked checksum.
fn record(file: &mut Vec<u8>, event: impl Fn(&mut Vec<u8>)) {
    let mut data = Vec::new();
    event(&mut data);
    let length = (data.len() as u64).to_le_bytes();
    for part in [&length[..], &data] {
        file.extend(part);
        let checksum = CASTAGNOLI.checksum(part).rotate_right(15).wrapping_add(0xa282_ead8);
        file.extend(checksum.to_le_bytes());
    }
}

// Protocol Buffers encoding of fields; zeros are left out where they are the default.

fn integer(out: &mut Vec<u8>, field: u8, value: u64) {
    if value != 0 {
        out.push(field << 3);
        varint(out, value);
    }
}

fn double(out: &mut Vec<u8>, field: u8, value: f64) {
    if value != 0.0 {
        out.push(field << 3 | 1);
        out.extend(value.to_le_bytes());
    }
}

fn bytes(out: &mut Vec<u8>, field: u8, value: &[u8]) {
    out.push(field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend(value);
}

/// A member of a `oneof`, which is written even if it is zero.
fn float(out: &mut Vec<u8>, field: u8, value: f32) {
    out.push(field << 3 | 5);
    out.extend(value.to_le_bytes());
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_that_tensorboard_writes() {
        let mut measured = Measurements::default();
        measured.push(0, Metric::TRAIN_LOSS, 2.25);
        measured.push(300, Metric::TRAIN_LOSS, 0.0);
        measured.push(300, Metric::DIVERGED, f64::NAN);
        let values: Vec<f64> = (0..=60).map(|i| f64::from(i) / 2.0).collect();
        measured.histogram(0, "parameters/0.weight".to_owned(), &values);
        measured.histogram(300, "parameters/0.bias".to_owned(), &[0.0_f32; 4]);
        assert_eq!(events(&measured), include_bytes!("goldens/events.out.tfevents"));
    }
}
