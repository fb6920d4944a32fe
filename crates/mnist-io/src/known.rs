//! The data sets that can be asked for: their files and the digests of these.

use std::str::FromStr;
use std::{fmt, iter};

use crate::idx::Content;

/// Which data set [`load`](crate::load) is asked for.
///
/// Digests are built in for MNIST and Fashion-MNIST. KMNIST, EMNIST and QMNIST load as
/// [`Custom`](Self::Custom) under their published names, unverified: there were no files known to
/// be genuine from which to compute digests of their contents. The README says where digests of the
/// compressed files are published. EMNIST's images must be
/// [transposed](crate::Dataset::transposed).
///
/// ```
/// use mnist_io::DatasetName;
///
/// assert_eq!("custom".parse(), Ok(DatasetName::Custom));
/// assert_eq!(DatasetName::default().to_string(), "mnist");
/// assert_eq!(
///     "kmnist".parse::<DatasetName>().unwrap_err().to_string(),
///     "unknown data set `kmnist`: \
///      expected `mnist`, `fashion-mnist`, or `custom` for any other data"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetName {
    /// MNIST as published: every file is compared with its digest. The default.
    #[default]
    Mnist,
    /// Fashion-MNIST as published: ten classes of clothing, in the same format as MNIST.
    FashionMnist,
    /// Any IDX files that can be used as [images](crate::idx::Array::into_images) and
    /// [labels](crate::idx::Array::into_labels), with images of any size.
    Custom,
}

/// `mnist`, `fashion-mnist` or `custom`.
impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
            Self::Custom => "custom",
        })
    }
}

/// The error for a text that is not the name of a [`DatasetName`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown data set `{0}`: expected `mnist`, `fashion-mnist`, or `custom` for any other data"
)]
pub struct UnknownDataset(pub String);

impl FromStr for DatasetName {
    type Err = UnknownDataset;

    fn from_str(name: &str) -> Result<Self, UnknownDataset> {
        [Self::Mnist, Self::FashionMnist, Self::Custom]
            .into_iter()
            .find(|known| known.to_string() == name)
            .ok_or_else(|| UnknownDataset(name.to_owned()))
    }
}

/// The data set that published a file, by the SHA-256 of its uncompressed content, and the file's
/// name there; `None` if neither MNIST nor Fashion-MNIST did.
///
/// ```
/// use mnist_io::{DatasetName, published};
///
/// let labels = "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2";
/// let found = (DatasetName::Mnist, "t10k-labels-idx1-ubyte".to_owned());
/// assert_eq!(published(labels), Some(found));
/// assert_eq!(published("of another file"), None);
/// ```
#[must_use]
pub fn published(sha256: &str) -> Option<(DatasetName, String)> {
    let names = [DatasetName::Mnist, DatasetName::FashionMnist];
    names.into_iter().find_map(|name| {
        let part = PARTS.iter().find(|part| part.digest(name) == Some(sha256))?;
        Some((name, part.name()))
    })
}

/// One of the four files of a data set.
pub(crate) struct Part {
    pub(crate) what: &'static str,
    pub(crate) content: Content,
    pub(crate) stem: &'static str,
    /// The stem in EMNIST and QMNIST, where it differs.
    pub(crate) other_stem: Option<&'static str>,
    pub(crate) suffix: &'static str,
    /// SHA-256 of the decompressed file in MNIST.
    pub(crate) mnist: &'static str,
    /// SHA-256 of the decompressed file in Fashion-MNIST, computed from Debian's package
    /// `dataset-fashion-mnist`. With the publisher's names and times restored in the gzip headers,
    /// the package's files have the MD5 that the publisher gives
    /// (<https://github.com/zalandoresearch/fashion-mnist>, "Get the Data").
    pub(crate) fashion_mnist: &'static str,
}

impl Part {
    /// The published name, without `.gz`.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.stem, self.suffix)
    }

    /// All names of the file: with a dash as published, or with a dot as some tools unpack it,
    /// each uncompressed or gzip.
    pub(crate) fn names(&self) -> Vec<String> {
        let dot = format!("{}.{}", self.stem, self.suffix);
        [self.name(), dot].into_iter().flat_map(|name| [name.clone(), name + ".gz"]).collect()
    }

    pub(crate) fn stems(&self) -> impl Iterator<Item = &'static str> {
        iter::once(self.stem).chain(self.other_stem)
    }

    /// SHA-256 of the decompressed file, if it is known.
    pub(crate) fn digest(&self, dataset: DatasetName) -> Option<&'static str> {
        match dataset {
            DatasetName::Mnist => Some(self.mnist),
            DatasetName::FashionMnist => Some(self.fashion_mnist),
            DatasetName::Custom => None,
        }
    }
}

/// Training images and labels, test images and labels.
pub(crate) const PARTS: [Part; 4] = [
    Part {
        what: "training images",
        content: Content::Images,
        stem: "train-images",
        other_stem: None,
        suffix: "idx3-ubyte",
        mnist: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        fashion_mnist: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    Part {
        what: "training labels",
        content: Content::Labels,
        stem: "train-labels",
        other_stem: None,
        suffix: "idx1-ubyte",
        mnist: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        fashion_mnist: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
    Part {
        what: "test images",
        content: Content::Images,
        stem: "t10k-images",
        other_stem: Some("test-images"),
        suffix: "idx3-ubyte",
        mnist: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        fashion_mnist: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    Part {
        what: "test labels",
        content: Content::Labels,
        stem: "t10k-labels",
        other_stem: Some("test-labels"),
        suffix: "idx1-ubyte",
        mnist: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        fashion_mnist: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
];
