//! Networks as safetensors files.

use std::collections::{BTreeMap, HashMap};
use std::io;

use kernels::Scalar;
use rand::rngs::ChaCha8Rng;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Sequential;
use super::description::Shapes;
use crate::{Buffer, Layer, Loss, Param, State, StateMut};

/// Why a file could not be loaded into a network.
///
/// # Example
/// ```
/// let mut net = layers::TwoLayerNet::new(4, 3, 2).build::<f32>(init::Seed::new(1))?;
/// let error = net.load_safetensors(b"something else").unwrap_err();
/// assert!(error.to_string().starts_with("not a readable safetensors file"));
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file is damaged or not a safetensors file.
    #[error("not a readable safetensors file: {0}")]
    Format(#[from] SafeTensorError),
    /// The file lacks a tensor, or has one that the network does not have.
    #[error("the file {problem} {name:?}; it was saved from another network")]
    Names {
        /// `lacks` or `has an unknown`.
        problem: &'static str,
        /// The tensor's name.
        name: String,
    },
    /// A tensor has another shape.
    #[error("{name:?} has shape {found:?} in the file, but {expected:?} in the network")]
    Shape {
        /// The tensor's name.
        name: String,
        /// The network's shape.
        expected: Vec<usize>,
        /// The file's shape.
        found: Vec<usize>,
    },
    /// A tensor holds a finite number that overflows the network's element type.
    #[error("{name:?} holds {found:e} in the file, which is infinite as {scalar}")]
    Range {
        /// The tensor's name.
        name: String,
        /// The first such number.
        found: f64,
        /// The network's element type.
        scalar: &'static str,
    },
    /// The elements of a tensor are not 32- or 64-bit floats.
    #[error("{name:?} holds {found} in the file; F32 and F64 can be read")]
    Type {
        /// The tensor's name.
        name: String,
        /// The file's element type.
        found: String,
    },
    /// The file does not say, or not readably, which network it holds.
    #[error(
        "the file does not say which network it holds ({0}): build the network, then load the file \
         into it with `load_safetensors` or `Checkpoint::with_network`"
    )]
    Network(String),
    /// What is wrong with the content of a file.
    #[error("{path}: {error}")]
    Content {
        /// The file.
        path: String,
        /// What is wrong.
        error: Box<Self>,
    },
    /// The file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        error: io::Error,
    },
}

/// PyTorch's batch normalisation keeps this counter, ours does not.
const COUNTER: &str = "num_batches_tracked";

/// What the names of an optimizer's arrays begin with.
pub(super) const OPTIMIZER: &str = "optimizer.";

/// The key of the metadata that hold a [`SavedHeader`] as JSON. It is one, since their order is
/// random.
const HEADER: &str = "network";

/// What a file holds besides numbers.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedHeader {
    pub(super) layers: String,
    pub(super) inputs: usize,
    pub(super) loss: String,
    pub(super) weight_decay: f64,
    /// The generators of layers, and those that a checkpoint adds, in hexadecimal digits.
    pub(super) generators: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) streams: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) notes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) optimizer: Option<OptimizerHeader>,
    /// The names of frozen parameters, which a checkpoint keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) frozen: Vec<String>,
}

/// An [`OptimizerState`](optimizers::OptimizerState) without its arrays.
#[derive(Serialize, Deserialize)]
pub(super) struct OptimizerHeader {
    pub(super) rule: String,
    pub(super) lr: f64,
    pub(super) hyperparameters: Vec<(String, f64)>,
    pub(super) steps: u64,
    pub(super) lens: Vec<usize>,
    pub(super) arrays: Vec<String>,
}

