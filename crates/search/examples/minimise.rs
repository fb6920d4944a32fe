//! Minimises a function of two numbers with a Gaussian process, and prints their importance.
//!
//! ```text
//! cargo run -p search --example minimise                # without a file
//! cargo run -p search --example minimise -- study.log   # writes every trial to study.log
//! cargo run -p search --example minimise -- study.log   # resumes; here all trials are there
//! ```
//!
//! Put your own function into `value`, and its arguments into `SPACE`. The file is Optuna's
//! journal: `optuna-dashboard study.log` shows it in a browser, and Python opens it with
//!
//! ```text
//! from optuna.storages import JournalStorage
//! from optuna.storages.journal import JournalFileBackend
//! study = optuna.load_study(
//!     study_name="branin", storage=JournalStorage(JournalFileBackend("study.log")))
//! ```

use std::path::Path;
use std::process::ExitCode;

use init::Seed;
use search::pruner::Never;
use search::sampler::GaussianProcess;
use search::{
    End, Identity, Objective, Observation, Params, Report, Search, Space, Study, StudyError, Trial,
    Value, importance, ranking,
};

const SPACE: [&str; 2] = ["x=uniform:-5:10", "y=uniform:0:15"];
const TRIALS: u64 = 40;

/// Branin's function; its minimum is 0.397887.
fn value(params: &Params) -> f64 {
    use std::f64::consts::{PI, TAU};
    let [x, y] = ["x", "y"].map(|name| match params.get(name) {
        Some(Value::Float(number)) => *number,
        other => unreachable!("the space has real numbers only, found {other:?}"),
    });
    let bowl = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    bowl * bowl + 10.0 * (1.0 - 1.0 / (4.0 * TAU)) * libm::cos(x) + 10.0
}

fn minimise(space: &Space, file: Option<&Path>) -> Result<Vec<Trial>, StudyError> {
    let search = Search {
        space,
        sampler: &GaussianProcess::default(),
        pruner: &Never,
        seed: Seed::new(1),
        steps: 1,
        together: 1,
    };
    let objective: &Objective<'_, StudyError> = &|_, params, observe| {
        // A search maximises. After the only step there is nothing left to stop.
        let _ = observe(Report::of(0, -value(params)));
        Ok(End::Complete)
    };
    let Some(file) = file else { return search.run(&[], 0..TRIALS, objective, &|_| Ok(())) };
    let identity = Identity {
        name: "branin".to_owned(),
        space: space.clone(),
        measures: Vec::new(),
        may_widen: true,
        settings: [("sampler", "gp"), ("seed", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    };
    let study = Study::open(file, identity, true, |line| eprintln!("{line}"))?;
    search.run_study(&study, TRIALS, objective, &|_| Ok(()))
}

fn main() -> ExitCode {
    let space = Space::parse(SPACE).expect("the constant is a space");
    let file = std::env::args_os().nth(1);
    let trials = match minimise(&space, file.as_deref().map(Path::new)) {
        Ok(trials) => trials,
        Err(error) => {
            eprintln!("minimise: {error}");
            return ExitCode::FAILURE;
        }
    };
    let best = ranking(&trials)[0];
    println!("minimum {:.6} at {}, trial {}", -best.value(), best.params, best.number);
    let observations: Vec<Observation> = trials.iter().map(Trial::observation).collect();
    for ((name, _), share) in space.dimensions().iter().zip(importance(&space, &observations)) {
        println!("importance of {name}: {share:.2}");
    }
    ExitCode::SUCCESS
}
