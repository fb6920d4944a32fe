//! Which files of a folder are a data set's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::known::{PARTS, Part};
use crate::{DatasetName, Error};

/// Where MNIST's files can be fetched by hand, each as `<name>.gz`.
pub(crate) const MIRROR: &str = "https://ossci-datasets.s3.amazonaws.com/mnist";

/// Where the publisher keeps Fashion-MNIST. Plain http, which the digests make good.
const FASHION_MNIST: &str = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com";

/// The files of training images and labels, test images and labels: of a known data set under its
/// published names, of another under all that [`Names::part`] takes, with one prefix for all four.
pub(crate) fn files(dir: &Path, expect: DatasetName) -> Result<[PathBuf; 4], Error> {
    let paths = if expect == DatasetName::Custom {
        let names = Names::of(dir);
        let prefix = names.prefix(dir)?;
        PARTS.each_ref().map(|part| {
            let name = names.part(part, &prefix);
            name.map(|name| dir.join(name)).ok_or_else(|| missing(part, dir, expect, &prefix))
        })
    } else {
        PARTS.each_ref().map(|part| find(part, dir).ok_or_else(|| missing(part, dir, expect, "")))
    };
    let [images, labels, test_images, test_labels] = paths;
    Ok([images?, labels?, test_images?, test_labels?])
}

/// The file of `part` in `dir`, under the first of its published names that exists.
pub(crate) fn find(part: &Part, dir: &Path) -> Option<PathBuf> {
    part.names().iter().map(|name| dir.join(name)).find(|path| path.exists())
}

/// The names in a folder, sorted, so that a plain file is before the same as gzip, and a dash before
/// a dot.
struct Names(Vec<String>);

impl Names {
    /// A folder that cannot be read has none.
    fn of(dir: &Path) -> Self {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Self(names)
    }

    /// The prefix of the data set: none if there are training images without, else that of the only
    /// training images, or none if there are no training images.
    fn prefix(&self, dir: &Path) -> Result<String, Error> {
        let [images, ..] = &PARTS;
        let mut prefixes = BTreeMap::new();
        for name in &self.0 {
            if let Some(prefix) = prefix(name, images) {
                prefixes.entry(prefix).or_insert(name);
            }
        }
        match prefixes.len() {
            _ if prefixes.contains_key("") => Ok(String::new()),
            0 | 1 => Ok(prefixes.into_keys().next().unwrap_or_default().to_owned()),
            _ => {
                let names = prefixes.into_values().cloned().collect();
                Err(Error::Several { dir: dir.to_owned(), names })
            }
        }
    }

    /// The first file of `part` with this prefix.
    fn part(&self, part: &Part, wanted: &str) -> Option<&String> {
        self.0.iter().find(|name| prefix(name, part) == Some(wanted))
    }
}

/// What stands before the name of `part`, which is a stem, a dash or a dot, and `idx…`: nothing, or
/// a text with a dash at its end, as in `emnist-letters-train-images-idx3-ubyte.gz`.
fn prefix<'a>(name: &'a str, part: &Part) -> Option<&'a str> {
    [part.stem, part.other_stem].into_iter().find_map(|stem| {
        let (prefix, rest) = name.split_once(stem)?;
        let format = rest.strip_prefix(['-', '.'])?;
        (format.starts_with("idx") && (prefix.is_empty() || prefix.ends_with('-')))
            .then_some(prefix)
    })
}

fn missing(part: &Part, dir: &Path, expect: DatasetName, prefix: &str) -> Error {
    let name = part.name();
    let file = dir.join(&name);
    let by_hand =
        |from| format!("type `curl -fL --create-dirs -o '{}.gz' {from}/{name}.gz`", file.display());
    let next = match expect {
        DatasetName::Mnist => by_hand(MIRROR),
        DatasetName::FashionMnist => by_hand(FASHION_MNIST),
        DatasetName::Custom => "put it there, or name another folder".to_owned(),
    };
    let mut names = part.names();
    if expect == DatasetName::Custom {
        let mut stems = vec![part.stem, part.other_stem];
        stems.dedup();
        let either = |stem| [format!("{prefix}{stem}-idx*"), format!("{prefix}{stem}.idx*")];
        names = stems.into_iter().flat_map(either).collect();
    }
    Error::Missing { dir: dir.to_owned(), what: part.what, names, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_with_a_dash() {
        let [images, labels, test_images, test_labels] = &PARTS;
        for (name, part, expected) in [
            ("train-images-idx3-ubyte", images, Some("")),
            ("train-images.idx3-ubyte.gz", images, Some("")),
            ("emnist-letters-train-images-idx3-ubyte.gz", images, Some("emnist-letters-")),
            ("emnist-letters-test-images-idx3-ubyte.gz", test_images, Some("emnist-letters-")),
            ("qmnist-train-labels-idx2-int.gz", labels, Some("qmnist-")),
            ("qmnist-test-labels-idx2-int", test_labels, Some("qmnist-")),
            ("qmnist-test-labels.tsv.gz", test_labels, None),
            ("oldtrain-images-idx3-ubyte", images, None),
            ("train-images-idx3-ubyte", labels, None),
        ] {
            assert_eq!(prefix(name, part), expected, "{name}");
        }
    }
}
