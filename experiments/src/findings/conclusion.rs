//! Conclusions of the book, and whether a run confirms them.

use serde::Serialize;

/// A conclusion of a section, and the numbers that decide whether it holds.
#[derive(Clone, Debug, Serialize)]
pub struct Conclusion {
    /// What the book says, or what many seeds show where the book is wrong.
    pub text: String,
    /// Whether it holds in this run.
    pub holds: bool,
    /// The numbers that decide.
    pub by: String,
}
