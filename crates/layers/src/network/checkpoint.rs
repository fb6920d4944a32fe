//! Networks as safetensors files.

use std::collections::{BTreeMap, HashMap};

use kernels::Scalar;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView, serialize};
use thiserror::Error;

use super::Sequential;

/// A file that does not hold this network.
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
    /// Not a safetensors file, or a damaged one.
    #[error("not a readable safetensors file: {0}")]
    Format(#[from] SafeTensorError),
    /// The file lacks a tensor, or has one that the network does not know.
    #[error("the file {problem} {name:?}; it was saved from another network")]
    Names {
        /// "lacks" or "has an unknown".
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
    /// A tensor holds a finite number that the network's type does not reach.
    #[error("{name:?} holds {found:e} in the file, which is infinite as {scalar}")]
    Range {
        /// The tensor.
        name: String,
        /// The first such number.
        found: f64,
        /// The network's type.
        scalar: &'static str,
    },
    /// A tensor holds something else than 32- or 64-bit floats.
    #[error("{name:?} holds {found} in the file; F32 and F64 can be read")]
    Type {
        /// The tensor's name.
        name: String,
        /// The file's element type.
        found: String,
    },
}

/// The one number that PyTorch's batch norms keep and ours do not.
const COUNTER: &str = "num_batches_tracked";

/// Name, shape and bytes.
type Tensor = (String, Vec<usize>, Vec<u8>);

/// The bytes of a file, by a function that is not generic: it is compiled once.
fn to_file(dtype: Dtype, tensors: &[Tensor], layers: String) -> Vec<u8> {
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(dtype, shape.clone(), bytes);
        (name.as_str(), view.expect("a shape holds as many elements as its layer"))
    });
    let metadata = HashMap::from([("layers".to_owned(), layers)]);
    serialize(views, Some(metadata)).expect("views of the right length serialize")
}

impl<T: Scalar> Sequential<T> {
    /// The bytes of a safetensors file that holds every parameter and running statistic.
    ///
    /// Names are those of PyTorch's `nn.Sequential` (`0.weight`, `1.running_mean`, …) and so are
    /// shapes and bytes: an affine weight is (n_out, n_in) row-major. In Python,
    /// `module.load_state_dict(safetensors.torch.load_file(path), strict=False)` loads it into the
    /// same layers (not strict, for `num_batches_tracked` is not kept here).
    ///
    /// "The same layers" means `BatchNorm1d(n, eps=1e-6)`, `Dropout` only where ours has
    /// [`DropoutScaling::AtTraining`](crate::DropoutScaling::AtTraining), and no `Flatten` between, which
    /// would shift the numbers: `tests/interop/load_in_torch.py` shows how. The metadata `layers` lists
    /// the layers as their [`description`](crate::Layer::description)s: `affine, batch_norm
    /// eps=0.000001, relu, affine`. Other hyperparameters and the state of dropout's generator are not
    /// in the file.
    ///
    /// # Panics
    /// If the [`torch_shape`](crate::Param::torch_shape) of a parameter of one's own does not hold as
    /// many elements as its value.
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
    /// assert_eq!(other.param("0.weight").unwrap().value, trained.param("0.weight").unwrap().value);
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
        let mut tensors: Vec<Tensor> = Vec::new();
        for (i, layer) in self.layers().iter().enumerate() {
            for param in layer.params() {
                let name = format!("{i}.{}", param.name);
                tensors.push((name, param.torch_shape.clone(), bytes(param.value.as_slice())));
            }
            for buffer in layer.buffers() {
                let name = format!("{i}.{}", buffer.name);
                tensors.push((name, vec![buffer.values.len()], bytes(&buffer.values)));
            }
        }
        let layers: Vec<String> = self.layers().iter().map(|l| l.description()).collect();
        to_file(dtype, &tensors, layers.join(", "))
    }

    /// Sets every parameter and running statistic from the bytes of a safetensors file.
    ///
    /// 32- and 64-bit floats are read into either element type. A file that PyTorch saved from the
    /// same layers loads too; its `num_batches_tracked` is passed over.
    ///
    /// # Errors
    /// [`CheckpointError`] if the bytes are damaged or belong to another network; the network is
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
        let mut found = BTreeMap::new();
        for (name, view) in file.tensors() {
            if !name.ends_with(COUNTER) {
                found.insert(name, view);
            }
        }
        // Everything is read and checked before anything is changed.
        let mut values = Vec::new();
        let mut take = |name: String, expected: &[usize]| {
            let Some(view) = found.remove(&name) else {
                return Err(CheckpointError::Names { problem: "lacks", name });
            };
            if view.shape() != expected {
                let (expected, found) = (expected.to_vec(), view.shape().to_vec());
                return Err(CheckpointError::Shape { name, expected, found });
            }
            values.push(decode::<T>(name, &view)?);
            Ok(())
        };
        for (i, layer) in self.layers().iter().enumerate() {
            for param in layer.params() {
                take(format!("{i}.{}", param.name), &param.torch_shape)?;
            }
            for buffer in layer.buffers() {
                take(format!("{i}.{}", buffer.name), &[buffer.values.len()])?;
            }
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
        Dtype::F32 => {
            bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b).into()).collect()
        }
        Dtype::F64 => bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
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
    fn numbers_beyond_single_precision_are_refused_there() {
        let mut wide = net(&[4]).build::<f64>(Seed::new(1)).unwrap();
        wide.params_mut().next().unwrap().value[3] = 1e300;
        let mut narrow = net(&[4]).build::<f32>(Seed::new(1)).unwrap();
        let error = narrow.load_safetensors(&wide.to_safetensors()).unwrap_err().to_string();
        assert_eq!(error, "\"0.weight\" holds 1e300 in the file, which is infinite as f32");
    }

    #[test]
    fn the_layers_are_told_in_the_file() {
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
                let _ = target.load_safetensors(&damaged); // a changed number is a number
            }
        }
        target.load_safetensors(&file).unwrap();
        assert_eq!(target.to_safetensors(), file);
    }
}
