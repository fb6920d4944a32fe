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
        (step, event(step, metric.name(), |content| content.float(SIMPLE_VALUE, value as f32)))
    };
    let histogram = |(step, name, bins): &(usize, String, Bins)| {
        let content = histogram_proto(bins);
        (*step, event(*step, name, |value| value.bytes(HISTO, &content.0)))
    };
    let scalars = measured.numbers().iter().map(scalar);
    let mut events: Vec<_> = scalars.chain(measured.histograms.iter().map(histogram)).collect();
    events.sort_by_key(|(step, _)| *step);
    let version = Message::default().bytes(FILE_VERSION, b"brain.Event:2");
    let events = events.into_iter().map(|(_, event)| event);
    std::iter::once(version).chain(events).flat_map(record).collect()
}

// Field numbers of `Event`, `Summary` and `Summary.Value`.
const STEP: u8 = 2;
const FILE_VERSION: u8 = 3;
const SUMMARY: u8 = 5;
const VALUE: u8 = 1;
const TAG: u8 = 1;
const SIMPLE_VALUE: u8 = 2;
const HISTO: u8 = 5;

/// An `Event` with a `Summary` of one value.
fn event(step: usize, tag: &str, content: impl FnOnce(Message) -> Message) -> Message {
    let value = content(Message::default().bytes(TAG, tag.as_bytes()));
    let summary = Message::default().bytes(VALUE, &value.0);
    Message::default().integer(STEP, step as u64).bytes(SUMMARY, &summary.0)
}

/// A `HistogramProto`: minimum, maximum, count, sum and sum of squares; then the right edges of the
/// buckets and their counts.
fn histogram_proto(bins: &Bins) -> Message {
    let (edges, counts) = (bins.edges(), bins.counts.map(f64::from));
    let (low, right_edges) = edges.split_first().expect("a bin has two edges");
    let numbers =
        [*low, edges[edges.len() - 1], counts.iter().sum(), bins.sum, bins.sum_of_squares];
    let packed = |values: &[f64]| -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    };
    let double = |message: Message, (field, number)| message.double(field, number);
    let message = (1..).zip(numbers).fold(Message::default(), double);
    message.bytes(6, &packed(right_edges)).bytes(7, &packed(&counts))
}

/// A TFRecord: length and data, each followed by its masked checksum.
fn record(event: Message) -> Vec<u8> {
    let length = (event.0.len() as u64).to_le_bytes().to_vec();
    let part = |bytes: Vec<u8>| {
        let checksum = CASTAGNOLI.checksum(&bytes).rotate_right(15).wrapping_add(0xa282_ead8);
        [bytes, checksum.to_le_bytes().to_vec()].concat()
    };
    [length, event.0].map(part).concat()
}

/// A message in the encoding of Protocol Buffers, which grows by a field at a time; zeros are left
/// out where they are the default.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn integer(self, field: u8, value: u64) -> Self {
        if value == 0 { self } else { self.with([field << 3]).varint(value) }
    }

    fn double(self, field: u8, value: f64) -> Self {
        if value == 0.0 { self } else { self.with([field << 3 | 1]).with(value.to_le_bytes()) }
    }

    fn bytes(self, field: u8, value: &[u8]) -> Self {
        self.with([field << 3 | 2]).varint(value.len() as u64).with(value.iter().copied())
    }

    /// A member of a `oneof`, which is written even if it is zero.
    fn float(self, field: u8, value: f32) -> Self {
        self.with([field << 3 | 5]).with(value.to_le_bytes())
    }

    fn varint(self, value: u64) -> Self {
        match value {
            0..0x80 => self.with([value as u8]),
            _ => self.with([value as u8 | 0x80]).varint(value >> 7),
        }
    }

    fn with(mut self, bytes: impl IntoIterator<Item = u8>) -> Self {
        self.0.extend(bytes);
        self
    }
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
