//! The pruners by name, for command lines and files.

use std::fmt;
use std::str::FromStr;

use super::{Asha, Median, Never, Pruner};

/// A pruner by its name.
///
/// ```
/// use search::pruner::PrunerKind;
///
/// assert_eq!("asha".parse(), Ok(PrunerKind::Asha));
/// assert_eq!("hyperband".parse::<PrunerKind>().unwrap_err(), "give none, median, asha");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrunerKind {
    /// `none`: [`Never`].
    #[default]
    None,
    /// `median`: [`Median`].
    Median,
    /// `asha`: [`Asha`].
    Asha,
}

impl PrunerKind {
    /// All pruners.
    pub const ALL: [Self; 3] = [Self::None, Self::Median, Self::Asha];

    /// The pruner for trials of `steps` steps.
    pub fn pruner(self, steps: usize) -> Box<dyn Pruner> {
        match self {
            Self::None => Box::new(Never),
            Self::Median => Box::new(Median::over(steps)),
            Self::Asha => Box::new(Asha::over(steps)),
        }
    }
}

impl fmt::Display for PrunerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Median => "median",
            Self::Asha => "asha",
        })
    }
}

impl FromStr for PrunerKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|kind| kind.to_string() == text);
        known.ok_or_else(|| format!("give {}", Self::ALL.map(|kind| kind.to_string()).join(", ")))
    }
}
