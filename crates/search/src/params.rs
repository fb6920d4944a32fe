//! The parameters of a trial.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::SpaceError;

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

    /// The value of the real or whole number called `name`.
    ///
    /// # Errors
    /// [`SpaceError::UnknownName`] if there is none, [`SpaceError::Value`] if it is no number.
    ///
    /// ```
    /// let space = search::Space::parse(["lr=log:1e-6:1e-2", "width=int:10:20"])?;
    /// let params = space.at(&[0.5, 0.0]);
    /// assert_eq!((params.float("lr")?, params.float("width")?), (1e-4, 10.0));
    /// let error = params.float("rate").unwrap_err().to_string();
    /// assert_eq!(error, "no hyperparameter is called \"rate\": give lr or width");
    /// # Ok::<(), search::SpaceError>(())
    /// ```
    pub fn float(&self, name: &str) -> Result<f64, SpaceError> {
        match self.known(name)? {
            Value::Float(x) => Ok(*x),
            Value::Integer(x) => Ok(*x as f64),
            other => Err(wrong(name, other, "it is not a number")),
        }
    }

    /// The value of the whole number called `name`.
    ///
    /// # Errors
    /// [`SpaceError::UnknownName`] if there is none, [`SpaceError::Value`] if it is no whole
    /// number.
    ///
    /// ```
    /// let params = search::Space::parse(["width=int:10:20"])?.at(&[1.0]);
    /// assert_eq!(params.integer("width")?, 20);
    /// # Ok::<(), search::SpaceError>(())
    /// ```
    pub fn integer(&self, name: &str) -> Result<i64, SpaceError> {
        match self.known(name)? {
            Value::Integer(x) => Ok(*x),
            other => Err(wrong(name, other, "it is not a whole number")),
        }
    }

    /// The choice called `name`.
    ///
    /// # Errors
    /// [`SpaceError::UnknownName`] if there is none, [`SpaceError::Value`] if it is a number.
    ///
    /// ```
    /// let params = search::Space::parse(["pool=choice:max,average"])?.at(&[0.0]);
    /// assert_eq!(params.text("pool")?, "max");
    /// # Ok::<(), search::SpaceError>(())
    /// ```
    pub fn text(&self, name: &str) -> Result<&str, SpaceError> {
        match self.known(name)? {
            Value::Text(x) => Ok(x),
            other => Err(wrong(name, other, "it is a number")),
        }
    }

    fn known(&self, name: &str) -> Result<&Value, SpaceError> {
        self.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.iter().map(|(known, _)| known).collect();
            SpaceError::UnknownName { found: name.to_owned(), known: known.join(" or ") }
        })
    }

    /// Names and values in the order of the space.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

fn wrong(name: &str, value: &Value, reason: &str) -> SpaceError {
    let (name, reason) = (name.to_owned(), reason.to_owned());
    SpaceError::Value { name, value: value.to_string(), reason }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.iter().map(|(name, value)| format!("{name}={value}"));
        f.write_str(&pairs.collect::<Vec<_>>().join(", "))
    }
}
