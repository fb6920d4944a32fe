//! The data sets that can be asked for, their files, and the digests of what they hold.

use std::fmt;
use std::str::FromStr;

use crate::idx::Content;
use crate::{Error, FileRecord};

/// The data set that [`load`](crate::load) is to find.
///
/// Digests are built in for MNIST alone. Fashion-MNIST, KMNIST and EMNIST-digits come in the same
/// four files and load as [`Custom`](Self::Custom), unverified: their digests could not be
/// established from files known to be genuine.
/// QMNIST's labels are not unsigned bytes and do not load.
///
/// ```
/// use mnist_io::DatasetName;
///
/// assert_eq!("custom".parse(), Ok(DatasetName::Custom));
/// assert_eq!(DatasetName::default().to_string(), "mnist");
/// assert_eq!(
///     "kmnist".parse::<DatasetName>().unwrap_err().to_string(),
///     "unknown data set `kmnist`: expected `mnist`, or `custom` for any other data"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetName {
    /// MNIST as published: every file is checked against its digest. The default.
    #[default]
    Mnist,
    /// Any well-formed IDX data with labels 0 to 9, of any size.
    Custom,
}

/// `mnist` or `custom`.
impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mnist => "mnist",
            Self::Custom => "custom",
        })
    }
}

/// A name that is no [`DatasetName`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown data set `{0}`: expected `mnist`, or `custom` for any other data")]
pub struct UnknownDataset(pub String);

impl FromStr for DatasetName {
    type Err = UnknownDataset;

    fn from_str(name: &str) -> Result<Self, UnknownDataset> {
        [Self::Mnist, Self::Custom]
            .into_iter()
            .find(|known| known.to_string() == name)
            .ok_or_else(|| UnknownDataset(name.to_owned()))
    }
}

/// One of the four files of a data set.
pub(crate) struct Part {
    pub(crate) what: &'static str,
    pub(crate) content: Content,
    pub(crate) stem: &'static str,
    pub(crate) suffix: &'static str,
    /// SHA-256 of MNIST's decompressed file.
    pub(crate) mnist: &'static str,
}

impl Part {
    /// The published name, without `.gz`.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.stem, self.suffix)
    }

    /// # Errors
    ///
    /// [`Error::Digest`] when `file` is not MNIST's.
    pub(crate) fn check(&self, file: &FileRecord) -> Result<(), Error> {
        if file.sha256 == self.mnist {
            return Ok(());
        }
        Err(Error::Digest {
            path: file.path.clone(),
            dataset: "mnist",
            expected: self.mnist,
            found: file.sha256.clone(),
        })
    }

    /// The names that the file goes by: with a dash as published, with a dot as some tools unpack
    /// it, each plain or gzip.
    pub(crate) fn names(&self) -> Vec<String> {
        let dot = format!("{}.{}", self.stem, self.suffix);
        [self.name(), dot].into_iter().flat_map(|name| [name.clone(), name + ".gz"]).collect()
    }
}

/// Training images and labels, test images and labels.
pub(crate) const PARTS: [Part; 4] = [
    Part {
        what: "training images",
        content: Content::Images,
        stem: "train-images",
        suffix: "idx3-ubyte",
        mnist: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    Part {
        what: "training labels",
        content: Content::Labels,
        stem: "train-labels",
        suffix: "idx1-ubyte",
        mnist: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    Part {
        what: "test images",
        content: Content::Images,
        stem: "t10k-images",
        suffix: "idx3-ubyte",
        mnist: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    Part {
        what: "test labels",
        content: Content::Labels,
        stem: "t10k-labels",
        suffix: "idx1-ubyte",
        mnist: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
];
