//! What networks are trained on.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use kernels::ByteRows;
use mnist_io::download;
use mnist_io::{Dataset, DatasetName, Kind, Source, Split};
use training::Samples;

use crate::cli::{DataArgs, DataChoice, Failure};
use crate::screen::{DownloadView, notice};

/// The built-in digits are one data set, the same for every run.
const SYNTHETIC_SEED: u64 = 0;

/// The data of a section.
#[derive(Debug)]
pub struct Data {
    /// The training images.
    pub train: Samples,
    /// The test images.
    pub test: Samples,
    classes: usize,
    /// Where the images are from.
    pub source: Source,
    /// Why the built-in digits are used instead of MNIST, if they are.
    pub fallback: Option<String>,
}

impl Data {
    /// Finds or makes `train` training and `test` test images: the first ones of the data set.
    ///
    /// Looked for in `--data-dir`, `$MNIST_DIR`, `data/mnist`; then downloaded; then, if there is
    /// no network, replaced by the built-in digits with a warning. A folder that was named and
    /// cannot be used is an error, never replaced.
    ///
    /// # Errors
    /// [`Failure`] if there is no such data, or too little of it.
    pub fn load(
        args: &DataArgs,
        shown: &mut DownloadView,
        train: usize,
        test: usize,
    ) -> Result<Self, Failure> {
        let custom = args.dataset == DataChoice::Files(DatasetName::Custom);
        if args.transpose && !custom {
            return Err(Failure::Usage(anyhow!(
                "--transpose goes with --dataset custom: {} has its images upright",
                args.dataset
            )));
        }
        let synthetic = |fallback| (mnist_io::synthetic(SYNTHETIC_SEED, train, test), fallback);
        let (dataset, fallback) = match args.dataset {
            DataChoice::Synthetic => synthetic(None),
            DataChoice::Files(name) => match find(args, shown, name).map_err(Failure::Data)? {
                Found::Dataset(dataset) if args.transpose => (dataset.transposed(), None),
                Found::Dataset(dataset) => (*dataset, None),
                Found::Nothing(reason) => synthetic(Some(reason)),
            },
        };
        if custom && !args.transpose && is_named_as_emnist(&dataset.source) {
            notice(
                "warning: EMNIST, to judge by the names of the files, keeps its images column by column: \
                 --transpose puts them upright",
            );
        }
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
        if let Some(reason) = &fallback {
            notice(&format!(
                "warning: {reason}; using the built-in SYNTHETIC digits instead of MNIST"
            ));
        }
        Ok(Self { fallback, ..Self::first(dataset, train, test) })
    }

    /// The first images of a data set.
    fn first(dataset: Dataset, train: usize, test: usize) -> Self {
        // Of all images, so that networks do not depend on which classes the first ones have.
        let classes = dataset.classes();
        let samples = |Split { images, mut labels }: Split, n: usize| {
            labels.truncate(n);
            Samples::new(ByteRows::new((0..n).map(|i| images.image(i))), labels)
        };
        let (train, test) =
            rayon::join(|| samples(dataset.train, train), || samples(dataset.test, test));
        Self { train, test, classes, source: dataset.source, fallback: None }
    }

    /// The number of inputs of a network: the pixels of an image.
    pub fn inputs(&self) -> usize {
        self.train.features()
    }

    /// The number of outputs of a network: one per class, at least 10.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The layers of a network with these hidden layers, in short: `784-100×4-10`.
    pub fn layers(&self, hidden: &[usize]) -> String {
        let equal = hidden.chunk_by(|a, b| a == b);
        let hidden: Vec<_> = equal.map(|h| format!("{}×{}", h[0], h.len())).collect();
        format!("{}-{}-{}", self.inputs(), hidden.join("-"), self.classes)
    }

    /// What titles and tables say if the data is not the book's.
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

fn find(args: &DataArgs, shown: &mut DownloadView, name: DatasetName) -> anyhow::Result<Found> {
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
        // The files there were meant to be used, and no others can be downloaded.
        Err(error) if had_files => Err(error.into()),
        Err(error) => Ok(Found::Nothing(format!("no MNIST here, and none to be had: {error}"))),
    }
}

fn is_named_as_emnist(source: &Source) -> bool {
    let mut names = source.files.iter().filter_map(|file| file.path.file_name());
    names.any(|name| name.to_string_lossy().starts_with("emnist-"))
}

/// Whether a folder holds files of a data set, complete or not.
fn holds_files(dir: &Path) -> bool {
    let Ok(mut entries) = std::fs::read_dir(dir) else { return false };
    entries.any(|entry| entry.is_ok_and(|e| e.file_name().to_string_lossy().contains("-ubyte")))
}

/// `data/mnist` of the workspace that this was built in, or of the current folder if that is gone.
fn default_dir() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    match workspace.filter(|path| path.join("data").is_dir()) {
        Some(workspace) => workspace.join("data/mnist"),
        None => PathBuf::from("data/mnist"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensor_ops::Sparse;

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
    fn layers_are_those_of_the_data() {
        let mut dataset = mnist_io::synthetic(SYNTHETIC_SEED, 20, 10);
        assert_eq!(Data::first(dataset.clone(), 5, 0).layers(&[100; 4]), "784-100×4-10");
        // Not among the first five.
        dataset.train.labels[19] = 26;
        let data = Data::first(dataset, 5, 0);
        assert_eq!((data.inputs(), data.classes()), (784, 27));
        assert_eq!(data.layers(&[50, 50, 30]), "784-50×2-30×1-27");
    }
}
