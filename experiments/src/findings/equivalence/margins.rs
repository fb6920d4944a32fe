//! The margins of `data/reference/margins.toml`.

use std::collections::BTreeMap;

/// The margins of a section's quantities, by name.
///
/// # Panics
/// If the file has none of this section; it is part of the program.
pub(super) fn margins(section: &str) -> BTreeMap<String, f64> {
    let file = include_str!("../../../../data/reference/margins.toml");
    let mut all: BTreeMap<String, BTreeMap<String, f64>> =
        toml::from_str(file).expect("margins.toml is TOML");
    all.remove(section).expect("margins.toml has every section")
}
