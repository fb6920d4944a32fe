//! Networks saved as safetensors files.

use std::collections::{BTreeMap, HashMap};

use kernels::Scalar;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView, serialize};
use thiserror::Error;

use super::Sequential;

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
}

/// PyTorch's batch normalisation keeps this counter, ours does not.
const COUNTER: &str = "num_batches_tracked";

/// A tensor of a file: name, shape and values.
type Tensor<V> = (String, Vec<usize>, V);

/// The bytes of a file. Not generic, so that it is compiled once.
fn to_file(dtype: Dtype, tensors: &[Tensor<Vec<u8>>], layers: String) -> Vec<u8> {
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(dtype, shape.clone(), bytes);
        (name.as_str(), view.expect("a shape holds as many elements as its parameter"))
    });
    let metadata = HashMap::from([("layers".to_owned(), layers)]);
    serialize(views, Some(metadata)).expect("every view has the right length")
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
    /// metadata `layers` lists the [`description`](crate::Layer::description) of each layer:
    /// `affine, batch_norm eps=0.000001, relu, affine`. Other hyperparameters and the state of
    /// dropout's random number generator are not saved.
    ///
    /// # Panics
    /// If the [`torch_shape`](crate::Param::torch_shape) of a parameter does not hold as many
    /// elements as its value. This can happen only in your own layers.
    ///
    /// # Example
    /// ```
    /// use init::Seed;
    /// use layers::MultiLayerNet;
    ///
    /// let net = MultiLayerNet::new(4, &[3], 2);
    /// let trained = net.build::<f32>(Seed::new(1))?;
    /// let mut other = net.build::<f32>(Seed::new(2))?;
    /// other.load_safetensors(&trained.to_safetensors())?;
    /// let weight = |net: &layers::Sequential<f32>| net.param("0.weight").unwrap().value.clone();
    /// assert_eq!(weight(&other), weight(&trained));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_safetensors(&self) -> Vec<u8> {
        let dtype = if T::NAME == f32::NAME { Dtype::F32 } else { Dtype::F64 };
        let bytes = |values: &[T]| -> Vec<u8> {
            match dtype {
                Dtype::F32 => values.iter().flat_map(|v| (v.f64() as f32).to_le_bytes()).collect(),
                _ => values.iter().flat_map(|v| v.f64().to_le_bytes()).collect(),
            }
        };
        let tensors = self.tensors().map(|(name, shape, values)| (name, shape, bytes(values)));
        let layers: Vec<String> = self.layers.iter().map(|layer| layer.description()).collect();
        to_file(dtype, &tensors.collect::<Vec<_>>(), layers.join(", "))
    }

    /// Every parameter and running statistic: the parameters of a layer before its statistics.
    fn tensors(&self) -> impl Iterator<Item = Tensor<&[T]>> {
        self.layers.iter().enumerate().flat_map(|(i, layer)| {
            let name = move |name| format!("{i}.{name}");
            let params = layer.params().iter();
            let buffers = layer.buffers().iter();
            params
                .map(move |p| (name(p.name), p.torch_shape.clone(), p.value.as_slice()))
                .chain(buffers.map(move |b| (name(b.name), vec![b.values.len()], &b.values[..])))
        })
    }

    /// Sets every parameter and running statistic from the bytes of a safetensors file.
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
        let known = file.tensors().into_iter().filter(|(name, _)| !name.ends_with(COUNTER));
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
        let mut values = values.into_iter();
        for layer in &mut self.layers {
            for (param, values) in layer.params_mut().iter_mut().zip(&mut values) {
                param.value.copy_from_slice(&values);
            }
            for (buffer, values) in layer.buffers_mut().iter_mut().zip(&mut values) {
                buffer.values = values;
            }
        }
        Ok(())
    }
}

fn decode<T: Scalar>(name: String, view: &TensorView<'_>) -> Result<Vec<T>, CheckpointError> {
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
        trained.gradient(&x, &vec![0, 1, 2, 0, 1, 2, 0, 1]); // moves the running statistics
        let mut other = net(&[4, 6]).build::<f64>(Seed::new(2)).unwrap();
        other.load_safetensors(&trained.to_safetensors()).unwrap();
        assert_eq!(other.predict(&x), trained.predict(&x));
    }

    #[test]
    fn numbers_beyond_single_precision_are_refused_by_f32_networks() {
        let mut wide = net(&[4]).build::<f64>(Seed::new(1)).unwrap();
        wide.params_mut().next().unwrap().value[3] = 1e300;
        let mut narrow = net(&[4]).build::<f32>(Seed::new(1)).unwrap();
        let error = narrow.load_safetensors(&wide.to_safetensors()).unwrap_err().to_string();
        assert_eq!(error, "\"0.weight\" holds 1e300 in the file, which is infinite as f32");
    }

    #[test]
    fn the_metadata_of_a_file_lists_the_layers() {
        let dropped = net(&[4]).dropout(0.25, crate::DropoutScaling::AtEvaluation);
        let file = dropped.build::<f32>(Seed::new(1)).unwrap().to_safetensors();
        let (_, header) = safetensors::SafeTensors::read_metadata(&file).unwrap();
        let layers = &header.metadata().as_ref().unwrap()["layers"];
        let expected =
            "affine, batch_norm eps=0.000001, relu, dropout ratio=0.25 scale=0.75, affine";
        assert_eq!(layers, expected);
    }

    #[test]
    fn f32_files_load_into_f64_networks() {
        let small = net(&[4]).build::<f32>(Seed::new(1)).unwrap();
        let mut wide = net(&[4]).build::<f64>(Seed::new(2)).unwrap();
        wide.load_safetensors(&small.to_safetensors()).unwrap();
        for (a, b) in small.params().zip(wide.params()) {
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
