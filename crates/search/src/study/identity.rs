//! What a study is known by.

use crate::Space;

/// The setting that holds the space.
pub(super) const SPACE: &str = "space";

/// What makes a search the one that it is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The study's name in the file, where others may be too.
    pub name: String,
    /// What is searched.
    pub space: Space,
    /// The measures that are kept of every report beside its value, each of which must have them. Not
    /// `index`, `diverged_at` or `reason`, which the file has of its own.
    pub measures: Vec<String>,
    /// Whether the study may be taken up again with a space that [extends](Space::extends) its own: the trials that
    /// it has stay, later ones use the new space. Not for a [`GridSearch`](crate::sampler::GridSearch), whose points are counted.
    pub may_widen: bool,
    /// Everything else on which results depend: (name, value).
    pub settings: Vec<(String, String)>,
}

impl Identity {
    /// What must be the same where a study is taken up again: the space and the settings.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let mut settings = vec![(SPACE.to_owned(), self.space.to_string())];
        settings.extend(self.settings.iter().cloned());
        settings
    }
}
