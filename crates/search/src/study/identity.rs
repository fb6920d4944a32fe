//! The settings by which a study is recognised.

use crate::Space;

/// The name of the setting that holds the space.
pub(super) const SPACE: &str = "space";

/// The name of a study, and the settings on which its results depend.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The study's name; a file may hold several studies.
    pub name: String,
    /// The search space.
    pub space: Space,
    /// The measures that the file keeps of each report beside its value; every report must have
    /// them. The names `index`, `diverged_at` and `reason` are taken.
    pub measures: Vec<String>,
    /// Whether the study may be resumed with a space that [extends](Space::extends) its own: old
    /// trials stay, later ones use the new space. Not for a
    /// [`GridSearch`](crate::sampler::GridSearch), whose points would change.
    pub may_widen: bool,
    /// All other settings on which results depend: (name, value).
    pub settings: Vec<(String, String)>,
}

impl Identity {
    /// The settings that must be equal when a study is resumed: the space and the others.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let space = (SPACE.to_owned(), self.space.to_string());
        [&[space], &self.settings[..]].concat()
    }
}
