//! A trial of a search as a trial of a study file.

use serde_json::{Map, Value};

use super::operation::{external, state};
use super::replay::KnownTrial;
use crate::search::{End, Epoch, Params, Space, Trial};

/// What Optuna has no place for.
pub(super) fn attributes(trial: &Trial) -> Map<String, Value> {
    let column = |of: fn(&Epoch) -> f64| trial.epochs.iter().map(of).collect::<Value>();
    let mut attributes = Map::new();
    attributes.insert("index".to_owned(), trial.number.into());
    attributes.insert("train_accuracy".to_owned(), column(|epoch| epoch.train_accuracy));
    attributes.insert("train_loss".to_owned(), column(|epoch| epoch.train_loss));
    if let End::Diverged(update) = trial.end {
        attributes.insert("diverged_at".to_owned(), update.into());
        let reason =
            format!("diverged: the loss or a weight was no finite number at update {update}");
        attributes.insert("reason".to_owned(), reason.into());
    }
    attributes
}

/// The trial of the search that a trial of a study file is; `None` if it is another program's, or has
/// not ended.
pub(super) fn read(trial: &KnownTrial, space: &Space) -> Result<Option<Trial>, String> {
    let Some(index) = trial.index() else { return Ok(None) };
    let value = |(name, distribution): &(String, _)| {
        let stored = trial.params.get(name);
        let value = stored.and_then(|stored| external(distribution, stored));
        value.map(|value| (name.clone(), value)).ok_or_else(|| {
            format!("trial {index} of the search has no {name}, or one that is not of {space}")
        })
    };
    let params = space.dimensions().iter().map(value).collect::<Result<Vec<_>, _>>()?;
    let column = |name: &str| -> Result<Vec<f64>, String> {
        let values = trial.attributes.get(name).and_then(Value::as_array);
        let numbers = values.map(|all| all.iter().filter_map(Value::as_f64).collect::<Vec<_>>());
        numbers
            .filter(|all| all.len() == trial.intermediate.len())
            .ok_or_else(|| format!("trial {index} of the search has not one {name} for each epoch"))
    };
    let (accuracies, losses) = (column("train_accuracy")?, column("train_loss")?);
    let epochs = trial.intermediate.iter().zip(accuracies.into_iter().zip(losses));
    let epochs = epochs.map(|((&epoch, &validation_accuracy), (train_accuracy, train_loss))| {
        Epoch { epoch: epoch as usize, train_accuracy, validation_accuracy, train_loss }
    });
    let epochs: Vec<Epoch> = epochs.collect();
    let end = match (trial.state, trial.attributes.get("diverged_at").and_then(Value::as_u64)) {
        (state::COMPLETE, _) => End::Complete,
        (state::PRUNED, _) => End::Stopped(epochs.last().map_or(0, |last| last.epoch)),
        (_, Some(update)) => End::Diverged(update as usize),
        _ => return Err(format!("trial {index} of the search failed without a diverged_at")),
    };
    Ok(Some(Trial { number: index, params: Params::of(params), epochs, end }))
}
