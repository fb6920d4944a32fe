//! The flags of this section.

use std::path::PathBuf;

use anyhow::anyhow;
use experiments::cli::{Failure, Result};
use experiments::lab::Lab;
use search::pruner::PrunerKind;
use search::sampler::SamplerKind;
use search::{Identity, Sampler, Space, Study};

use crate::settings::Settings;
use crate::task::MEASURES;
use crate::{space, study};

/// What is searched, and how; the notebook's random search by default.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct SearchFlags {
    /// A hyperparameter to search and where, once for each: lr=log:1e-6:1e-2, for example
    #[arg(long, value_name = "NAME=WHERE", long_help = how_to_search())]
    space: Vec<String>,
    /// The same from a TOML file, with a line name = "WHERE" for each
    #[arg(long, value_name = "FILE", conflicts_with = "space", hide_short_help = true)]
    space_file: Option<PathBuf>,
    /// What chooses the next trial: random, grid or grid:LEVELS, sobol, gp (Bayesian optimisation)
    #[arg(long, value_name = "NAME", default_value_t = SamplerKind::Random)]
    pub sampler: SamplerKind,
    /// What stops a trial that is behind: none, median, asha (successive halving)
    #[arg(long, value_name = "NAME", default_value_t = PrunerKind::None, hide_short_help = true)]
    pub pruner: PrunerKind,
    /// Trials [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=100_000), allow_hyphen_values = true)]
    trials: Option<u64>,
    /// Epochs of a trial [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), hide_short_help = true, allow_hyphen_values = true)]
    epochs: Option<u16>,
    /// Trials that gp, median and asha take at a time, to train them side by side: 1 learns from
    /// every trial, more are faster; results depend on it
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..), hide_short_help = true, allow_hyphen_values = true)]
    together: u16,
    /// Keep every trial of the search in this file as it ends: Optuna's journal, which Optuna and
    /// optuna-dashboard open. Several processes can share it
    ///
    /// With --resume, the search goes on with the trials in the file. Ranges may then be wider than
    /// before, and a choice may have more names behind the old ones (not with grid): the trials
    /// that are there stay, the next ones use the new space.
    #[arg(long, value_name = "FILE", group = "kept", hide_short_help = true)]
    study: Option<PathBuf>,
}

fn how_to_search() -> String {
    format!(
        "A hyperparameter to search and where, once for each: lr=log:1e-6:1e-2, for example

NAME: {}; those that are not given stay the notebook's.

WHERE: uniform:LOW:HIGH, log:LOW:HIGH, int:LOW:HIGH, logint:LOW:HIGH or choice:A,B,…

[default: lr=log:1e-6:1e-2 and weight_decay=log:1e-8:1e-4]",
        Settings::names().collect::<Vec<_>>().join(", ")
    )
}

impl SearchFlags {
    /// The study of a seed, if one is to be kept.
    ///
    /// # Errors
    /// [`Failure`] if its file cannot be used.
    pub fn study(&self, lab: &Lab, space: &Space, seed: u64) -> Result<Option<Study>> {
        let kept =
            lab.checkpoints.as_ref().map(|checkpoints| checkpoints.folder().join("study.log"));
        let Some(file) = self.study.clone().or(kept) else { return Ok(None) };
        let learns = self.sampler != SamplerKind::Random || self.pruner != PrunerKind::None;
        let mut settings = vec![
            ("seed", seed.to_string()),
            ("sampler", self.sampler.to_string()),
            ("pruner", self.pruner.to_string()),
            ("epochs", self.epochs(lab).to_string()),
            ("precision", lab.args.precision.to_string()),
            ("data", lab.data.note().unwrap_or("MNIST").to_owned()),
        ];
        let vary: Vec<String> = lab.args.vary.iter().map(|stream| stream.name()).collect();
        if !vary.is_empty() {
            settings.push(("vary", vary.join(" ")));
        }
        // Where trials are independent, it changes nothing.
        if learns {
            settings.push(("together", self.together.to_string()));
        }
        let name = format!("sec6_5-seed-{seed}");
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
        let identity = Identity {
            name,
            space: space.clone(),
            measures: MEASURES.map(str::to_owned).into(),
            // A grid has so many points as its ranges have cells: in other ranges they would be
            // others.
            may_widen: !matches!(self.sampler, SamplerKind::Grid(_)),
            settings: settings.collect(),
        };
        study::open(&file, identity, lab.args.resume).map(Some)
    }

    /// What is searched.
    ///
    /// # Errors
    /// [`Failure::Usage`] if it cannot be.
    pub fn space(&self) -> Result<Space> {
        let space = match &self.space_file {
            Some(file) => space::read(file),
            None if self.space.is_empty() => Ok(space::notebook()),
            None => space::parse(self.space.iter().map(String::as_str)),
        };
        let what = if self.space_file.is_some() { "--space-file" } else { "--space" };
        space.map_err(|error| Failure::Usage(anyhow!("{what}: {error}")))
    }

    /// The sampler, if it has so many trials to give.
    ///
    /// # Errors
    /// [`Failure::Usage`] if it has not.
    pub fn sampler(&self, space: &Space, trials: u64) -> Result<Box<dyn Sampler>> {
        let sampler = self.sampler.sampler();
        match sampler.count(space) {
            Some(count) if count < trials => Err(Failure::Usage(anyhow!(
                "--sampler {}: the grid has {count} points, fewer than the {trials} trials; give \
                 --trials {count} or more levels",
                self.sampler
            ))),
            _ => Ok(sampler),
        }
    }

    /// Trials of a search: `usual` if nothing else was asked for.
    pub fn trials(&self, lab: &Lab, usual: u64, quick: u64) -> u64 {
        self.trials.unwrap_or_else(|| lab.scaled(usual, quick))
    }

    /// Epochs of a trial.
    pub fn epochs(&self, lab: &Lab) -> usize {
        self.epochs.map_or_else(|| lab.scaled(50, 5), usize::from)
    }

    /// Trials suggested at a time.
    pub fn together(&self) -> usize {
        usize::from(self.together)
    }

    /// Whether this is the notebook's search, of which its conclusions speak.
    pub fn are_the_notebooks(&self) -> bool {
        let Self { space, space_file, sampler, pruner, trials, epochs, together: _, study: _ } =
            self;
        let untouched = space.is_empty() && space_file.is_none();
        let plain = *sampler == SamplerKind::Random && *pruner == PrunerKind::None;
        untouched && plain && trials.is_none() && epochs.is_none()
    }
}
