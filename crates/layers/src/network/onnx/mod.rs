//! Networks as ONNX files.

mod graph;
mod message;

use std::any::Any;

use kernels::Scalar;
use thiserror::Error;

use super::Sequential;
use graph::Graph;

/// What an ONNX file computes.
///
/// # Example
/// ```
/// use layers::OnnxOutput;
///
/// let net = layers::TwoLayerNet::new(4, 3, 2).build::<f32>(init::Seed::new(1))?;
/// let file = net.to_onnx(OnnxOutput::Probabilities)?;
/// assert!(file.windows(7).any(|name| name == b"Softmax"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnnxOutput {
    /// What [`Sequential::predict`] gives.
    Scores,
    /// The softmax of the scores.
    Probabilities,
}

/// Why a network cannot be an ONNX file.
///
/// # Example
/// ```
/// use kernels::Scalar;
/// use layers::{Elementwise, OnnxOutput, Sequential, activation::Function};
///
/// #[derive(Clone, Debug)]
/// struct Square;
///
/// impl Function for Square {
///     const NAME: &'static str = "square";
///     fn value<T: Scalar>(&self, x: T) -> T {
///         x * x
///     }
///     fn slope<T: Scalar>(&self, x: T, _: T) -> T {
///         x + x
///     }
/// }
///
/// let net = Sequential::<f32>::features(2).affine(3).layer(Elementwise(Square));
/// let error = net.build(init::Seed::new(1))?.to_onnx(OnnxOutput::Scores).unwrap_err();
/// let message = "layer 1 (square) is not of the crate `layers`, so its ONNX operators are \
///     unknown: export a network without it";
/// assert_eq!(error.to_string(), message);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// A layer or activation of your own.
    #[error(
        "layer {place} ({name}) is not of the crate `layers`, so its ONNX operators are unknown: \
         export a network without it"
    )]
    Layer {
        /// The layer's place: `1`, or `1.0` in a network that is layer 1.
        place: String,
        /// The layer's name.
        name: String,
    },
}

impl<T: Scalar> Sequential<T> {
    /// The bytes of an ONNX file that computes what the network does in
    /// [`Mode::Eval`](crate::Mode::Eval): opset 20, IR version 9, for ONNX Runtime 1.17 and later.
    ///
    /// The graph has one input, `input`, and one output, `output`, for batches of any size. `input`
    /// is (batch, channels, height, width) if a convolution or pooling comes before any affine
    /// layer, else (batch, features). `output` is (batch, channels, height, width) if images leave
    /// the last layer, else (batch, outputs). Both are row-major, as in NumPy; the pixels of an
    /// image have the order that [`ImageShape`](tensor_ops::ImageShape) says.
    ///
    /// | layer | operators |
    /// |---|---|
    /// | affine | `Gemm`, after `Flatten` if images come in |
    /// | convolution, max and average pooling | `Conv`, `MaxPool`, `AveragePool` |
    /// | batch normalisation | `BatchNormalization`, with the running statistics |
    /// | dropout | `Mul` by 1 − ratio; nothing with [`DropoutScaling::AtTraining`] |
    /// | activations | `Relu`, `Sigmoid`, `Tanh`, `LeakyRelu`, `Elu`, `Gelu`; SiLU as x·`Sigmoid` |
    /// | a network in a network | its layers |
    ///
    /// Parameters keep their names (`0.weight`) and PyTorch's shapes; the loss is not exported.
    ///
    /// A network of `f64` becomes a graph of 64-bit floats. There, leaky ReLU and ELU are `Where`
    /// with arithmetic, since attributes of ONNX are 32-bit floats. ONNX Runtime 1.32 has no 64-bit
    /// `Conv`, `AveragePool` and `Gelu` (ONNX's reference implementation has), and 1.17 and 1.20
    /// lack more; for it, let [`from_safetensors`](Self::from_safetensors) make an `f32` network
    /// first, as below. It also refuses an average pooling whose padding is as large as its window.
    ///
    /// A file must be smaller than 2 GiB, the limit of its encoding. This is not checked.
    ///
    /// [`DropoutScaling::AtTraining`]: crate::DropoutScaling::AtTraining
    ///
    /// # Errors
    /// [`OnnxError::Layer`] if a layer or activation is not of this crate.
    ///
    /// # Example
    /// ```
    /// use layers::{OnnxOutput, Sequential};
    ///
    /// let net = Sequential::<f64>::images(1, 28, 28).conv(8, 3).relu().max_pool(2).affine(10);
    /// let net = net.build(init::Seed::new(1))?;
    /// let net = Sequential::<f32>::from_safetensors(&net.to_safetensors())?;
    /// let file = net.to_onnx(OnnxOutput::Scores)?;
    /// # let folder = std::env::temp_dir();
    /// std::fs::write(folder.join("digits.onnx"), file)?;
    /// # std::fs::remove_file(folder.join("digits.onnx"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    /// Then, in Python:
    /// ```python
    /// session = onnxruntime.InferenceSession("digits.onnx")
    /// scores, = session.run(None, {"input": images})  # float32, (batch, 1, 28, 28)
    /// ```
    pub fn to_onnx(&self, output: OnnxOutput) -> Result<Vec<u8>, OnnxError> {
        let mut graph = Graph::new(self);
        add(&mut graph, self, "")?;
        if output == OnnxOutput::Probabilities {
            graph.softmax();
        }
        Ok(graph.file())
    }
}

/// Adds the layers of a network. `prefix` is what their places begin with.
fn add<T: Scalar>(graph: &mut Graph, net: &Sequential<T>, prefix: &str) -> Result<(), OnnxError> {
    for (i, layer) in net.layers.iter().enumerate() {
        let place = format!("{prefix}{i}");
        if let Some(inner) = (&**layer as &dyn Any).downcast_ref::<Sequential<T>>() {
            add(graph, inner, &format!("{place}."))?;
        } else if !graph.add(&place, &**layer) {
            return Err(OnnxError::Layer { place, name: layer.name().to_owned() });
        }
    }
    Ok(())
}
