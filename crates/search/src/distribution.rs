//! Where the values of one hyperparameter are looked for.

use std::fmt;
use std::str::FromStr;

use crate::{SpaceError, Value};

/// The values of one dimension of a space, and how they lie on the unit interval.
///
/// | text | values | u in \[0, 1\] stands for |
/// |---|---|---|
/// | `uniform:LOW:HIGH` | real | LOW + u·(HIGH − LOW) |
/// | `log:LOW:HIGH` | real, positive | 10^(log₁₀ LOW + u·(log₁₀ HIGH − log₁₀ LOW)) |
/// | `int:LOW:HIGH` | whole, both ends too | the cell of LOW, LOW+1, …, HIGH that holds u |
/// | `logint:LOW:HIGH` | whole, positive | the same, cells as wide as their numbers' logarithms |
/// | `choice:A,B,…` | one of these | the cell of A, B, … that holds u |
///
/// Samplers work on the unit interval alone: the log scale is here and nowhere else.
///
/// ```
/// use search::{Distribution, Value};
///
/// let lr: Distribution = "log:1e-6:1e-2".parse()?;
/// assert_eq!(lr.at(0.5), Value::Float(1e-4));
/// assert_eq!(lr.unit(&Value::Float(1e-4)), Some(0.5));
/// assert_eq!(lr.to_string(), "log:1e-6:0.01");
/// let error = "int:5:3".parse::<Distribution>().unwrap_err().to_string();
/// assert_eq!(error, "\"int:5:3\": the lower end 5 is above the upper end 3");
/// # Ok::<(), search::SpaceError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Real numbers from `low` to `high`, equally likely.
    Uniform {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Real numbers whose logarithms are equally likely.
    LogUniform {
        /// The lower end, positive.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Whole numbers from `low` to `high`, both included.
    Integer {
        /// The least.
        low: i64,
        /// The largest.
        high: i64,
        /// Whether their logarithms are equally likely; `low` then is positive.
        log: bool,
    },
    /// One of several names, equally likely.
    Categorical {
        /// The names.
        choices: Vec<String>,
    },
}

impl Distribution {
    /// The value at `u` of the unit interval; what lies outside counts as its nearer end.
    pub fn at(&self, u: f64) -> Value {
        let u = if u.is_nan() { 0.5 } else { u.clamp(0.0, 1.0) };
        // This order of operations is that of a uniform draw from (a, b): equal draws, equal bits.
        let between = |a: f64, b: f64| u * (b - a) + a;
        // Rounding may carry a value past an end, where other programs would refuse it.
        let inside = |x: f64, low: f64, high: f64| match u {
            0.0 => Value::Float(low),
            1.0 => Value::Float(high),
            _ => Value::Float(x.clamp(low, high)),
        };
        match self {
            &Self::Uniform { low, high } => inside(between(low, high), low, high),
            // ANCHOR: log
            &Self::LogUniform { low, high } => {
                inside(10_f64.powf(between(low.log10(), high.log10())), low, high)
            }
            // ANCHOR_END: log
            &Self::Integer { low, high, log } => {
                let (a, b) = (low as f64 - 0.5, high as f64 + 0.5);
                let x = if log { between(a.ln(), b.ln()).exp() } else { between(a, b) };
                Value::Integer((x.round() as i64).clamp(low, high))
            }
            Self::Categorical { choices } => {
                let index = (u * choices.len() as f64) as usize;
                Value::Text(choices[index.min(choices.len() - 1)].clone())
            }
        }
    }

    /// Where `value` lies on the unit interval (a whole number or a name in the middle of its cell);
    /// `None` if it is not one of this distribution's.
    pub fn unit(&self, value: &Value) -> Option<f64> {
        let inside = |u: f64| (-1e-9..=1.0 + 1e-9).contains(&u).then(|| u.clamp(0.0, 1.0));
        match (self, value) {
            (&Self::Uniform { low, high }, &Value::Float(x)) => inside((x - low) / (high - low)),
            (&Self::LogUniform { low, high }, &Value::Float(x)) => {
                inside((x.log10() - low.log10()) / (high.log10() - low.log10()))
            }
            (&Self::Integer { low, high, log }, &Value::Integer(x))
                if (low..=high).contains(&x) =>
            {
                let (a, b) = (low as f64 - 0.5, high as f64 + 0.5);
                let x = x as f64;
                Some(if log { (x.ln() - a.ln()) / (b.ln() - a.ln()) } else { (x - a) / (b - a) })
            }
            (Self::Categorical { choices }, Value::Text(x)) => {
                let index = choices.iter().position(|choice| choice == x)?;
                Some((index as f64 + 0.5) / choices.len() as f64)
            }
            _ => None,
        }
    }

    /// Whether every value of `old` is one of this too: the same kind, a range as wide or wider, new choices behind the
    /// old ones (a file keeps a choice by its place).
    pub fn extends(&self, old: &Self) -> bool {
        match (self, old) {
            (Self::Uniform { low, high }, Self::Uniform { low: from, high: to })
            | (Self::LogUniform { low, high }, Self::LogUniform { low: from, high: to }) => {
                low <= from && to <= high
            }
            (
                Self::Integer { low, high, log },
                Self::Integer { low: from, high: to, log: old_log },
            ) => low <= from && to <= high && log == old_log,
            (Self::Categorical { choices }, Self::Categorical { choices: old }) => {
                choices.starts_with(old)
            }
            _ => false,
        }
    }

    /// The values that decide whether all are valid: both ends, or every choice.
    pub fn extremes(&self) -> Vec<Value> {
        match self {
            Self::Categorical { choices } => choices.iter().cloned().map(Value::Text).collect(),
            _ => vec![self.at(0.0), self.at(1.0)],
        }
    }

    /// The names of a categorical distribution; none of another.
    pub fn choices(&self) -> &[String] {
        match self {
            Self::Categorical { choices } => choices,
            _ => &[],
        }
    }

    /// How many values there are; `None` for a continuum.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Uniform { .. } | Self::LogUniform { .. } => None,
            Self::Integer { low, high, .. } => Some(high.abs_diff(*low).saturating_add(1)),
            Self::Categorical { choices } => Some(choices.len() as u64),
        }
    }

    /// The value that `text` writes, as [`Value`]'s `Display` does.
    ///
    /// # Errors
    /// [`SpaceError::Range`] if it is not one of this distribution's.
    pub fn value(&self, text: &str) -> Result<Value, SpaceError> {
        let value = match self {
            Self::Uniform { .. } | Self::LogUniform { .. } => text.parse().ok().map(Value::Float),
            Self::Integer { .. } => text.parse().ok().map(Value::Integer),
            Self::Categorical { .. } => Some(Value::Text(text.to_owned())),
        };
        value.filter(|value| self.unit(value).is_some()).ok_or_else(|| SpaceError::Range {
            found: text.to_owned(),
            reason: format!("is not in {self}"),
        })
    }

    fn validate(self, text: &str) -> Result<Self, SpaceError> {
        let wrong = |reason: String| Err(SpaceError::Range { found: text.to_owned(), reason });
        let order = |low: f64, high: f64, one_value: bool| {
            if !(low.is_finite() && high.is_finite()) {
                return Some("both ends must be finite numbers".to_owned());
            }
            if low > high {
                return Some(format!("the lower end {low} is above the upper end {high}"));
            }
            if !(high - low).is_finite() {
                return Some("the ends are further apart than numbers reach".to_owned());
            }
            (low == high && !one_value)
                .then(|| format!("the range is empty; for one value give choice:{low}"))
        };
        let positive =
            |low: f64| (low <= 0.0).then(|| format!("a log scale begins above 0, found {low}"));
        let problem = match &self {
            Self::Uniform { low, high } => order(*low, *high, false),
            Self::LogUniform { low, high } => order(*low, *high, false).or(positive(*low)),
            Self::Integer { low, high, log } => {
                let (low, high) = (*low as f64, *high as f64);
                order(low, high, true).or(positive(low).filter(|_| *log))
            }
            Self::Categorical { choices } => {
                let number = |choice: &String| choice.parse::<f64>().ok();
                let same = |a: &String, b: &String| {
                    a == b || number(a).is_some_and(|x| number(b) == Some(x))
                };
                let repeated = |(i, choice): (usize, &String)| {
                    choices[..i].iter().any(|before| same(before, choice))
                };
                if choices.iter().any(String::is_empty) {
                    Some("an empty choice; give names with one comma between them".to_owned())
                } else {
                    let twice = choices.iter().enumerate().find(|&pair| repeated(pair));
                    twice.map(|(_, choice)| format!("{choice} is there twice"))
                }
            }
        };
        problem.map_or(Ok(self), wrong)
    }
}

