//! Which files of a folder are those of a data set.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::known::{PARTS, Part};
use crate::{DatasetName, Error};

/// Where MNIST's files can be fetched by hand, each as `<name>.gz`.
pub(crate) const MIRROR: &str = "https://ossci-datasets.s3.amazonaws.com/mnist";

/// Where the publisher keeps Fashion-MNIST: only plain http, so that the digests have to suffice.
const FASHION_MNIST: &str = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com";

/// Finds the files of training images and labels, test images and labels: under the published
/// names, or, for [`DatasetName::Custom`], under any names that [`prefix_of`] accepts, all with the
/// same prefix.
pub(crate) fn files(dir: &Path, expect: DatasetName) -> Result<[(&Part, PathBuf); 4], Error> {
    let custom = expect == DatasetName::Custom;
    let names = if custom { sorted_names(dir) } else { Vec::new() };
    let prefix = common_prefix(&names, dir)?;
    let [images, labels, test_images, test_labels] = PARTS.each_ref().map(|part| {
        let path = if custom {
            let name = names.iter().find(|name| prefix_of(name, part) == Some(prefix));
            name.map(|name| dir.join(name))
        } else {
            find(part, dir)
        };
        path.map(|path| (part, path)).ok_or_else(|| missing(part, dir, expect, prefix))
    });
    Ok([images?, labels?, test_images?, test_labels?])
}

/// The file of `part` in `dir`, under the first of its published names that exists.
pub(crate) fn find(part: &Part, dir: &Path) -> Option<PathBuf> {
    part.names().iter().map(|name| dir.join(name)).find(|path| path.exists())
}

/// The names in a folder; none if it cannot be read. Sorted, an uncompressed file comes before its
/// `.gz`, and a dash before a dot.
fn sorted_names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

/// The prefix of the training images: empty if some have none, or if there are no training images.
fn common_prefix<'a>(names: &'a [String], dir: &Path) -> Result<&'a str, Error> {
    let [images, ..] = &PARTS;
    // In reverse order, so that the first name of each prefix replaces the others.
    let sets: BTreeMap<_, _> =
        names.iter().rev().filter_map(|name| Some((prefix_of(name, images)?, name))).collect();
    if sets.len() > 1 && !sets.contains_key("") {
        let names = sets.into_values().cloned().collect();
        return Err(Error::Several { dir: dir.to_owned(), names });
    }
    Ok(sets.into_keys().next().unwrap_or_default())
}

/// What comes before the name of `part`: nothing, or a prefix that ends in a dash, as in
/// `emnist-letters-train-images-idx3-ubyte.gz`. The name is a stem, a dash or a dot, and `idx…`.
fn prefix_of<'a>(name: &'a str, part: &Part) -> Option<&'a str> {
    part.stems().find_map(|stem| {
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
    let (names, next) = match expect {
        DatasetName::Mnist => (part.names(), by_hand(MIRROR)),
        DatasetName::FashionMnist => (part.names(), by_hand(FASHION_MNIST)),
        DatasetName::Custom => {
            let either = |stem| [format!("{prefix}{stem}-idx*"), format!("{prefix}{stem}.idx*")];
            let next = "put it there, or name another folder".to_owned();
            (part.stems().flat_map(either).collect(), next)
        }
    };
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
            assert_eq!(prefix_of(name, part), expected, "{name}");
        }
    }
}
