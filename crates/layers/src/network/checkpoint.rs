//! Training in the middle, as a safetensors file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use kernels::Scalar;
use optimizers::{OptimizerState, StateArray};
use rand::rngs::ChaCha8Rng;
use safetensors::SafeTensors;

use super::Sequential;
use super::saved::{
    CheckpointError, OPTIMIZER, OptimizerHeader, SavedHeader, decode, from_hex, to_bytes, to_hex,
};

/// Training in the middle: a network, its optimizer, and the generators that are still needed.
///
/// One safetensors file holds everything. Training that goes on from it gives, bit for bit, what
/// training without a stop would have given; `tests/it/resume.rs` checks it for every optimizer,
/// with dropout and batch normalisation, in `f32` and `f64`. A
/// [`Schedule`](optimizers::schedules::Schedule) is a function of
/// [`OptimizerState::steps`].
///
/// # Example
/// ```
/// use init::{Purpose, Seed};
/// use layers::{Checkpoint, MultiLayerNet};
/// use optimizers::{Adam, Rule};
///
/// let seed = Seed::new(1);
/// let mut net = MultiLayerNet::new(2, &[3], 2).build::<f32>(seed)?;
/// let mut adam = Adam::default().build()?;
/// let (x, labels) = (nalgebra::dmatrix![1.0, 2.0; -1.0, 0.5], [1, 0]);
/// net.gradient(&x, &labels);
/// adam.step(&mut net)?;
/// let batches = seed.stream(Purpose::Batches, 0);
/// let file = Checkpoint::of(&net, &*adam, [("batches", &batches)]).to_bytes();
///
/// let Checkpoint { mut network, optimizer, mut generators, .. } = Checkpoint::from_bytes(&file)?;
/// let mut optimizer = optimizer.expect("the file has one").build()?;
/// let batches = generators.remove("batches");
/// assert_eq!(network.gradient(&x, &labels), net.gradient(&x, &labels));
/// assert_eq!(optimizer.steps(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Checkpoint<T: Scalar> {
    /// The network, with the state of its dropout and batch normalisation, and what is frozen.
    pub network: Sequential<T>,
    /// The optimizer's rule, hyperparameters, step count and arrays, if the file has one.
    pub optimizer: Option<OptimizerState<T>>,
    /// Generators that do not belong to the network, such as the one of the mini-batches.
    pub generators: BTreeMap<String, ChaCha8Rng>,
    /// Whatever else is to be kept, such as what was measured so far.
    pub notes: BTreeMap<String, String>,
}