impl FromStr for Distribution {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let unknown = || SpaceError::UnknownDistribution { found: text.to_owned() };
        let (kind, rest) = text.split_once(':').ok_or_else(unknown)?;
        if kind == "choice" {
            let choices = rest.split(',').map(|choice| choice.trim().to_owned()).collect();
            return Self::Categorical { choices }.validate(text);
        }
        let (low, high) = rest.split_once(':').ok_or_else(unknown)?;
        let number = |end: &str| {
            end.trim().parse::<f64>().map_err(|_| SpaceError::Range {
                found: text.to_owned(),
                reason: format!("{end:?} is not a number"),
            })
        };
        let whole = |end: &str| {
            end.trim().parse::<i64>().map_err(|_| SpaceError::Range {
                found: text.to_owned(),
                reason: format!("{end:?} is not a whole number"),
            })
        };
        match kind {
            "uniform" => Self::Uniform { low: number(low)?, high: number(high)? },
            "log" => Self::LogUniform { low: number(low)?, high: number(high)? },
            "int" => Self::Integer { low: whole(low)?, high: whole(high)?, log: false },
            "logint" => Self::Integer { low: whole(low)?, high: whole(high)?, log: true },
            _ => return Err(unknown()),
        }
        .validate(text)
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform { low, high } => write!(f, "uniform:{low:?}:{high:?}"),
            Self::LogUniform { low, high } => write!(f, "log:{low:?}:{high:?}"),
            Self::Integer { low, high, log: false } => write!(f, "int:{low}:{high}"),
            Self::Integer { low, high, log: true } => write!(f, "logint:{low}:{high}"),
            Self::Categorical { choices } => write!(f, "choice:{}", choices.join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [&str; 6] = [
        "uniform:-1.0:2.5",
        "log:0.001:10.0",
        "int:-3:4",
        "int:2:2",
        "logint:16:256",
        "choice:a,b:1,c",
    ];

    #[test]
    fn texts_round_trip() {
        for text in GOOD {
            assert_eq!(text.parse::<Distribution>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_value_lies_where_it_came_from() {
        for text in GOOD {
            let distribution: Distribution = text.parse().unwrap();
            for step in 0..=20 {
                let value = distribution.at(f64::from(step) / 20.0);
                let u = distribution.unit(&value).unwrap();
                assert_eq!(distribution.value(&value.to_string()), Ok(value.clone()), "{text}");
                match (distribution.at(u), value) {
                    (Value::Float(a), Value::Float(b)) => assert!((a - b).abs() < 1e-12 * b.abs()),
                    (a, b) => assert_eq!(a, b, "{text}"),
                }
            }
        }
    }

    #[test]
    fn whole_numbers_are_equally_likely_with_both_ends() {
        let distribution: Distribution = "int:1:4".parse().unwrap();
        let mut counts = [0; 5];
        for step in 0..1000 {
            let Value::Integer(x) = distribution.at((f64::from(step) + 0.5) / 1000.0) else {
                panic!("not a whole number")
            };
            counts[x as usize] += 1;
        }
        assert_eq!(counts, [0, 250, 250, 250, 250]);
    }

    /// Optuna refuses a value that is outside by one unit in the last place: 10^(log₁₀ 0.3) is 0.3000000000000001.
    #[test]
    fn ends_are_exact_and_nothing_lies_outside() {
        let ends: Vec<f64> = (-10..3)
            .flat_map(|k| [1.0, 2.0, 3.0, 5.0].map(|m| format!("{m}e{k}").parse().unwrap()))
            .collect();
        for (i, &low) in ends.iter().enumerate() {
            for &high in &ends[i + 1..] {
                let log = Distribution::LogUniform { low, high };
                let uniform = Distribution::Uniform { low: -low, high };
                assert_eq!((log.at(0.0), log.at(1.0)), (Value::Float(low), Value::Float(high)));
                assert_eq!(
                    (uniform.at(0.0), uniform.at(1.0)),
                    (Value::Float(-low), Value::Float(high))
                );
                for u in [f64::EPSILON, 0.5, 1.0 - f64::EPSILON / 2.0] {
                    let Value::Float(x) = log.at(u) else { panic!("not a number") };
                    assert!((low..=high).contains(&x), "{x} in {log}");
                }
            }
        }
    }

    #[test]
    fn impossible_ranges_say_what_is_wrong() {
        for (text, reason) in [
            ("uniform:2:1", "above the upper end"),
            ("uniform:1:1", "the range is empty; for one value give choice:1"),
            ("log:0:1", "begins above 0, found 0"),
            ("log:-1:1", "begins above 0"),
            ("logint:0:5", "begins above 0"),
            ("uniform:0:inf", "finite"),
            ("uniform:-1e308:1e308", "further apart than numbers reach"),
            ("uniform:a:1", "\"a\" is not a number"),
            ("int:1:2.5", "\"2.5\" is not a whole number"),
            ("choice:a,,b", "empty choice"),
            ("choice:a,b,a", "a is there twice"),
            ("choice:0.1,1e-1", "1e-1 is there twice"),
            ("log:1", "is no distribution: give uniform:LOW:HIGH"),
            ("normal:0:1", "is no distribution"),
            ("1e-3", "is no distribution"),
        ] {
            let message = text.parse::<Distribution>().unwrap_err().to_string();
            assert!(message.contains(reason) && message.contains(text), "{message}");
        }
    }
}
