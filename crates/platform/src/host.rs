//! The name of this machine.

/// The name by which others in its network know this machine; empty if it has none.
///
/// ```
/// assert!(!cfg!(unix) || !platform::host_name().is_empty());
/// ```
pub fn host_name() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    name
}
