//! A digest of `metrics.csv` that tells where another run first differs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Characters of [`Digest::lines`] per line: 12 bits.
const WIDTH: usize = 2;

/// The digest of a `metrics.csv`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// SHA-256 of the file, as `sha256sum metrics.csv` prints it.
    pub sha256: String,
    /// The beginning, in base64, of the SHA-256 of the file up to each line after the header.
    pub lines: String,
}

impl Digest {
    /// The digest of the bytes of a file.
    pub fn of(csv: &[u8]) -> Self {
        let mut hash = Sha256::new();
        let mut lines = String::new();
        for (i, line) in csv.split_inclusive(|&byte| byte == b'\n').enumerate() {
            hash.update(line);
            if i > 0 {
                let so_far = hash.clone().finalize();
                lines.push_str(&STANDARD.encode(&so_far[..WIDTH])[..WIDTH]);
            }
        }
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { sha256, lines }
    }

    /// The number of lines after the header.
    pub fn count(&self) -> usize {
        self.lines.len() / WIDTH
    }

    /// The first line after the header, counted from 0, at which the files differ; `None` if they
    /// are equal. Once in 4096 the digests of two lines agree by chance, and the next is named.
    pub fn first_difference(&self, other: &Self) -> Option<usize> {
        let lines = |digest: &Self| digest.lines.clone().into_bytes();
        let (ours, theirs) = (lines(self), lines(other));
        let pairs = ours.chunks(WIDTH).zip(theirs.chunks(WIDTH));
        let equal = pairs.take_while(|(a, b)| a == b).count();
        let shorter = self.count().min(other.count());
        match self == other {
            true => None,
            // Everything but the last line would show in the digests of later ones.
            false if equal == shorter && self.count() == other.count() => Some(equal - 1),
            false => Some(equal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Digest {
        Digest::of(format!("header\n{}\n", lines.join("\n")).as_bytes())
    }

    #[test]
    fn the_first_line_that_differs_is_named() {
        let published = of(&["a", "b", "c"]);
        assert_eq!(published.first_difference(&of(&["a", "b", "c"])), None);
        assert_eq!(published.first_difference(&of(&["x", "b", "c"])), Some(0));
        assert_eq!(published.first_difference(&of(&["a", "x", "c"])), Some(1));
        assert_eq!(published.first_difference(&of(&["a", "b", "x"])), Some(2));
    }

    #[test]
    fn more_or_fewer_lines_differ_after_the_last_common_one() {
        let published = of(&["a", "b"]);
        assert_eq!(published.first_difference(&of(&["a"])), Some(1));
        assert_eq!(published.first_difference(&of(&["a", "b", "c"])), Some(2));
    }

    /// `printf 'header\na\n' | sha256sum`
    #[test]
    fn it_is_that_of_sha256sum() {
        let known = "f2160148f8739c033c559e564fd5589699a16d35170cba847befe6a73dd03b95";
        assert_eq!(of(&["a"]).sha256, known);
    }
}
