//! The messages of `onnx.proto` that a network needs, in the wire format of Protocol Buffers.
//!
//! Fields are written in the order of their numbers, as Google's library does, so that equal
//! models have equal bytes.

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

/// The value of an operator's attribute.
#[derive(Debug)]
pub(super) enum Attribute {
    Float(f32),
    Int(i64),
    Ints(Vec<i64>),
}

/// An operator and the names of the values that it takes and gives.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) operator: &'static str,
    pub(super) inputs: Vec<String>,
    pub(super) output: String,
    /// In alphabetical order.
    pub(super) attributes: Vec<(&'static str, Attribute)>,
}

/// A named array of constants.
#[derive(Debug)]
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) data_type: DataType,
    pub(super) shape: Vec<usize>,
    /// The elements, row-major and little-endian.
    pub(super) bytes: Vec<u8>,
}

/// What comes in or goes out, without the dimension of the batch.
#[derive(Debug)]
pub(super) struct ValueInfo {
    pub(super) name: &'static str,
    pub(super) data_type: DataType,
    pub(super) shape: Vec<usize>,
}

/// The bytes of a `ModelProto`, which are an ONNX file.
pub(super) fn model(
    nodes: &[Node],
    tensors: &[Tensor],
    input: &ValueInfo,
    output: &ValueInfo,
) -> Vec<u8> {
    let graph = Message::default()
        .messages(1, nodes.iter().map(Node::message))
        .bytes(2, "network")
        .messages(5, tensors.iter().map(Tensor::message))
        .messages(11, [input.message()])
        .messages(12, [output.message()]);
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
        let attributes = self.attributes.iter().map(|(name, value)| value.message(name));
        message
            .bytes(2, &self.output)
            .bytes(3, &self.name)
            .bytes(4, self.operator)
            .messages(5, attributes)
    }
}

impl Attribute {
    fn message(&self, name: &str) -> Message {
        let message = Message::default().bytes(1, name);
        let (message, kind) = match self {
            Self::Float(value) => (message.float(2, *value), 1),
            Self::Int(value) => (message.integer(3, *value), 2),
            Self::Ints(values) => {
                (values.iter().fold(message, |message, &value| message.integer(8, value)), 7)
            }
        };
        message.integer(20, kind)
    }
}

impl Tensor {
    fn message(&self) -> Message {
        let dimension = |message: Message, &size: &usize| message.integer(1, size as i64);
        self.shape
            .iter()
            .fold(Message::default(), dimension)
            .integer(2, self.data_type as i64)
            .bytes(8, &self.name)
            .bytes(9, &self.bytes)
    }
}

impl ValueInfo {
    fn message(&self) -> Message {
        let batch = Message::default().bytes(2, "batch");
        let sizes = self.shape.iter().map(|&size| Message::default().integer(1, size as i64));
        let shape = Message::default().messages(1, [batch].into_iter().chain(sizes));
        let tensor = Message::default().integer(1, self.data_type as i64).messages(2, [shape]);
        Message::default()
            .bytes(1, self.name)
            .messages(2, [Message::default().messages(1, [tensor])])
    }
}

/// A message that grows by a field at a time.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn integer(self, field: u64, value: i64) -> Self {
        // Negative numbers are sent as their two's complement.
        self.varint(field << 3).varint(value as u64)
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

    fn messages(self, field: u64, values: impl IntoIterator<Item = Self>) -> Self {
        values.into_iter().fold(self, |message, value| message.bytes(field, value.0))
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