impl<T: Scalar> Checkpoint<T> {
    /// A copy of the state of training, with named generators.
    pub fn of<'a>(
        network: &Sequential<T>,
        optimizer: &dyn optimizers::Optimizer<T>,
        generators: impl IntoIterator<Item = (&'a str, &'a ChaCha8Rng)>,
    ) -> Self {
        let copy = |rng: &ChaCha8Rng| ChaCha8Rng::deserialize_state(&rng.serialize_state());
        let generators = generators.into_iter().map(|(name, rng)| (name.to_owned(), copy(rng)));
        Self {
            network: network.clone(),
            optimizer: Some(optimizer.state()),
            generators: generators.collect(),
            notes: BTreeMap::new(),
        }
    }

    /// The bytes of the file.
    ///
    /// # Panics
    /// As [`Sequential::to_safetensors`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut header = SavedHeader::of(&self.network);
        let streams = self.generators.iter().map(|(name, rng)| (name.clone(), to_hex(rng)));
        header.streams = streams.collect();
        header.notes.clone_from(&self.notes);
        self.network.visit_params(|param| {
            if param.frozen {
                header.frozen.push(param.name.clone());
            }
        });
        let mut tensors = self.network.tensors();
        if let Some(state) = &self.optimizer {
            header.optimizer = Some(OptimizerHeader {
                rule: state.rule.clone(),
                lr: state.lr,
                hyperparameters: state.hyperparameters.clone(),
                steps: state.steps,
                lens: state.lens.clone(),
                arrays: state.arrays.iter().map(|array| array.name.clone()).collect(),
            });
            tensors.extend(state.arrays.iter().map(|StateArray { name, values }| {
                (format!("{OPTIMIZER}{name}"), vec![values.len()], &values[..])
            }));
        }
        to_bytes(tensors, &header)
    }

    /// What [`to_bytes`](Self::to_bytes) wrote, with the network built again.
    ///
    /// # Errors
    /// As [`Sequential::from_safetensors`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::with_network(Sequential::from_safetensors(bytes)?, bytes)
    }

    /// What [`to_bytes`](Self::to_bytes) wrote, loaded into `network`, which may have layers and a
    /// loss of your own. Its parameters, and which of them are frozen, become those of the file.
    ///
    /// # Errors
    /// As [`Sequential::load_safetensors`], and [`CheckpointError::Network`] if what the file says
    /// of generators or the optimizer cannot be read.
    ///
    /// ```
    /// use layers::{Checkpoint, LayerError, Sequential};
    /// use optimizers::{Rule, Sgd};
    /// # use layers::{LossFunction, Targets};
    /// # use nalgebra::DMatrix;
    /// # #[derive(Debug)]
    /// # struct Absolute; // as in the example of `LossFunction`
    /// # impl LossFunction<f64> for Absolute {
    /// #     fn evaluate(
    /// #         &self,
    /// #         scores: &DMatrix<f64>,
    /// #         _: Targets<'_, f64>,
    /// #         gradient: &mut DMatrix<f64>,
    /// #         _: &mut Vec<f64>,
    /// #     ) -> f64 {
    /// #         *gradient = scores.map(f64::signum);
    /// #         scores.abs().sum()
    /// #     }
    /// # }
    ///
    /// // `Absolute` is a loss of one's own.
    /// let build = || -> Result<_, LayerError> {
    ///     let net = Sequential::features(2).affine(3).build(init::Seed::new(1))?;
    ///     Ok(net.loss_function(Absolute))
    /// };
    /// let mut net = build()?;
    /// net.freeze("0.bias")?;
    /// let bytes = Checkpoint::of(&net, &*Sgd::default().build()?, []).to_bytes();
    ///
    /// let message = "the file does not say which network it holds (its loss is Absolute): build \
    ///     the network, then load the file into it with `load_safetensors` or \
    ///     `Checkpoint::with_network`";
    /// assert_eq!(Checkpoint::<f64>::from_bytes(&bytes).unwrap_err().to_string(), message);
    /// let again = Checkpoint::with_network(build()?, &bytes)?; // from a file: `fs::read(path)?`
    /// assert!(again.network.param("0.bias").unwrap().frozen);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_network(mut network: Sequential<T>, bytes: &[u8]) -> Result<Self, CheckpointError> {
        network.load_safetensors(bytes)?;
        let header = SavedHeader::read(bytes)?;
        network.visit_params_mut(|param| param.frozen = header.frozen.contains(&param.name));
        let file = SafeTensors::deserialize(bytes)?;
        let optimizer = match header.optimizer {
            None => None,
            Some(OptimizerHeader { rule, lr, hyperparameters, steps, lens, arrays }) => {
                let array = |name: String| -> Result<StateArray<T>, CheckpointError> {
                    let tensor = format!("{OPTIMIZER}{name}");
                    let view = file.tensor(&tensor)?;
                    Ok(StateArray { values: decode(tensor, &view)?, name })
                };
                let arrays = arrays.into_iter().map(array).collect::<Result<_, _>>()?;
                Some(OptimizerState { rule, lr, hyperparameters, steps, lens, arrays })
            }
        };
        let stream = |(name, text): (String, String)| match from_hex(&text) {
            Some(rng) => Ok((name, rng)),
            None => Err(CheckpointError::Network(format!("no generator is {text:?}"))),
        };
        let generators = header.streams.into_iter().map(stream).collect::<Result<_, _>>()?;
        Ok(Self { network, optimizer, generators, notes: header.notes })
    }

    /// Writes the file. A file of this name is replaced when the new one is complete on the disk.
    ///
    /// # Errors
    /// [`CheckpointError::File`] if it cannot be written.
    ///
    /// ```
    /// use layers::{Checkpoint, MultiLayerNet};
    /// use optimizers::{Rule, Sgd};
    ///
    /// # let folder = std::env::temp_dir().join(format!("checkpoint-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let network = MultiLayerNet::new(2, &[3], 2).build::<f32>(init::Seed::new(1))?;
    /// let mut checkpoint = Checkpoint::of(&network, &*Sgd::default().build()?, []);
    /// checkpoint.notes.insert("epoch".to_owned(), "3".to_owned());
    /// checkpoint.save(&folder.join("net.safetensors"))?;
    /// let again = Checkpoint::<f32>::load(&folder.join("net.safetensors"))?;
    /// assert_eq!(again.to_bytes(), checkpoint.to_bytes());
    ///
    /// # std::fs::write(folder.join("notes.txt"), "epoch 3")?;
    /// let error = Checkpoint::<f32>::load(&folder.join("notes.txt")).unwrap_err().to_string();
    /// assert!(error.contains("notes.txt: not a readable safetensors file"));
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let draft = path.with_added_extension("part");
        let write = || -> io::Result<()> {
            let mut file = File::create(&draft)?;
            file.write_all(&self.to_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, path)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&draft);
            CheckpointError::File { path: path.display().to_string(), error }
        })
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`CheckpointError::File`] if it cannot be read; [`CheckpointError::Content`] with what
    /// [`from_bytes`](Self::from_bytes) finds wrong.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let name = || path.display().to_string();
        let bytes =
            fs::read(path).map_err(|error| CheckpointError::File { path: name(), error })?;
        Self::from_bytes(&bytes)
            .map_err(|error| CheckpointError::Content { path: name(), error: Box::new(error) })
    }
}
