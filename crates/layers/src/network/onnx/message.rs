//! The messages of `onnx.proto` that a network needs, in the wire format of Protocol Buffers.
//!
//! Fields are written in the order of their numbers, as Google's library does, so that equal
//! models have equal bytes.

use std::borrow::Borrow;

/// The version of the file format, and of the operators: what ONNX 1.15 introduced in 2023.
const IR_VERSION: i64 = 9;
const OPSET: i64 = 20;

/// The element types of tensors, `TensorProto.DataType`.
#[derive(Clone, Copy, Debug)]
pub(super) enum DataType {
    Float = 1,
    Int64 = 7,
    Double = 11,
}

/// An operator and the names of the values that it takes and gives.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) operator: &'static str,
    pub(super) inputs: Vec<String>,
    pub(super) output: String,
    /// In alphabetical order.
    pub(super) attributes: Vec<Message>,
}

/// The bytes of a `ModelProto`, which are an ONNX file.
pub(super) fn model(
    nodes: &[Node],
    tensors: Vec<Message>,
    [input, output]: [Message; 2],
) -> Vec<u8> {
    let graph = Message::default()
        .messages(1, nodes.iter().map(Node::message))
        .bytes(2, "network")
        .messages(5, tensors)
        .messages(11, [input])
        .messages(12, [output]);
    let model = Message::default()
        .integer(1, IR_VERSION)
        .bytes(2, "layers")
        .messages(7, [graph])
        .messages(8, [Message::default().integer(2, OPSET)]);
    model.0
}

impl Node {
    fn message(&self) -> Message {
        let message = self.inputs.iter().fold(Message::default(), |node, name| node.bytes(1, name));
        message
            .bytes(2, &self.output)
            .bytes(3, &self.name)
            .bytes(4, self.operator)
            .messages(5, self.attributes.iter())
    }
}

/// An attribute of an operator that is a number.
pub(super) fn float(name: &str, value: f32) -> Message {
    Message::default().bytes(1, name).float(2, value).integer(20, 1)
}

/// An attribute of an operator that is a whole number.
pub(super) fn int(name: &str, value: i64) -> Message {
    Message::default().bytes(1, name).integer(3, value).integer(20, 2)
}

/// An attribute of an operator that is a list of whole numbers.
pub(super) fn ints<const N: usize>(name: &str, values: [usize; N]) -> Message {
    Message::default().bytes(1, name).integers(8, &values).integer(20, 7)
}

/// A named array of constants: its elements row-major and little-endian.
pub(super) fn tensor(name: &str, data_type: DataType, shape: &[usize], bytes: &[u8]) -> Message {
    let message = Message::default().integers(1, shape).integer(2, data_type as i64);
    message.bytes(8, name).bytes(9, bytes)
}

/// What comes in or goes out, without the dimension of the batch.
pub(super) fn value(name: &str, data_type: DataType, shape: &[usize]) -> Message {
    let batch = Message::default().bytes(2, "batch");
    let sizes = shape.iter().map(|&size| Message::default().integer(1, size as i64));
    let shape = Message::default().messages(1, [batch].into_iter().chain(sizes));
    let tensor = Message::default().integer(1, data_type as i64).messages(2, [shape]);
    Message::default().bytes(1, name).messages(2, [Message::default().messages(1, [tensor])])
}

/// A message that grows by a field at a time.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    fn integer(self, field: u64, value: i64) -> Self {
        // Negative numbers are sent as their two's complement.
        self.varint(field << 3).varint(value as u64)
    }

    fn integers(self, field: u64, values: &[usize]) -> Self {
        values.iter().fold(self, |message, &value| message.integer(field, value as i64))
    }

    fn float(self, field: u64, value: f32) -> Self {
        let mut message = self.varint(field << 3 | 5);
        message.0.extend(value.to_le_bytes());
        message
    }

    fn bytes(self, field: u64, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        let mut message = self.varint(field << 3 | 2).varint(value.len() as u64);
        message.0.extend(value);
        message
    }

    fn messages(self, field: u64, values: impl IntoIterator<Item: Borrow<Self>>) -> Self {
        values.into_iter().fold(self, |message, value| message.bytes(field, &value.borrow().0))
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn varint(mut self, mut value: u64) -> Self {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }
}
