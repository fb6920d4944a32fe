//! The samplers by name, for command lines and files.

use std::fmt;
use std::str::FromStr;

use super::{GaussianProcess, GridSearch, Random, Sampler, Sobol};

/// A sampler by its name.
///
/// ```
/// use search::sampler::SamplerKind;
///
/// assert_eq!("grid".parse(), Ok(SamplerKind::Grid(10)));
/// assert_eq!(SamplerKind::Grid(5).to_string(), "grid:5");
/// let error = "tpe".parse::<SamplerKind>().unwrap_err();
/// assert_eq!(error, "give random, grid, grid:LEVELS, sobol, gp");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SamplerKind {
    /// `random`: [`Random`].
    #[default]
    Random,
    /// `grid` (10 levels) or `grid:LEVELS`: [`GridSearch`].
    Grid(u64),
    /// `sobol`: [`Sobol`].
    Sobol,
    /// `gp`: [`GaussianProcess`].
    Gp,
}

impl SamplerKind {
    /// One of each.
    pub const ALL: [Self; 4] = [Self::Random, Self::Grid(10), Self::Sobol, Self::Gp];

    /// The sampler.
    pub fn sampler(self) -> Box<dyn Sampler> {
        match self {
            Self::Random => Box::new(Random),
            Self::Grid(levels) => Box::new(GridSearch { levels }),
            Self::Sobol => Box::new(Sobol),
            Self::Gp => Box::new(GaussianProcess::default()),
        }
    }
}

impl fmt::Display for SamplerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => f.write_str("random"),
            Self::Grid(levels) => write!(f, "grid:{levels}"),
            Self::Sobol => f.write_str("sobol"),
            Self::Gp => f.write_str("gp"),
        }
    }
}

impl FromStr for SamplerKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kind = match text.strip_prefix("grid:") {
            Some(levels) => levels.parse().ok().filter(|&levels| levels > 0).map(Self::Grid),
            None if text == "grid" => Some(Self::Grid(10)),
            None => Self::ALL.into_iter().find(|kind| kind.to_string() == text),
        };
        kind.ok_or_else(|| {
            let names = Self::ALL.map(|kind| match kind {
                Self::Grid(_) => "grid, grid:LEVELS".to_owned(),
                kind => kind.to_string(),
            });
            format!("give {}", names.join(", "))
        })
    }
}
