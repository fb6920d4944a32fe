//! Distributions and values as Optuna has them.

use serde_json::{Value, json};

use crate::{Distribution, Value as Param};

/// A distribution as Optuna writes it.
pub(super) fn written(distribution: &Distribution) -> Value {
    let of = |name: &str, attributes: Value| json!({ "name": name, "attributes": attributes });
    let float = |low: f64, high: f64, log: bool| {
        of("FloatDistribution", json!({ "step": null, "low": low, "high": high, "log": log }))
    };
    match distribution {
        &Distribution::Uniform { low, high } => float(low, high, false),
        &Distribution::LogUniform { low, high } => float(low, high, true),
        Distribution::Integer { low, high, log } => {
            of("IntDistribution", json!({ "log": log, "step": 1, "low": low, "high": high }))
        }
        Distribution::Categorical { choices } => {
            of("CategoricalDistribution", json!({ "choices": choices }))
        }
    }
}

/// A value as Optuna stores it: a choice by its place.
pub(super) fn internal(distribution: &Distribution, value: &Param) -> Value {
    match (distribution, value) {
        (Distribution::Categorical { choices }, Param::Text(text)) => {
            choices.iter().position(|choice| choice == text).into()
        }
        _ => json!(value),
    }
}

/// The value that Optuna stored; `None` if it is not one of the distribution's.
pub(super) fn external(distribution: &Distribution, stored: &Value) -> Option<Param> {
    let value = match distribution {
        Distribution::Uniform { .. } | Distribution::LogUniform { .. } => {
            Param::Float(stored.as_f64()?)
        }
        Distribution::Integer { .. } => Param::Integer(stored.as_f64()? as i64),
        Distribution::Categorical { choices } => {
            Param::Text(choices.get(stored.as_f64()? as usize)?.clone())
        }
    };
    distribution.unit(&value).map(|_| value)
}
