//! What the book concludes, and whether a run bears it out.

use serde::Serialize;

/// A conclusion of a section beside the numbers that decide it.
#[derive(Clone, Debug, Serialize)]
pub struct Conclusion {
    /// What the book says, or what many seeds show where it says otherwise.
    pub text: String,
    /// Whether this run agrees.
    pub holds: bool,
    /// The numbers.
    pub by: String,
}

impl Conclusion {
    /// A conclusion that `holds`, by these numbers.
    pub fn new(text: &str, holds: bool, by: String) -> Self {
        Self { text: text.to_owned(), holds, by }
    }
}
