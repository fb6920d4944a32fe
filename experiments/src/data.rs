//! What networks are trained on.

use std::convert::Infallible;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, anyhow};
use layers::Sequential;
use mnist_io::download;
use mnist_io::{Dataset, DatasetName, Kind, Scale, Source, Split};
use rand::Rng;
use tensor_ops::{ByteRows, Scalar, Sparse, permutation};

use crate::Failure;
use crate::args::{DataArgs, Dataset as Choice};
use crate::fetching::Fetching;
use crate::turns::in_turns;

/// The element types of experiments: `f32` and `f64`.
pub trait Real: Scalar + mnist_io::Real {}
impl<T: Scalar + mnist_io::Real> Real for T {}

/// Seed of the built-in digits: they are a data set, the same for every run.
const SYNTHETIC_SEED: u64 = 0;

/// The data of a section.
#[derive(Debug)]
pub struct Data {
    /// The training images.
    pub train: Samples,
    /// The test images.
    pub test: Samples,
    pub(crate) source: Source,
    /// Why these are not MNIST, if they were meant to be.
    pub(crate) fallback: Option<String>,
}

impl Data {
    /// Finds or makes `train` training and `test` test images: the first ones of the data set.
    ///
    /// Looked for in `--data-dir`, `$MNIST_DIR`, `data/mnist`; then downloaded; then, if there is no
    /// network, replaced by the built-in digits with a warning. A folder that was named and cannot
    /// be used is an error, never replaced.
    pub(crate) fn load(
        args: &DataArgs,
        shown: &mut Fetching,
        train: usize,
        test: usize,
    ) -> Result<Self, Failure> {
        let synthetic = |fallback| (mnist_io::synthetic(SYNTHETIC_SEED, train, test), fallback);
        let (dataset, fallback) = match args.dataset {
            Choice::Synthetic => synthetic(None),
            Choice::Files(name) => match find(args, shown, name).map_err(Failure::Data)? {
                Found::Dataset(dataset) => (*dataset, None),
                Found::Nothing(reason) => synthetic(Some(reason)),
            },
        };
        let (longest, pixels) = (ByteRows::LONGEST, dataset.train.images.features());
        if pixels > longest {
            return Err(Failure::Data(anyhow!(
                "images of {pixels} pixels: an image may have at most {longest} here"
            )));
        }
        for (what, found, needed) in
            [("training", &dataset.train, train), ("test", &dataset.test, test)]
        {
            if found.labels.len() < needed {
                return Err(Failure::Data(anyhow!(
                    "{} {what} images in the data set, but this section needs {needed}",
                    found.labels.len()
                )));
            }
        }
        Ok(Self { fallback, ..Self::first(dataset, train, test) })
    }

    /// The first images of a data set.
    fn first(dataset: Dataset, train: usize, test: usize) -> Self {
        let (train, test) =
            rayon::join(|| Samples::new(dataset.train, train), || Samples::new(dataset.test, test));
        Self { train, test, source: dataset.source, fallback: None }
    }

    /// Built-in digits, for tests.
    #[cfg(test)]
    pub(crate) fn synthetic(train: usize, test: usize) -> Self {
        Self::first(mnist_io::synthetic(SYNTHETIC_SEED, train, test), train, test)
    }

    /// What to add to titles and tables if this is not the data set that the book uses.
    pub fn note(&self) -> Option<&'static str> {
        match self.source.kind {
            Kind::Mnist => None,
            Kind::Synthetic { .. } => Some("synthetic digits, not MNIST"),
            Kind::FashionMnist => Some("Fashion-MNIST, not MNIST"),
            Kind::Custom => Some("custom data, not MNIST"),
        }
    }
}

enum Found {
    Dataset(Box<Dataset>),
    Nothing(String),
}

fn find(args: &DataArgs, shown: &mut Fetching, name: DatasetName) -> anyhow::Result<Found> {
    let load = |dir: &Path| Ok(Found::Dataset(Box::new(mnist_io::load(dir, name)?)));
    if let Some(dir) = &args.data_dir {
        return load(dir).context("--data-dir");
    }
    if let Some(dir) = std::env::var_os("MNIST_DIR").filter(|dir| !dir.is_empty()) {
        return load(Path::new(&dir)).context("$MNIST_DIR");
    }
    if name != DatasetName::Mnist {
        return Err(anyhow!("--dataset {name} needs --data-dir DIR with its four files"));
    }
    let dir = default_dir();
    if let Ok(dataset) = mnist_io::load(&dir, name) {
        return Ok(Found::Dataset(Box::new(dataset)));
    }
    let had_files = holds_files(&dir);
    match download::fetch(&dir, &download::Options::default(), &mut |event| shown.tell(&event)) {
        Ok(_) => load(&dir),
        // Something was meant to be used there, and nothing better can be had.
        Err(error) if had_files => Err(error.into()),
        Err(error) => Ok(Found::Nothing(format!("no MNIST here, and none to be had: {error}"))),
    }
}

/// Whether a folder holds files of a data set, whole or not.
fn holds_files(dir: &Path) -> bool {
    let Ok(mut entries) = std::fs::read_dir(dir) else { return false };
    entries.any(|entry| entry.is_ok_and(|e| e.file_name().to_string_lossy().contains("-ubyte")))
}

/// `data/mnist` of the workspace this was built in, or of the current folder if that is gone.
fn default_dir() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    match workspace.filter(|path| path.join("data").is_dir()) {
        Some(workspace) => workspace.join("data/mnist"),
        None => PathBuf::from("data/mnist"),
    }
}

