//! Where to fetch from, and how long to wait.

use std::time::Duration;

/// Where MNIST has been published, in the order tried.
pub const MIRRORS: [&str; 3] = [
    crate::find::MIRROR,
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://raw.githubusercontent.com/fgnt/mnist/master",
];

/// The longest answer taken from a mirror: 64 MiB, more than any of the files uncompressed.
pub const MAX_BYTES: u64 = 64 << 20;

/// How to fetch.
///
/// ```
/// use mnist_io::download::Options;
///
/// let own = Options { mirrors: vec!["https://example.org/mnist".into()], ..Options::default() };
/// assert!(!own.loopback_http);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Addresses to which `/train-images-idx3-ubyte.gz` and so on are appended, tried in turn.
    /// Default: [`MIRRORS`].
    pub mirrors: Vec<String>,
    /// Time for finding a mirror, for connecting to it, and for its first answer, each.
    /// Default: 3 s, so that a machine without network knows it within 10 s.
    pub connect_timeout: Duration,
    /// Time for receiving one file. Default: 5 min.
    pub body_timeout: Duration,
    /// Also allow `http://` addresses of this machine, for a mirror of one's own or a test.
    /// All other traffic is https, redirects included. Default: `false`.
    pub loopback_http: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mirrors: MIRRORS.map(str::to_owned).to_vec(),
            connect_timeout: Duration::from_secs(3),
            body_timeout: Duration::from_secs(300),
            loopback_http: false,
        }
    }
}