impl SavedHeader {
    pub(super) fn of<T: Scalar>(net: &Sequential<T>) -> Self {
        let mut generators = BTreeMap::new();
        net.visit(&mut |state| {
            if let State::Generator(generator) = state {
                generators.insert(generator.name.clone(), to_hex(&generator.rng));
            }
        });
        Self {
            layers: net.layer_list(),
            inputs: net.inputs,
            loss: format!("{:?}", net.loss),
            weight_decay: net.weight_decay,
            generators,
            streams: BTreeMap::new(),
            notes: BTreeMap::new(),
            optimizer: None,
            frozen: Vec::new(),
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let text = metadata.metadata().as_ref().and_then(|metadata| metadata.get(HEADER));
        let text = text.ok_or_else(|| CheckpointError::Network("no metadata".to_owned()))?;
        serde_json::from_str(text).map_err(|error| CheckpointError::Network(error.to_string()))
    }
}

pub(super) fn to_hex(rng: &ChaCha8Rng) -> String {
    rng.serialize_state().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn from_hex(text: &str) -> Option<ChaCha8Rng> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| Some((16 * digit(*high)? + digit(*low)?) as u8);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    let bytes = bytes?.try_into().ok().filter(|_| rest.is_empty())?;
    Some(ChaCha8Rng::deserialize_state(&bytes))
}

/// A tensor of a file: name, shape and values.
pub(super) type SavedTensor<V> = (String, Vec<usize>, V);

/// The bytes of a file. Not generic, so that it is compiled once.
fn to_file(dtype: Dtype, tensors: &[SavedTensor<Vec<u8>>], header: &SavedHeader) -> Vec<u8> {
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(dtype, shape.clone(), bytes);
        (name.as_str(), view.expect("a shape holds as many elements as its parameter"))
    });
    let header = serde_json::to_string(header).expect("texts and numbers can be JSON");
    let metadata = HashMap::from([(HEADER.to_owned(), header)]);
    serialize(views, Some(metadata)).expect("every view has the right length")
}

/// Little-endian bytes.
pub(super) fn little_endian<T: Scalar>(values: &[T]) -> Vec<u8> {
    match T::NAME {
        f32::NAME => values.iter().flat_map(|v| (v.f64() as f32).to_le_bytes()).collect(),
        _ => values.iter().flat_map(|v| v.f64().to_le_bytes()).collect(),
    }
}

pub(super) fn to_bytes<T: Scalar>(
    tensors: Vec<SavedTensor<&[T]>>,
    header: &SavedHeader,
) -> Vec<u8> {
    let dtype = if T::NAME == f32::NAME { Dtype::F32 } else { Dtype::F64 };
    let tensors =
        tensors.into_iter().map(|(name, shape, values)| (name, shape, little_endian(values)));
    to_file(dtype, &tensors.collect::<Vec<_>>(), header)
}

