//! The parameters of a trial.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The value of one hyperparameter; in JSON a plain number or string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// An integer.
    Integer(i64),
    /// A real number.
    Float(f64),
    /// One of the names of a categorical distribution.
    Text(String),
}

impl fmt::Display for Value {
    /// Numbers in the shortest form that parses back to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(x) => x.fmt(f),
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Text(x) => x.fmt(f),
        }
    }
}

/// A value for each dimension of a [`Space`](super::Space), in the order of the space.
///
/// ```
/// use search::{Space, Value};
///
/// let space = Space::parse(["lr=log:1e-6:1e-2", "weight_decay=log:1e-8:1e-4"])?;
/// let params = space.at(&[0.5, 0.25]);
/// assert_eq!(params.get("lr"), Some(&Value::Float(1e-4)));
/// assert_eq!(params.to_string(), "lr=0.0001, weight_decay=1e-7");
/// # Ok::<(), search::SpaceError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Params(Vec<(String, Value)>);

impl Params {
    /// Parameters with these names and values.
    pub fn of<S: Into<String>>(values: impl IntoIterator<Item = (S, Value)>) -> Self {
        Self(values.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// The value of the dimension called `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Names and values in the order of the space.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.iter().map(|(name, value)| format!("{name}={value}"));
        f.write_str(&pairs.collect::<Vec<_>>().join(", "))
    }
}