/// Images as bytes and their labels, from which matrices are gathered.
#[derive(Clone, Debug)]
pub struct Samples {
    images: Arc<ByteRows>,
    labels: Arc<Vec<u8>>,
    /// Which images these are, in which order.
    order: Vec<usize>,
}

impl Samples {
    /// The first `n` of these.
    fn new(Split { images, labels }: Split, n: usize) -> Self {
        Self {
            images: Arc::new(ByteRows::new((0..n).map(|i| images.image(i)))),
            labels: Arc::new(labels),
            order: (0..n).collect(),
        }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The number of pixels of an image.
    pub fn features(&self) -> usize {
        self.images.width()
    }

    /// Only the first `n` samples.
    #[must_use]
    pub fn first(mut self, n: usize) -> Self {
        self.order.truncate(n);
        self
    }

    /// The same samples in a random order.
    #[must_use]
    pub fn shuffled(mut self, rng: &mut impl Rng) -> Self {
        let order = permutation(self.len(), rng);
        self.order = order.into_iter().map(|i| self.order[i]).collect();
        self
    }

    /// The first `n` samples, and the others.
    ///
    /// # Panics
    /// If there are fewer than `n`.
    #[track_caller]
    pub fn split_at(mut self, n: usize) -> (Self, Self) {
        let rest = self.order.split_off(n);
        let (images, labels) = (Arc::clone(&self.images), Arc::clone(&self.labels));
        let rest = Self { images, labels, order: rest };
        (self, rest)
    }

    /// The samples at `indices` as a (batch, features) matrix of pixels in \[0, 1\], and their labels.
    /// Four fifths of the pixels are zero, which a sparse matrix leaves out.
    pub fn gather<T: Real>(&self, indices: &[usize], x: &mut Sparse<T>, labels: &mut Vec<usize>) {
        let chosen = indices.iter().map(|&i| self.order[i]);
        x.gather(&self.images, chosen.clone(), |byte| Scale::Unit.value(byte));
        labels.clear();
        labels.extend(chosen.map(|i| usize::from(self.labels[i])));
    }

    /// All samples in blocks that fit a cache, for evaluation.
    pub fn blocks<T: Real>(&self) -> Blocks<T> {
        let indices: Vec<usize> = (0..self.len()).collect();
        let gather = |indices: &[usize]| {
            let (mut x, mut labels) = (Sparse::default(), Vec::new());
            self.gather(indices, &mut x, &mut labels);
            (x, labels)
        };
        Blocks { blocks: indices.chunks(BLOCK).map(gather).collect() }
    }
}

/// Rows a block: a block's activations in five layers of 100 stay within a core's cache.
const BLOCK: usize = 256;

/// Fewer blocks than these are counted sooner than a network is copied.
const BLOCKS_A_COPY: usize = 4;

/// Samples as matrices of a few hundred rows each.
#[derive(Clone, Debug)]
pub struct Blocks<T: Scalar> {
    blocks: Vec<(Sparse<T>, Vec<usize>)>,
}

impl<T: Scalar> Blocks<T> {
    /// Each block's matrix and labels.
    pub fn iter(&self) -> impl Iterator<Item = &(Sparse<T>, Vec<usize>)> {
        self.blocks.iter()
    }

    /// The share of all samples that `network` classifies rightly, counted by it and by copies of it
    /// on up to so many threads.
    pub fn accuracy(&self, network: &mut Sequential<T>, threads: usize) -> f64 {
        let threads = threads.min(self.blocks.len() / BLOCKS_A_COPY).max(1);
        let mut copies = vec![network.clone(); threads - 1];
        // Each takes the next block when it is done with one: a core that is slower for a while does less.
        let (next, right) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let networks = iter::once(network).chain(&mut copies);
        let counted = in_turns(networks, 1, |network, _| {
            let blocks = iter::from_fn(|| self.blocks.get(next.fetch_add(1, Ordering::Relaxed)));
            let count = blocks.map(|(x, labels)| network.count_correct(x, labels)).sum();
            right.fetch_add(count, Ordering::Relaxed);
            Ok::<_, Infallible>(())
        });
        let Ok(()) = counted;
        let all: usize = self.blocks.iter().map(|(_, labels)| labels.len()).sum();
        right.into_inner() as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use init::Seed;
    use layers::MultiLayerNet;

    #[test]
    fn the_first_images_of_a_data_set_are_taken() {
        let data = Data::first(mnist_io::synthetic(SYNTHETIC_SEED, 20, 10), 5, 0);
        assert_eq!((data.train.len(), data.test.len()), (5, 0));
        let gathered = |samples: &Samples| {
            let (mut x, mut labels) = (Sparse::<f32>::default(), Vec::new());
            samples.gather(&[0, 1, 2, 3, 4], &mut x, &mut labels);
            (x, labels)
        };
        let all = Data::first(mnist_io::synthetic(SYNTHETIC_SEED, 20, 10), 20, 10);
        assert_eq!(gathered(&data.train), gathered(&all.train));
    }

    #[test]
    fn accuracy_is_the_same_on_any_number_of_threads() {
        let samples = Data::synthetic(12 * BLOCK + 1, 1).train;
        let blocks = samples.blocks::<f32>();
        let net = MultiLayerNet::new(samples.features(), &[10], 10);
        let mut network = net.build(Seed::new(1)).unwrap();
        let right = |(x, labels): &(_, Vec<usize>)| network.count_correct(x, labels);
        let right: usize = blocks.iter().map(right).sum();
        assert!(right > 0);
        for threads in [1, 2, 3, 5, 100] {
            let accuracy = blocks.accuracy(&mut network, threads);
            assert_eq!(accuracy, right as f64 / samples.len() as f64, "{threads} threads");
        }
    }
}