impl<T: Scalar> Sequential<T> {
    /// The bytes of a safetensors file with every parameter and running statistic.
    ///
    /// Names, shapes and bytes are those of PyTorch's `nn.Sequential` (`0.weight`,
    /// `1.running_mean`, …): an affine weight is (n_out, n_in), row-major. In Python,
    /// `module.load_state_dict(safetensors.torch.load_file(path), strict=False)` loads the file
    /// into the same layers (not strict, because the file has no `num_batches_tracked`).
    ///
    /// "The same layers" means `BatchNorm1d(n, eps=1e-6)`, `Dropout` only where ours has
    /// [`DropoutScaling::AtTraining`](crate::DropoutScaling::AtTraining), and no `Flatten`, which
    /// would shift the numbers in the names; `tests/interop/load_in_torch.py` is an example. The
    /// metadata `network` has, as JSON, the [`description`](crate::Layer::description) of each
    /// layer (`affine, batch_norm eps=0.000001 momentum=0.9, relu, affine`), number of inputs,
    /// loss, weight decay, and the state of dropout's generators.
    ///
    /// # Panics
    /// If the [`torch_shape`](crate::Param::torch_shape) of a parameter does not hold as many
    /// elements as its value. This can happen only in your own layers.
    ///
    /// # Example
    /// ```
    /// use init::Seed;
    /// use layers::{MultiLayerNet, Sequential};
    ///
    /// let mut trained = MultiLayerNet::new(4, &[3], 2).build::<f32>(Seed::new(1))?;
    /// let mut again = Sequential::from_safetensors(&trained.to_safetensors())?;
    /// let x = nalgebra::dmatrix![1.0, 2.0, 3.0, 4.0];
    /// assert_eq!(again.predict(&x), trained.predict(&x));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_safetensors(&self) -> Vec<u8> {
        to_bytes(self.tensors(), &SavedHeader::of(self))
    }

    /// Every parameter and running statistic.
    pub(super) fn tensors(&self) -> Vec<SavedTensor<&[T]>> {
        let mut tensors = Vec::new();
        self.visit(&mut |state| match state {
            State::Param(Param { name, torch_shape, value, .. }) => {
                tensors.push((name.clone(), torch_shape.clone(), value.as_slice()));
            }
            State::Buffer(Buffer { name, values }) => {
                tensors.push((name.clone(), vec![values.len()], &values[..]));
            }
            State::Generator(_) => {}
        });
        tensors
    }

    /// Sets every parameter and running statistic from the bytes of a safetensors file, and the
    /// generators of dropout if the file has their state.
    ///
    /// 32- and 64-bit floats are converted to the network's element type. A file that PyTorch saved
    /// from the same layers loads too; its `num_batches_tracked` is ignored.
    ///
    /// # Errors
    /// [`CheckpointError`] if the bytes are damaged or belong to another network. The network is
    /// then unchanged.
    ///
    /// ```
    /// use init::Seed;
    ///
    /// let mut small = layers::TwoLayerNet::new(4, 3, 2).build::<f32>(Seed::new(1))?;
    /// let large = layers::TwoLayerNet::new(4, 5, 2).build::<f32>(Seed::new(1))?;
    /// let error = small.load_safetensors(&large.to_safetensors()).unwrap_err();
    /// let message = "\"0.weight\" has shape [5, 4] in the file, but [3, 4] in the network";
    /// assert_eq!(error.to_string(), message);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn load_safetensors(&mut self, bytes: &[u8]) -> Result<(), CheckpointError> {
        let file = SafeTensors::deserialize(bytes)?;
        let foreign = |name: &str| name.ends_with(COUNTER) || name.starts_with(OPTIMIZER);
        let known = file.tensors().into_iter().filter(|(name, _)| !foreign(name));
        let mut found: BTreeMap<_, _> = known.collect();
        // Everything is read and checked before anything is changed.
        let mut values = Vec::new();
        for (name, expected, _) in self.tensors() {
            let Some(view) = found.remove(&name) else {
                return Err(CheckpointError::Names { problem: "lacks", name });
            };
            if view.shape() != expected {
                let found = view.shape().to_vec();
                return Err(CheckpointError::Shape { name, expected, found });
            }
            values.push(decode::<T>(name, &view)?);
        }
        if let Some(name) = found.into_keys().next() {
            return Err(CheckpointError::Names { problem: "has an unknown", name });
        }
        let generators =
            SavedHeader::read(bytes).map(|header| header.generators).unwrap_or_default();
        let mut values = values.into_iter();
        self.visit_mut(&mut |state| match state {
            StateMut::Param(param) => {
                param.value.copy_from_slice(&values.next().expect("as many as were read"));
            }
            StateMut::Buffer(buffer) => {
                buffer.values = values.next().expect("as many as were read");
            }
            StateMut::Generator(generator) => {
                let saved = generators.get(&generator.name);
                if let Some(rng) = saved.and_then(|text| from_hex(text)) {
                    generator.rng = rng;
                }
            }
        });
        Ok(())
    }

    /// The network that [`to_safetensors`](Self::to_safetensors) saved, if all its layers and its
    /// loss are of this crate.
    ///
    /// # Errors
    /// [`CheckpointError::Network`] if the file was saved by another program, or has a layer or a
    /// loss of your own: build the network then, and [load](Self::load_safetensors) the file. Other
    /// errors as `load_safetensors`.
    ///
    /// ```
    /// use layers::{Loss, Mode, Sequential};
    ///
    /// let net = Sequential::images(1, 6, 6).conv(4, 3).batch_norm().relu().max_pool(2).affine(3);
    /// let mut net = net.build(init::Seed::new(1))?.loss_function(Loss::ExactCrossEntropy);
    /// let mut again = Sequential::<f32>::from_safetensors(&net.to_safetensors())?;
    /// let x = nalgebra::DMatrix::from_fn(2, 36, |i, j| (i * j % 5) as f32);
    /// let labels = [0, 2];
    /// assert_eq!(again.loss(&x, &labels, Mode::Train), net.loss(&x, &labels, Mode::Train));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let header = SavedHeader::read(bytes)?;
        let file = SafeTensors::deserialize(bytes)?;
        let shapes: Shapes =
            file.tensors().into_iter().map(|(name, view)| (name, view.shape().to_vec())).collect();
        let wrong = |error: &dyn std::fmt::Display| CheckpointError::Network(error.to_string());
        let losses = [Loss::CrossEntropy, Loss::ExactCrossEntropy, Loss::MeanSquaredError];
        let loss = losses.into_iter().find(|loss| format!("{loss:?}") == header.loss);
        let loss = loss.ok_or_else(|| wrong(&format!("its loss is {}", header.loss)))?;
        let mut net = Self::described(header.inputs, &header.layers, "", &shapes)
            .map_err(|error| wrong(&error))?
            .loss_function(loss)
            .weight_decay(header.weight_decay)
            .map_err(|error| wrong(&error))?;
        net.load_safetensors(bytes)?;
        Ok(net)
    }
}

