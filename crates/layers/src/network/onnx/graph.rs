//! Layers as operators of ONNX.

use std::any::Any;

use kernels::Scalar;
use tensor_ops::{ImageShape, Window};

use super::message::{self, DataType, Message, Node, float, int, ints};
use crate::activation::{Elu, Gelu, LeakyRelu, Relu, Sigmoid, Silu, Tanh};
use crate::network::saved::little_endian;
use crate::{
    Affine, AveragePooling, BatchNorm, Convolution, Dropout, Elementwise, Layer, MaxPooling, Param,
    Sequential, State,
};

/// The operators of the layers so far.
pub(super) struct Graph {
    nodes: Vec<Node>,
    tensors: Vec<Message>,
    /// Of everything but shapes.
    data_type: DataType,
    /// The shape of the input without the batch.
    inputs: Vec<usize>,
    /// The name of the value that the next layer takes, and its shape without the batch.
    value: String,
    shape: Vec<usize>,
    /// The place of the current layer, which names of nodes and constants begin with.
    place: String,
}

impl Graph {
    /// A graph that does nothing yet with what the network takes.
    pub(super) fn new<T: Scalar>(net: &Sequential<T>) -> Self {
        let inputs = first_image(net).flatten().map_or_else(|| vec![net.inputs], dims);
        Self {
            data_type: if T::NAME == f32::NAME { DataType::Float } else { DataType::Double },
            shape: inputs.clone(),
            inputs,
            nodes: Vec::new(),
            tensors: Vec::new(),
            value: "input".to_owned(),
            place: String::new(),
        }
    }

    /// Adds a layer; returns whether it is known.
    pub(super) fn add<T: Scalar>(&mut self, place: &str, layer: &dyn Layer<T>) -> bool {
        place.clone_into(&mut self.place);
        self.layer(layer).is_some()
    }

    pub(super) fn softmax(&mut self) {
        "softmax".clone_into(&mut self.place);
        self.flatten();
        self.apply("Softmax", vec![], vec![]);
    }

    /// The bytes of the file.
    pub(super) fn file(mut self) -> Vec<u8> {
        if self.nodes.is_empty() {
            self.apply("Identity", vec![], vec![]);
        }
        self.nodes.last_mut().expect("one was added at least").output = "output".to_owned();
        let ends = [("input", self.inputs), ("output", self.shape)];
        let ends = ends.map(|(name, shape)| message::value(name, self.data_type, &shape));
        message::model(&self.nodes, self.tensors, ends)
    }

    /// `None` if the layer is unknown.
    fn layer<T: Scalar>(&mut self, layer: &dyn Layer<T>) -> Option<()> {
        let any: &dyn Any = layer;
        if let Some(operator) = activation(any) {
            self.apply(operator, vec![], vec![]);
        } else if any.is::<Elementwise<Silu>>() {
            let sigmoid = self.node("Sigmoid", vec![self.value.clone()], vec![]);
            self.apply("Mul", vec![sigmoid], vec![]);
        } else if let Some(Elementwise(LeakyRelu { slope })) = any.downcast_ref() {
            self.leaky_relu::<T>(*slope);
        } else if let Some(Elementwise(Elu { alpha })) = any.downcast_ref() {
            self.elu::<T>(*alpha);
        } else if let Some(dropout) = any.downcast_ref::<Dropout>() {
            let scale = dropout.evaluation_scale();
            if scale != 1.0 {
                let scale = self.number::<T>("scale", scale);
                self.apply("Mul", vec![scale], vec![]);
            }
        } else if let Some(affine) = any.downcast_ref::<Affine<T>>() {
            self.flatten();
            let parameters = self.parameters(layer);
            self.apply("Gemm", parameters, vec![int("transB", 1)]);
            self.shape = vec![affine.bias().value.len()];
        } else if let Some(norm) = any.downcast_ref::<BatchNorm<T>>() {
            self.batch_norm(norm);
        } else {
            let (operator, image, window, output) = sliding::<T>(any)?;
            self.reshape(dims(image));
            let parameters = self.parameters(layer);
            self.apply(operator, parameters, sliding_attributes(operator, window));
            self.shape = dims(output);
        }
        Some(())
    }

    /// An attribute is a 32-bit float, so the slope of a 64-bit network is a constant.
    fn leaky_relu<T: Scalar>(&mut self, slope: f64) {
        if let DataType::Float = self.data_type {
            return self.apply("LeakyRelu", vec![], vec![float("alpha", slope as f32)]);
        }
        let slope = self.number::<T>("slope", slope);
        let below = self.node("Mul", vec![self.value.clone(), slope], vec![]);
        self.replace_below_zero::<T>(below);
    }

    /// As [`leaky_relu`](Self::leaky_relu).
    fn elu<T: Scalar>(&mut self, alpha: f64) {
        if let DataType::Float = self.data_type {
            return self.apply("Elu", vec![], vec![float("alpha", alpha as f32)]);
        }
        let exponential = self.node("Exp", vec![self.value.clone()], vec![]);
        let one = self.number::<T>("one", 1.0);
        let difference = self.node("Sub", vec![exponential, one], vec![]);
        let alpha = self.number::<T>("alpha", alpha);
        let below = self.node("Mul", vec![difference, alpha], vec![]);
        self.replace_below_zero::<T>(below);
    }

    /// Takes the elements of `below` where those of the current value are at most 0.
    fn replace_below_zero<T: Scalar>(&mut self, below: String) {
        let zero = self.number::<T>("zero", 0.0);
        let is_below = self.node("LessOrEqual", vec![self.value.clone(), zero], vec![]);
        self.value = self.node("Where", vec![is_below, below, self.value.clone()], vec![]);
    }

