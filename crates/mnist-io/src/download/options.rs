//! Where to download from, and how long to wait.

use std::time::Duration;

/// Where MNIST is published, in the order in which they are tried.
pub const MIRRORS: [&str; 3] = [
    crate::find::MIRROR,
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://raw.githubusercontent.com/fgnt/mnist/master",
];

/// The longest response accepted from a mirror: 64 MiB, more than any of the files uncompressed.
pub const MAX_BYTES: u64 = 64 << 20;

/// Settings of a download.
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
    /// Time limit for each of: resolving a mirror's name, connecting to it, and its first response.
    /// Default: 3 s, so that a machine without network fails within 10 s.
    pub connect_timeout: Duration,
    /// Time limit for receiving one file. Default: 5 min.
    pub body_timeout: Duration,
    /// Also allow `http://` addresses of this machine, for a local mirror or a test. All other
    /// traffic is https, including redirects. Default: `false`.
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
