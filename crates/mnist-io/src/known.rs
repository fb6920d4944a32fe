//! The data sets that can be asked for, their files, and the digests of what they hold.

use std::fmt;
use std::str::FromStr;

use crate::idx::Content;

/// The data set that [`load`](crate::load) is to find.
///
/// Digests are built in for MNIST and Fashion-MNIST. KMNIST, EMNIST and QMNIST load as
/// [`Custom`](Self::Custom) under the names that they come with, unverified: digests of their
/// contents could not be established from files known to be genuine. The README says where those of
/// the compressed files are. EMNIST's images have to be [transposed](crate::Dataset::transposed).
///
/// ```
/// use mnist_io::DatasetName;
///
/// assert_eq!("custom".parse(), Ok(DatasetName::Custom));
/// assert_eq!(DatasetName::default().to_string(), "mnist");
/// assert_eq!(
///     "kmnist".parse::<DatasetName>().unwrap_err().to_string(),
///     "unknown data set `kmnist`: expected `mnist`, `fashion-mnist`, or `custom` for any other data"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetName {
    /// MNIST as published: every file is checked against its digest. The default.
    #[default]
    Mnist,
    /// Fashion-MNIST as published: articles of clothing in ten classes, in MNIST's form.
    FashionMnist,
    /// Any IDX data of which [images](crate::idx::Array::into_images) and
    /// [labels](crate::idx::Array::into_labels) can be made, of any size.
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

/// A name that is no [`DatasetName`].
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

/// One of the four files of a data set.
pub(crate) struct Part {
    pub(crate) what: &'static str,
    pub(crate) content: Content,
    pub(crate) stem: &'static str,
    /// The stem that EMNIST and QMNIST have where it is another.
    pub(crate) other_stem: &'static str,
    pub(crate) suffix: &'static str,
    pub(crate) digests: Digests,
}

impl Part {
    /// The published name, without `.gz`.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.stem, self.suffix)
    }

    /// The names that the file goes by: with a dash as published, with a dot as some tools unpack
    /// it, each plain or gzip.
    pub(crate) fn names(&self) -> Vec<String> {
        let dot = format!("{}.{}", self.stem, self.suffix);
        [self.name(), dot].into_iter().flat_map(|name| [name.clone(), name + ".gz"]).collect()
    }
}

/// SHA-256 of a file's decompressed content in each data set that is known.
pub(crate) struct Digests {
    pub(crate) mnist: &'static str,
    /// Those of Debian's package `dataset-fashion-mnist`; with the publisher's file names and times
    /// put back into their gzip headers, its four files have the MD5 that the publisher gives
    /// (<https://github.com/zalandoresearch/fashion-mnist>, "Get the Data").
    pub(crate) fashion_mnist: &'static str,
}

impl Digests {
    pub(crate) fn of(&self, dataset: DatasetName) -> Option<&'static str> {
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
        other_stem: "train-images",
        suffix: "idx3-ubyte",
        digests: Digests {
            mnist: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            fashion_mnist: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        },
    },
    Part {
        what: "training labels",
        content: Content::Labels,
        stem: "train-labels",
        other_stem: "train-labels",
        suffix: "idx1-ubyte",
        digests: Digests {
            mnist: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            fashion_mnist: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        },
    },
    Part {
        what: "test images",
        content: Content::Images,
        stem: "t10k-images",
        other_stem: "test-images",
        suffix: "idx3-ubyte",
        digests: Digests {
            mnist: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            fashion_mnist: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        },
    },
    Part {
        what: "test labels",
        content: Content::Labels,
        stem: "t10k-labels",
        other_stem: "test-labels",
        suffix: "idx1-ubyte",
        digests: Digests {
            mnist: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            fashion_mnist: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
    },
];