    fn batch_norm<T: Scalar>(&mut self, norm: &BatchNorm<T>) {
        let [mean, variance] = norm.running();
        let (features, channels) = (self.shape.iter().product::<usize>(), mean.values.len());
        if self.shape[0] != channels {
            // Every pixel has statistics of its own, or it is not known how wide the images are.
            match features / channels {
                1 => self.flatten(),
                pixels => self.reshape(vec![channels, pixels]),
            }
        }
        // ONNX keeps ε as a 32-bit float. What that cuts off is added to the variance instead.
        let eps = norm.eps as f32;
        let rest = T::of(norm.eps) - T::of(f64::from(eps));
        let shifted: Vec<T> = variance.values.iter().map(|&variance| variance + rest).collect();
        let mut inputs = self.parameters(norm);
        inputs.push(self.tensor(mean.name.clone(), &[channels], &mean.values));
        inputs.push(self.tensor(variance.name.clone(), &[channels], &shifted));
        self.apply("BatchNormalization", inputs, vec![float("epsilon", eps)]);
    }

    /// Adds the parameters of a layer, and returns their names.
    fn parameters<T: Scalar>(&mut self, layer: &dyn Layer<T>) -> Vec<String> {
        let mut names = Vec::new();
        layer.visit(&mut |state| {
            if let State::Param(Param { name, torch_shape, value, .. }) = state {
                names.push(self.tensor(name.clone(), torch_shape, value.as_slice()));
            }
        });
        names
    }

    /// Adds a constant that belongs to the current layer, and returns its name.
    fn number<T: Scalar>(&mut self, name: &str, value: f64) -> String {
        self.tensor(format!("{}.{name}", self.place), &[], &[T::of(value)])
    }

    fn tensor<T: Scalar>(&mut self, name: String, shape: &[usize], values: &[T]) -> String {
        self.tensors.push(message::tensor(&name, self.data_type, shape, &little_endian(values)));
        name
    }

    fn flatten(&mut self) {
        if self.shape.len() > 1 {
            self.apply("Flatten", vec![], vec![]);
            self.shape = vec![self.shape.iter().product()];
        }
    }

    fn reshape(&mut self, shape: Vec<usize>) {
        if self.shape == shape {
            return;
        }
        let name = format!("{}.shape", self.place);
        // In the first place, 0 stands for the size of the batch.
        let sizes = [0].into_iter().chain(shape.iter().map(|&size| size as i64));
        let bytes: Vec<u8> = sizes.flat_map(i64::to_le_bytes).collect();
        self.tensors.push(message::tensor(&name, DataType::Int64, &[1 + shape.len()], &bytes));
        self.apply("Reshape", vec![name], vec![]);
        self.shape = shape;
    }

    /// Adds a node that changes the current value. `inputs` are those after the value.
    fn apply(&mut self, operator: &'static str, inputs: Vec<String>, attributes: Vec<Message>) {
        let inputs = [vec![self.value.clone()], inputs].concat();
        self.value = self.node(operator, inputs, attributes);
    }

    /// Adds a node, and returns the name of its output, which is its own. No layer has two nodes of
    /// one operator.
    fn node(
        &mut self,
        operator: &'static str,
        inputs: Vec<String>,
        attributes: Vec<Message>,
    ) -> String {
        let name = format!("{}/{operator}", self.place);
        let output = name.clone();
        self.nodes.push(Node { name: name.clone(), operator, inputs, output, attributes });
        name
    }
}

/// The images that the first layer takes whose inputs have a shape; `Some(None)` if it takes
/// features.
fn first_image<T: Scalar>(net: &Sequential<T>) -> Option<Option<ImageShape>> {
    net.layers.iter().find_map(|layer| {
        let layer: &dyn Any = &**layer;
        if let Some(net) = layer.downcast_ref::<Sequential<T>>() {
            return first_image(net);
        }
        if layer.is::<Affine<T>>() {
            return Some(None);
        }
        sliding::<T>(layer).map(|(_, image, ..)| Some(image))
    })
}

/// Of a layer that slides a window over images: operator, image, window, output.
fn sliding<T: Scalar>(layer: &dyn Any) -> Option<(&'static str, ImageShape, Window, ImageShape)> {
    if let Some(layer) = layer.downcast_ref::<Convolution<T>>() {
        return Some(("Conv", layer.image, layer.window, layer.output));
    }
    if let Some(layer) = layer.downcast_ref::<MaxPooling<T>>() {
        return Some(("MaxPool", layer.image, layer.window, layer.output));
    }
    let layer = layer.downcast_ref::<AveragePooling<T>>()?;
    Some(("AveragePool", layer.image, layer.window, layer.output))
}

/// The operator of an activation that has no settings.
fn activation(layer: &dyn Any) -> Option<&'static str> {
    let operators = [
        ("Relu", layer.is::<Elementwise<Relu>>()),
        ("Sigmoid", layer.is::<Elementwise<Sigmoid>>()),
        ("Tanh", layer.is::<Elementwise<Tanh>>()),
        ("Gelu", layer.is::<Elementwise<Gelu>>()),
    ];
    operators.into_iter().find_map(|(operator, is_it)| is_it.then_some(operator))
}

fn dims(image: ImageShape) -> Vec<usize> {
    vec![image.channels, image.height, image.width]
}

fn sliding_attributes(operator: &str, window: Window) -> Vec<Message> {
    let Window { height, width, stride, pad, .. } = window;
    let include = (operator == "AveragePool").then(|| int("count_include_pad", 1));
    let attributes = [
        ints("kernel_shape", [height, width]),
        ints("pads", [pad; 4]),
        ints("strides", [stride; 2]),
    ];
    include.into_iter().chain(attributes).collect()
}