pub(super) fn decode<T: Scalar>(
    name: String,
    view: &TensorView<'_>,
) -> Result<Vec<T>, CheckpointError> {
    let bytes = view.data();
    let values: Vec<f64> = match view.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b).into()).collect(),
        Dtype::F64 => bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect(),
        other => return Err(CheckpointError::Type { name, found: format!("{other:?}") }),
    };
    match values.iter().find(|value| value.is_finite() && !T::of(**value).is_finite()) {
        Some(&found) => Err(CheckpointError::Range { name, found, scalar: T::NAME }),
        None => Ok(values.into_iter().map(T::of).collect()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Affine, MultiLayerNet, Sequential};
    use init::{Initializer, Purpose, Seed};
    use nalgebra::DMatrix;
    use safetensors::tensor::{Dtype, TensorView, serialize};

    fn net(hidden: &[usize]) -> MultiLayerNet {
        MultiLayerNet::new(5, hidden, 3).batch_norm(true)
    }

    #[test]
    fn a_trained_network_comes_back_bit_for_bit() {
        let mut trained = net(&[4, 6]).build::<f64>(Seed::new(1)).unwrap();
        let x = DMatrix::from_fn(8, 5, |i, j| ((i * 3 + j * 5) % 7) as f64);
        trained.gradient(&x, &[0, 1, 2, 0, 1, 2, 0, 1]); // moves the running statistics
        let mut other = net(&[4, 6]).build::<f64>(Seed::new(2)).unwrap();
        other.load_safetensors(&trained.to_safetensors()).unwrap();
        assert_eq!(other.predict(&x), trained.predict(&x));
    }

    #[test]
    fn numbers_beyond_single_precision_are_refused_by_f32_networks() {
        let mut wide = net(&[4]).build::<f64>(Seed::new(1)).unwrap();
        wide.params_mut()[0].value[3] = 1e300;
        let mut narrow = net(&[4]).build::<f32>(Seed::new(1)).unwrap();
        let error = narrow.load_safetensors(&wide.to_safetensors()).unwrap_err().to_string();
        assert_eq!(error, "\"0.weight\" holds 1e300 in the file, which is infinite as f32");
    }

    #[test]
    fn the_metadata_of_a_file_list_the_layers() {
        let dropped = net(&[4]).dropout(0.25, crate::DropoutScaling::AtEvaluation);
        let file = dropped.build::<f32>(Seed::new(1)).unwrap().to_safetensors();
        let (_, header) = safetensors::SafeTensors::read_metadata(&file).unwrap();
        let network = &header.metadata().as_ref().unwrap()["network"];
        let network: serde_json::Value = serde_json::from_str(network).unwrap();
        let expected = "affine, batch_norm eps=0.000001 momentum=0.9, relu, \
            dropout ratio=0.25 scale=0.75, affine";
        assert_eq!(network["layers"], expected);
    }

    #[test]
    fn f32_files_load_into_f64_networks() {
        let small = net(&[4]).build::<f32>(Seed::new(1)).unwrap();
        let mut wide = net(&[4]).build::<f64>(Seed::new(2)).unwrap();
        wide.load_safetensors(&small.to_safetensors()).unwrap();
        for (a, b) in small.params().into_iter().zip(wide.params()) {
            assert_eq!(a.value.map(f64::from), b.value);
        }
    }

    #[test]
    fn files_of_other_networks_are_refused_and_change_nothing() {
        let mut target = net(&[4]).build::<f32>(Seed::new(2)).unwrap();
        let before = target.to_safetensors();
        let file =
            |hidden: &[usize]| net(hidden).build::<f32>(Seed::new(1)).unwrap().to_safetensors();
        let cases = [
            (file(&[7]), "\"0.weight\" has shape [7, 5] in the file, but [4, 5]"),
            (file(&[4, 4]), "\"3.weight\" has shape [4, 4] in the file, but [3, 4]"),
            (file(&[]), "has shape [3, 5]"),
            (b"not a file".to_vec(), "not a readable safetensors file"),
            (before[..before.len() - 1].to_vec(), "not a readable safetensors file"),
        ];
        for (bytes, message) in cases {
            let error = target.load_safetensors(&bytes).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
            assert_eq!(target.to_safetensors(), before);
        }
    }

    #[test]
    fn missing_unknown_and_integer_tensors_are_named() {
        let affine = |n_in, n_out| {
            let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
            Affine::<f32>::new(n_in, n_out, Initializer::He, &mut rng)
        };
        let two = Sequential::new(2).push(affine(2, 3)).unwrap().push(affine(3, 1)).unwrap();
        let mut one = Sequential::new(2).push(affine(2, 3)).unwrap();
        let unknown = one.load_safetensors(&two.to_safetensors()).unwrap_err();
        assert!(unknown.to_string().starts_with("the file has an unknown \"1.bias\""), "{unknown}");
        let lacking = two.clone().load_safetensors(&one.to_safetensors()).unwrap_err();
        assert!(lacking.to_string().starts_with("the file lacks \"1.weight\""), "{lacking}");

        let bytes = [0; 48];
        let integers = TensorView::new(Dtype::I64, vec![3, 2], &bytes).unwrap();
        let file = serialize([("0.weight", integers)], None).unwrap();
        let error = one.load_safetensors(&file).unwrap_err().to_string();
        assert_eq!(error, "\"0.weight\" holds I64 in the file; F32 and F64 can be read");
    }

    #[test]
    fn damaged_files_never_panic_and_cut_ones_are_refused() {
        let mut target = net(&[2]).build::<f32>(Seed::new(2)).unwrap();
        let file = target.to_safetensors();
        for length in 0..file.len() {
            assert!(target.load_safetensors(&file[..length]).is_err(), "{length} bytes");
        }
        assert_eq!(target.to_safetensors(), file);
        for place in 0..file.len() {
            for bit in 0..8 {
                let mut damaged = file.clone();
                damaged[place] ^= 1 << bit;
                let _ = target.load_safetensors(&damaged); // a damaged number still loads
            }
        }
        target.load_safetensors(&file).unwrap();
        assert_eq!(target.to_safetensors(), file);
    }
}
