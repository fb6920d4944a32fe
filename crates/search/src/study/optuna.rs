//! Distributions and values in Optuna's representation.

use serde_json::{Value, json};

use crate::{Distribution, Value as Param};

/// Optuna's JSON of a distribution.
pub(super) fn written(distribution: &Distribution) -> Value {
    let float = |low: f64, high: f64, log: bool| {
        let attributes = json!({ "step": null, "low": low, "high": high, "log": log });
        json!({ "name": "FloatDistribution", "attributes": attributes })
    };
    match distribution {
        &Distribution::Uniform { low, high } => float(low, high, false),
        &Distribution::LogUniform { low, high } => float(low, high, true),
        Distribution::Integer { low, high, log } => {
            let attributes = json!({ "log": log, "step": 1, "low": low, "high": high });
            json!({ "name": "IntDistribution", "attributes": attributes })
        }
        Distribution::Categorical { choices } => json!({
            "name": "CategoricalDistribution",
            "attributes": { "choices": choices },
        }),
    }
}

/// Optuna's internal representation of a value: the index of a choice, other values as they are.
pub(super) fn internal(distribution: &Distribution, value: &Param) -> Value {
    match (distribution, value) {
        (Distribution::Categorical { choices }, Param::Text(text)) => {
            choices.iter().position(|choice| choice == text).into()
        }
        _ => json!(value),
    }
}

/// The value of an internal representation; `None` if the distribution does not contain it.
pub(super) fn external(distribution: &Distribution, stored: &Value) -> Option<Param> {
    let number = stored.as_f64()?;
    let value = match distribution {
        Distribution::Uniform { .. } | Distribution::LogUniform { .. } => Param::Float(number),
        // Beyond 2⁵³, an f64 is no exact whole number.
        Distribution::Integer { .. } => Param::Integer(stored.as_i64().unwrap_or(number as i64)),
        Distribution::Categorical { choices } => Param::Text(choices.get(number as usize)?.clone()),
    };
    distribution.unit(&value).map(|_| value)
}
