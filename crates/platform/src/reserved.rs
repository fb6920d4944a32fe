//! Names that Windows keeps for devices.

use std::path::Path;

/// On Windows, the first part of a path that names a device; elsewhere nothing. What is written to
/// `nul` is gone, and no folder can be renamed to `con.txt`.
///
/// The names are those of Microsoft's "Naming Files, Paths, and Namespaces"; case, an extension and
/// spaces before it do not matter.
///
/// ```
/// let found = platform::device_in("results/nul".as_ref());
/// assert_eq!(found.as_deref(), cfg!(windows).then_some("nul"));
/// ```
pub fn device_in(path: &Path) -> Option<String> {
    let mut parts = path.iter().map(|part| part.to_string_lossy());
    parts.find(|part| cfg!(windows) && is_device(part)).map(|part| part.into_owned())
}

fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_port = |port: &str| {
        let number = stem.strip_prefix(port).and_then(|number| number.parse::<char>().ok());
        number.is_some_and(|number| "0123456789¹²³".contains(number))
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || is_port("COM")
        || is_port("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_devices_are_known_with_any_extension_and_others_are_not() {
        for name in
            ["nul", "CON", "aux.txt", "Prn.tar.gz", "com1", "LPT9", "com¹", "nul .x", "nul:a"]
        {
            assert!(is_device(name), "{name}");
        }
        for name in ["null", "console", "com", "com10", "lpt", "results", "a.nul", "", ".", "C:"] {
            assert!(!is_device(name), "{name}");
        }
    }
}
