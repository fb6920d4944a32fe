//! The distribution of one hyperparameter.

use std::fmt;
use std::str::FromStr;

use crate::{SpaceError, Value};

/// The values that one hyperparameter can take, mapped onto the unit interval.
///
/// | text | values | the value at u in \[0, 1\] |
/// |---|---|---|
/// | `uniform:LOW:HIGH` | real | LOW + u·(HIGH − LOW) |
/// | `log:LOW:HIGH` | real, positive | 10^(log₁₀ LOW + u·(log₁₀ HIGH − log₁₀ LOW)) |
/// | `int:LOW:HIGH` | integers, both ends included | one of equal cells, a cell for each integer |
/// | `logint:LOW:HIGH` | positive integers | the same, n's cell from ln(n − ½) to ln(n + ½) |
/// | `choice:A,B,…` | the names | one of equal cells, a cell for each name |
///
/// Samplers see the unit interval only: the log scale is implemented here and nowhere else.
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
    /// Real numbers, uniform on \[`low`, `high`\].
    Uniform {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Real numbers whose logarithms are uniform on \[log `low`, log `high`\].
    LogUniform {
        /// The lower end, positive.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Integers from `low` to `high`, both included.
    Integer {
        /// The smallest.
        low: i64,
        /// The largest.
        high: i64,
        /// Whether the logarithms are uniform; then `low` must be positive.
        log: bool,
    },
    /// One of several names, equally likely.
    Categorical {
        /// The names.
        choices: Vec<String>,
    },
}

impl Distribution {
    /// The value at `u`; a `u` outside of \[0, 1\] counts as the nearer end.
    pub fn at(&self, u: f64) -> Value {
        let u = if u.is_nan() { 0.5 } else { u.clamp(0.0, 1.0) };
        // The order of operations of rand's uniform draw from a..b: equal draws give equal bits.
        let between = |a: f64, b: f64| u * (b - a) + a;
        // Rounding may carry a value beyond an end, where Optuna would refuse it.
        let inside = |x: f64, low: f64, high: f64| match u {
            0.0 => Value::Float(low),
            1.0 => Value::Float(high),
            _ => Value::Float(x.clamp(low, high)),
        };
        match self {
            &Self::Uniform { low, high } => inside(between(low, high), low, high),
            // ANCHOR: log
            &Self::LogUniform { low, high } => {
                inside(libm::pow(10.0, between(libm::log10(low), libm::log10(high))), low, high)
            }
            // ANCHOR_END: log
            &Self::Integer { low, high, log } => {
                let (a, b) = (low as f64 - 0.5, high as f64 + 0.5);
                let x = if log {
                    libm::exp(between(libm::log(a), libm::log(b)))
                } else {
                    between(a, b)
                };
                Value::Integer((x.round() as i64).clamp(low, high))
            }
            Self::Categorical { choices } => {
                let index = (u * choices.len() as f64) as usize;
                Value::Text(choices[index.min(choices.len() - 1)].clone())
            }
        }
    }

    /// Where `value` lies on the unit interval, integers and names in the middle of their cells;
    /// `None` if this distribution does not contain it.
    pub fn unit(&self, value: &Value) -> Option<f64> {
        let inside = |u: f64| (-1e-9..=1.0 + 1e-9).contains(&u).then(|| u.clamp(0.0, 1.0));
        match (self, value) {
            (&Self::Uniform { low, high }, &Value::Float(x)) => inside((x - low) / (high - low)),
            (&Self::LogUniform { low, high }, &Value::Float(x)) => {
                inside((libm::log10(x) - libm::log10(low)) / (libm::log10(high) - libm::log10(low)))
            }
            (&Self::Integer { low, high, log }, &Value::Integer(x))
                if (low..=high).contains(&x) =>
            {
                let scale = |x: f64| if log { libm::log(x) } else { x };
                let (a, b) = (scale(low as f64 - 0.5), scale(high as f64 + 0.5));
                Some((scale(x as f64) - a) / (b - a))
            }
            (Self::Categorical { choices }, Value::Text(x)) => {
                let index = choices.iter().position(|choice| choice == x)?;
                Some((index as f64 + 0.5) / choices.len() as f64)
            }
            _ => None,
        }
    }

    /// Whether a study of `old` can go on with this distribution: the same kind, a range that
    /// contains the old one, new choices after the old ones (the file stores a choice's index).
    pub fn extends(&self, old: &Self) -> bool {
        match (self, old) {
            (Self::Uniform { low, high }, Self::Uniform { low: from, high: to })
            | (Self::LogUniform { low, high }, Self::LogUniform { low: from, high: to }) => {
                low <= from && to <= high
            }
            (Self::Integer { low, high, log }, Self::Integer { low: from, high: to, log: old }) => {
                low <= from && to <= high && log == old
            }
            (Self::Categorical { choices }, Self::Categorical { choices: old }) => {
                choices.starts_with(old)
            }
            _ => false,
        }
    }

    /// The values to check in order to check all: both ends of a range, or every choice.
    pub fn extremes(&self) -> Vec<Value> {
        match self {
            Self::Categorical { choices } => choices.iter().cloned().map(Value::Text).collect(),
            _ => vec![self.at(0.0), self.at(1.0)],
        }
    }

    /// The names of a categorical distribution; empty for the other kinds.
    pub fn choices(&self) -> &[String] {
        match self {
            Self::Categorical { choices } => choices,
            _ => &[],
        }
    }

    /// The number of values; `None` for real numbers.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Uniform { .. } | Self::LogUniform { .. } => None,
            Self::Integer { low, high, .. } => Some(high.abs_diff(*low).saturating_add(1)),
            Self::Categorical { choices } => Some(choices.len() as u64),
        }
    }

    /// Reads a value from the text that its `Display` writes.
    ///
    /// # Errors
    /// [`SpaceError::Range`] if this distribution does not contain it.
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

    /// What is wrong with the range or the choices, if anything.
    fn problem(&self) -> Option<String> {
        let (low, high, log) = match self {
            Self::Categorical { choices } => return problem_of(choices),
            &Self::Uniform { low, high } => (low, high, false),
            &Self::LogUniform { low, high } => (low, high, true),
            &Self::Integer { low, high, log } => (low as f64, high as f64, log),
        };
        if !(low.is_finite() && high.is_finite()) {
            Some("both ends must be finite numbers".to_owned())
        } else if low > high {
            Some(format!("the lower end {low} is above the upper end {high}"))
        } else if !(high - low).is_finite() {
            Some("the range is wider than the largest f64".to_owned())
        } else if low == high && self.count().is_none() {
            Some(format!("the range is empty; for one value give choice:{low}"))
        } else {
            (log && low <= 0.0).then(|| format!("a log scale begins above 0, found {low}"))
        }
    }
}

