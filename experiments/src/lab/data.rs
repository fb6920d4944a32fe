//! What networks are trained on.

use std::collections::TryReserveError;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use kernels::ByteRows;
use mnist_io::download;
use mnist_io::{Dataset, DatasetName, ImageSink, Images, Kind, Source, Split};
use training::Samples;

use crate::cli::{DataArgs, DataChoice, Failure, Result};
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
    ) -> Result<Self> {
        let custom = args.dataset == DataChoice::Files(DatasetName::Custom);
        if args.transpose && !custom {
            return Err(Failure::Usage(anyhow!(
                "--transpose goes with --dataset custom: {} has its images upright",
                args.dataset
            )));
        }
        let first = || [train, test].map(|wanted| First::new(wanted, args.transpose));
        let built_in = || mnist_io::synthetic_into(SYNTHETIC_SEED, [train, test], first());
        let (dataset, fallback) = match args.dataset {
            DataChoice::Synthetic => (built_in(), None),
            DataChoice::Files(name) => {
                match find(args, shown, name, &first).map_err(Failure::Data)? {
                    Ok(dataset) => (dataset, None),
                    Err(reason) => (built_in(), Some(reason)),
                }
            }
        };
        if custom && !args.transpose && is_named_as_emnist(&dataset.source) {
            notice(
                "warning: EMNIST, to judge by the names of the files, keeps its images column by column: \
                 --transpose puts them upright",
            );
        }
        let (longest, pixels) = (ByteRows::LONGEST, dataset.train.images.pixels());
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
        Ok(Self::of(dataset, fallback))
    }

    fn of(dataset: Dataset<First>, fallback: Option<String>) -> Self {
        // Of all images, so that networks do not depend on which classes the first ones have.
        let classes = dataset.classes();
        let samples = |Split { images, mut labels }: Split<First>| {
            labels.truncate(images.wanted);
            Samples::new(images.rows, labels)
        };
        let (train, test) = (samples(dataset.train), samples(dataset.test));
        Self { train, test, classes, source: dataset.source, fallback }
    }

    /// Frees the images, after which there are no samples and no inputs.
    pub(crate) fn free_images(&mut self) {
        let none = || Samples::new(ByteRows::with_capacity(0, 0), Vec::new());
        (self.train, self.test) = (none(), none());
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

/// Keeps the first images of a data set, and of them only what is not background.
struct First {
    wanted: usize,
    transpose: bool,
    /// Rows and columns as they come.
    size: (usize, usize),
    rows: ByteRows,
}

impl First {
    fn new(wanted: usize, transpose: bool) -> Self {
        Self { wanted, transpose, size: (0, 0), rows: ByteRows::with_capacity(0, 0) }
    }

    fn pixels(&self) -> usize {
        self.size.0.saturating_mul(self.size.1)
    }
}

impl ImageSink for First {
    fn begin(&mut self, count: usize, size: (usize, usize)) -> Result<(), TryReserveError> {
        self.size = size;
        // Of larger images, none is kept: they are refused.
        if self.pixels() <= ByteRows::LONGEST {
            self.rows = ByteRows::with_capacity(count.min(self.wanted), self.pixels());
        } else {
            self.wanted = 0;
        }
        Ok(())
    }

    fn image(&mut self, pixels: &[u8]) {
        if self.rows.len() == self.wanted {
            return;
        }
        if self.transpose {
            let image = Images::new(self.size.0, self.size.1, pixels.to_vec());
            self.rows.push(image.transposed().pixels());
        } else {
            self.rows.push(pixels);
        }
    }
}

/// The data set, or why there is none.
fn find(
    args: &DataArgs,
    shown: &mut DownloadView,
    name: DatasetName,
    first: &dyn Fn() -> [First; 2],
) -> anyhow::Result<Result<Dataset<First>, String>> {
    let load = |dir: &Path| anyhow::Ok(Ok(mnist_io::load_into(dir, name, first())?));
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
    if let Ok(found) = load(&dir) {
        return Ok(found);
    }
    let had_files = holds_files(&dir);
    match download::fetch(&dir, &download::Options::default(), &mut |event| shown.tell(&event)) {
        Ok(_) => load(&dir),
        // The files there were meant to be used, and no others can be downloaded.
        Err(error) if had_files => Err(error.into()),
        Err(error) => Ok(Err(format!("no MNIST here, and none to be had: {error}"))),
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

    fn data(train: usize, test: usize, transpose: bool) -> Data {
        let first = [train, test].map(|wanted| First::new(wanted, transpose));
        Data::of(mnist_io::synthetic_into(SYNTHETIC_SEED, [20, 10], first), None)
    }

    fn gathered(samples: &Samples) -> (Sparse<f32>, Vec<usize>) {
        let (mut x, mut labels) = (Sparse::default(), Vec::new());
        samples.gather(&[0, 1, 2, 3, 4], &mut x, &mut labels);
        (x, labels)
    }

    #[test]
    fn the_first_images_of_a_data_set_are_taken() {
        let few = data(5, 0, false);
        assert_eq!((few.train.len(), few.test.len()), (5, 0));
        assert_eq!(gathered(&few.train), gathered(&data(20, 10, false).train));
    }

    #[test]
    fn transposed_images_have_rows_and_columns_exchanged() {
        let digits = mnist_io::synthetic(SYNTHETIC_SEED, 20, 10).transposed().train;
        let rows = ByteRows::new(digits.images.pixels().chunks(784));
        let expected = Samples::new(rows, digits.labels);
        assert_eq!(gathered(&data(5, 0, true).train), gathered(&expected));
    }

    #[test]
    fn layers_are_those_of_the_data() {
        assert_eq!(data(5, 0, false).layers(&[100; 4]), "784-100×4-10");
        let first = [5, 0].map(|wanted| First::new(wanted, false));
        let mut dataset = mnist_io::synthetic_into(SYNTHETIC_SEED, [20, 10], first);
        // Not among the first five.
        dataset.train.labels[19] = 26;
        let data = Data::of(dataset, None);
        assert_eq!((data.inputs(), data.classes()), (784, 27));
        assert_eq!(data.layers(&[50, 50, 30]), "784-50×2-30×1-27");
    }
}