/// What is wrong with the choices, if anything; choices that are numbers are compared as numbers.
fn problem_of(choices: &[String]) -> Option<String> {
    if choices.iter().any(String::is_empty) {
        return Some("an empty choice; give names with one comma between them".to_owned());
    }
    let number = |choice: &String| choice.parse::<f64>().ok();
    let same = |a, b| a == b || number(a).is_some_and(|x| number(b) == Some(x));
    let repeated = |i: &usize| choices[..*i].iter().any(|before| same(before, &choices[*i]));
    (1..choices.len()).find(repeated).map(|i| format!("{} is there twice", choices[i]))
}

impl FromStr for Distribution {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let unknown = || SpaceError::UnknownDistribution { found: text.to_owned() };
        let wrong = |reason| SpaceError::Range { found: text.to_owned(), reason };
        let real =
            |end: &str| end.trim().parse().map_err(|_| wrong(format!("{end:?} is not a number")));
        let whole = |end: &str| {
            end.trim().parse().map_err(|_| wrong(format!("{end:?} is not a whole number")))
        };
        let (kind, rest) = text.split_once(':').ok_or_else(unknown)?;
        let distribution = if kind == "choice" {
            let choices = rest.split(',').map(|choice| choice.trim().to_owned()).collect();
            Self::Categorical { choices }
        } else {
            let (low, high) = rest.split_once(':').ok_or_else(unknown)?;
            match kind {
                "uniform" => Self::Uniform { low: real(low)?, high: real(high)? },
                "log" => Self::LogUniform { low: real(low)?, high: real(high)? },
                "int" => Self::Integer { low: whole(low)?, high: whole(high)?, log: false },
                "logint" => Self::Integer { low: whole(low)?, high: whole(high)?, log: true },
                _ => return Err(unknown()),
            }
        };
        distribution.problem().map_or(Ok(distribution), |reason| Err(wrong(reason)))
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
    use rand::RngExt;

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

    /// 10^(log₁₀ 0.3) is 0.3000000000000001, which Optuna would refuse as outside of the range.
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

    /// rand 0.10 says so: of a range with few numbers in it, a draw may be the excluded end. One of
    /// 0..1 cannot, and whatever it is, a log-uniform value lies between its ends.
    #[test]
    fn a_range_of_floats_may_return_its_end_and_a_log_range_stays_inside() {
        let mut rng = init::Seed::new(1).stream(init::Purpose::Search, 0);
        let end = 1.0 + 2.0 * f64::EPSILON;
        let ends = (0..1000).filter(|_| rng.random_range(1.0..end) == end).count();
        assert!((150..350).contains(&ends), "{ends} of 1000");
        let log = Distribution::LogUniform { low: 0.3, high: 0.3 * end };
        for _ in 0..1000 {
            let u = rng.random_range(0.0..1.0);
            assert!(u < 1.0);
            let Value::Float(x) = log.at(u) else { panic!("not a number") };
            assert!((0.3..=0.3 * end).contains(&x), "{x}");
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
            ("uniform:-1e308:1e308", "wider than the largest f64"),
            ("uniform:a:1", "\"a\" is not a number"),
            ("int:1:2.5", "\"2.5\" is not a whole number"),
            ("choice:a,,b", "empty choice"),
            ("choice:a,b,a", "a is there twice"),
            ("choice:0.1,1e-1", "1e-1 is there twice"),
            ("log:1", "is not a distribution: give uniform:LOW:HIGH"),
            ("normal:0:1", "is not a distribution"),
            ("1e-3", "is not a distribution"),
        ] {
            let message = text.parse::<Distribution>().unwrap_err().to_string();
            assert!(message.contains(reason) && message.contains(text), "{message}");
        }
    }
}
