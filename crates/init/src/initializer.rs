//! Initial weights of a layer.

use std::fmt;
use std::str::FromStr;

use kernels::Scalar;
use nalgebra::DMatrix;
use rand::{Rng, RngExt};
use thiserror::Error;

use crate::normal::standard_normal;
use crate::orthogonal::orthogonal;

/// How a weight matrix of shape (n_in, n_out) gets its initial values.
///
/// For an affine layer, n_in and n_out (its [`Fans`]) are the numbers of rows and columns. A
/// convolution with windows of `area` pixels has a weight of shape (channels·area, filters), and
/// its fans are channels·area and filters·area, as in PyTorch. A normal initialiser draws every
/// weight from N(0, σ²), a uniform one from U(−a, a).
///
/// | variant | σ or a | name | for |
/// |---|---|---|---|
/// | `Normal { std }` | σ = std | `0.01` | the book's `weight_init_std` as a number |
/// | `TruncatedNormal { std }` | σ = std, within ±2·std | `truncated-normal:0.02` | as in Keras |
/// | `Xavier` | σ = √(1/n_in) | `xavier`, `sigmoid` | sigmoid, tanh |
/// | `He` | σ = √(2/n_in) | `he`, `relu` | ReLU |
/// | `GlorotNormal` | σ = √(2/(n_in + n_out)) | `glorot-normal` | PyTorch's `xavier_normal_` |
/// | `GlorotUniform` | a = √(6/(n_in + n_out)) | `glorot-uniform` | PyTorch's `xavier_uniform_` |
/// | `HeUniform` | a = √(6/n_in) | `he-uniform` | PyTorch's `kaiming_uniform_` with gain √2 |
/// | `LecunUniform` | a = √(3/n_in) | `lecun-uniform` | SELU |
/// | `Uniform { limit }` | a = limit | `uniform:0.1` | |
/// | `Orthogonal { gain }` | QᵀQ = gain²·I | `orthogonal` (gain 1), `orthogonal:2` | deep linear |
/// | `Constant { value }` | – | `constant:0.5` | |
/// | `Zeros` | – | `zeros` | biases; as weights, the symmetry problem of section 6.2.1 |
///
/// **The book's "Xavier" is not Glorot's**: it omits n_out. Others call it LeCun normal, so
/// `lecun-normal` is another name for it. PyTorch's `xavier_*` are the two Glorot variants.
///
/// Values are drawn in `f64` in column-major order and then rounded, so that `f32` and `f64`
/// networks with the same seed start from the same weights.
///
/// Sources: LeCun et al. 1998; Glorot & Bengio 2010; He et al. 2015 (arXiv:1502.01852);
/// Saxe et al. 2014 (arXiv:1312.6120).
///
/// # Example
/// ```
/// use init::{Initialize, Initializer, Purpose, Seed};
///
/// let he: Initializer = "relu".parse()?;
/// let mut w = nalgebra::DMatrix::<f32>::zeros(784, 100);
/// he.fill(&mut w, &mut Seed::new(1).stream(Purpose::Weights, 0));
/// let std = (w.iter().map(|x| x * x).sum::<f32>() / w.len() as f32).sqrt();
/// assert!((std - (2.0_f32 / 784.0).sqrt()).abs() < 0.001);
/// # Ok::<(), init::InitializerError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Initializer {
    /// All 0.
    Zeros,
    /// All `value`.
    Constant {
        /// The value.
        value: f64,
    },
    /// N(0, std²).
    Normal {
        /// The standard deviation.
        std: f64,
    },
    /// N(0, std²), drawn again where it lies more than 2·std from 0. This is Keras'
    /// `TruncatedNormal`; the bounds of PyTorch's `trunc_normal_` are ±2 whatever the std. The
    /// standard deviation of what is left is 0.880·std.
    TruncatedNormal {
        /// The standard deviation before truncation.
        std: f64,
    },
    /// U(−limit, limit).
    Uniform {
        /// The bound.
        limit: f64,
    },
    /// The book's Xavier: N(0, 1/n_in).
    Xavier,
    /// N(0, 2/n_in).
    He,
    /// N(0, 2/(n_in + n_out)).
    GlorotNormal,
    /// U(−a, a) with a = √(6/(n_in + n_out)).
    GlorotUniform,
    /// U(−a, a) with a = √(6/n_in).
    HeUniform,
    /// U(−a, a) with a = √(3/n_in).
    LecunUniform,
    /// A random matrix with orthonormal columns (rows, if it is wide), times `gain`.
    Orthogonal {
        /// The length of each column (row).
        gain: f64,
    },
}

/// Fan-in and fan-out: how many inputs a unit has, and how many units an input reaches.
///
/// # Example
/// ```
/// use init::Fans;
///
/// let w = nalgebra::DMatrix::<f32>::zeros(784, 100);
/// assert_eq!(Fans::of(&w), Fans { n_in: 784, n_out: 100 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fans {
    /// Inputs of a unit.
    pub n_in: usize,
    /// Units that an input reaches.
    pub n_out: usize,
}

impl Fans {
    /// The fans of an affine layer's weight: its numbers of rows and columns.
    ///
    /// ```
    /// assert_eq!(init::Fans::of(&nalgebra::DMatrix::<f64>::zeros(3, 2)).n_out, 2);
    /// ```
    pub fn of<T: Scalar>(weights: &DMatrix<T>) -> Self {
        Self { n_in: weights.nrows(), n_out: weights.ncols() }
    }
}

/// How weights get their initial values: [`Initializer`], or your own.
///
/// # Example
/// Your own: the identity, so that a layer starts by passing its input on.
/// ```
/// use init::{Fans, Initialize, Purpose, Seed};
/// use kernels::Scalar;
/// use nalgebra::{DMatrix, dmatrix};
/// use rand::Rng;
///
/// struct Identity;
///
/// impl Initialize for Identity {
///     fn fill_with_fans<T: Scalar>(&self, w: &mut DMatrix<T>, _: Fans, _: &mut impl Rng) {
///         w.fill_with_identity();
///     }
/// }
///
/// let mut w = DMatrix::<f32>::zeros(2, 2);
/// Identity.fill(&mut w, &mut Seed::new(1).stream(Purpose::Weights, 0));
/// assert_eq!(w, dmatrix![1.0, 0.0; 0.0, 1.0]);
/// ```
pub trait Initialize {
    /// Sets every weight of a layer with these fans, which its matrix does not show if it is a
    /// convolution.
    fn fill_with_fans<T: Scalar>(&self, weights: &mut DMatrix<T>, fans: Fans, rng: &mut impl Rng);

    /// Sets every weight of an affine layer, whose fans are the numbers of rows and columns.
    fn fill<T: Scalar>(&self, weights: &mut DMatrix<T>, rng: &mut impl Rng) {
        self.fill_with_fans(weights, Fans::of(weights), rng);
    }
}

impl Initialize for Initializer {
    fn fill_with_fans<T: Scalar>(&self, weights: &mut DMatrix<T>, fans: Fans, rng: &mut impl Rng) {
        let (n_in, n_out) = (fans.n_in as f64, fans.n_out as f64);
        match *self {
            Self::Zeros => weights.fill(T::zero()),
            Self::Constant { value } => weights.fill(T::of(value)),
            Self::Normal { std } => normal(weights, std, rng),
            Self::TruncatedNormal { std } => truncated_normal(weights, std, rng),
            // ANCHOR: scale
            Self::Xavier => normal(weights, (1.0 / n_in).sqrt(), rng),
            Self::He => normal(weights, (2.0 / n_in).sqrt(), rng),
            // ANCHOR_END: scale
            Self::GlorotNormal => normal(weights, (2.0 / (n_in + n_out)).sqrt(), rng),
            Self::Uniform { limit } => uniform(weights, limit, rng),
            Self::GlorotUniform => uniform(weights, (6.0 / (n_in + n_out)).sqrt(), rng),
            Self::HeUniform => uniform(weights, (6.0 / n_in).sqrt(), rng),
            Self::LecunUniform => uniform(weights, (3.0 / n_in).sqrt(), rng),
            Self::Orthogonal { gain } => orthogonal(weights, gain, rng),
        }
    }
}

// ANCHOR: normal
fn normal<T: Scalar>(weights: &mut DMatrix<T>, std: f64, rng: &mut impl Rng) {
    for w in weights.as_mut_slice() {
        *w = T::of(std * standard_normal(rng));
    }
}
// ANCHOR_END: normal

fn truncated_normal<T: Scalar>(weights: &mut DMatrix<T>, std: f64, rng: &mut impl Rng) {
    for w in weights.as_mut_slice() {
        let mut draw = || standard_normal(rng);
        let near = std::iter::repeat_with(&mut draw).find(|x| x.abs() <= 2.0);
        *w = T::of(std * near.expect("the iterator has no end"));
    }
}

fn uniform<T: Scalar>(weights: &mut DMatrix<T>, limit: f64, rng: &mut impl Rng) {
    for w in weights.as_mut_slice() {
        *w = T::of(limit * (2.0 * rng.random::<f64>() - 1.0));
    }
}

/// The text is not the name of an initialiser, or its parameter is out of range.
///
/// # Example
/// ```
/// let error = "kaiming".parse::<init::Initializer>().unwrap_err();
/// assert!(error.to_string().contains("he (relu)"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown initializer {0:?}; known are: {NAMES}")]
pub struct InitializerError(String);

const NAMES: &str = "a standard deviation such as 0.01, xavier (sigmoid), he (relu), \
    glorot-normal, glorot-uniform, he-uniform, lecun-normal, lecun-uniform, uniform:LIMIT, \
    truncated-normal:STD, \
    orthogonal, orthogonal:GAIN, constant:VALUE, zeros";

impl FromStr for Initializer {
    type Err = InitializerError;

    /// Reads a name from the table of [`Initializer`], ignoring case; a number is a standard
    /// deviation.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || InitializerError(text.to_owned());
        let name = text.trim().to_ascii_lowercase();
        let at_least = |least: f64, number: &str| {
            let number = number.parse().ok().filter(|x| (least..=f64::MAX).contains(x));
            number.ok_or_else(unknown)
        };
        Ok(match name.split_once(':') {
            Some(("constant", value)) => Self::Constant { value: at_least(f64::MIN, value)? },
            Some(("truncated-normal", std)) => Self::TruncatedNormal { std: at_least(0.0, std)? },
            Some(("uniform", limit)) => Self::Uniform { limit: at_least(0.0, limit)? },
            Some(("orthogonal", gain)) => Self::Orthogonal { gain: at_least(0.0, gain)? },
            Some(_) => return Err(unknown()),
            None => match name.as_str() {
                "zeros" => Self::Zeros,
                "xavier" | "sigmoid" | "lecun-normal" => Self::Xavier,
                "he" | "relu" => Self::He,
                "glorot-normal" => Self::GlorotNormal,
                "glorot-uniform" => Self::GlorotUniform,
                "he-uniform" => Self::HeUniform,
                "lecun-uniform" => Self::LecunUniform,
                "orthogonal" => Self::Orthogonal { gain: 1.0 },
                std => Self::Normal { std: at_least(0.0, std)? },
            },
        })
    }
}

impl fmt::Display for Initializer {
    /// The name that [`FromStr`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zeros => f.write_str("zeros"),
            Self::Constant { value } => write!(f, "constant:{value}"),
            Self::Normal { std } => write!(f, "{std}"),
            Self::TruncatedNormal { std } => write!(f, "truncated-normal:{std}"),
            Self::Uniform { limit } => write!(f, "uniform:{limit}"),
            Self::Xavier => f.write_str("xavier"),
            Self::He => f.write_str("he"),
            Self::GlorotNormal => f.write_str("glorot-normal"),
            Self::GlorotUniform => f.write_str("glorot-uniform"),
            Self::HeUniform => f.write_str("he-uniform"),
            Self::LecunUniform => f.write_str("lecun-uniform"),
            Self::Orthogonal { gain } => write!(f, "orthogonal:{gain}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Purpose, Seed};

    fn drawn(initializer: Initializer, rows: usize, columns: usize, index: u64) -> Vec<f64> {
        let mut w = DMatrix::zeros(rows, columns);
        initializer.fill(&mut w, &mut Seed::new(1).stream(Purpose::Weights, index));
        w.as_slice().to_vec()
    }

    /// Of 200,000 draws each, the mean is within 5 of its standard errors σ/√n and the variance
    /// within 5 of its standard errors σ²·√((κ−1)/n), where κ = 3 for a normal and 9/5 for a
    /// uniform distribution. A correct initialiser fails at about one seed in a million.
    #[test]
    fn moments() {
        let (n_in, n_out) = (500_usize, 400_usize);
        let (i, o) = (n_in as f64, n_out as f64);
        let cases = [
            ("0.01", 1e-4, 3.0),
            ("xavier", 1.0 / i, 3.0),
            ("he", 2.0 / i, 3.0),
            ("glorot-normal", 2.0 / (i + o), 3.0),
            ("glorot-uniform", 2.0 / (i + o), 1.8),
            ("he-uniform", 2.0 / i, 1.8),
            ("lecun-uniform", 1.0 / i, 1.8),
            ("uniform:0.3", 0.03, 1.8),
            // 1 − 4·φ(2)/(2·Φ(2) − 1) of the variance is left.
            ("truncated-normal:0.1", 0.007_737_4, 2.37),
        ];
        for (name, variance, kurtosis) in cases {
            let w = drawn(name.parse().unwrap(), n_in, n_out, 0);
            let n = w.len() as f64;
            let mean = w.iter().sum::<f64>() / n;
            let second = w.iter().map(|x| x * x).sum::<f64>() / n;
            assert!(mean.abs() < 5.0 * (variance / n).sqrt(), "{name}: mean {mean}");
            let spread = 5.0 * ((kurtosis - 1.0) / n).sqrt();
            assert!((second / variance - 1.0).abs() < spread, "{name}: variance {second}");
        }
    }

    #[test]
    fn truncated_draws_stay_within_two_standard_deviations() {
        let w = drawn("truncated-normal:0.1".parse().unwrap(), 100, 100, 0);
        assert!(w.iter().all(|x| x.abs() <= 0.2) && w.iter().any(|x| x.abs() > 0.19));
    }

    #[test]
    fn uniform_draws_stay_within_their_limit() {
        let w = drawn("uniform:0.25".parse().unwrap(), 100, 100, 0);
        assert!(w.iter().all(|x| x.abs() <= 0.25) && w.iter().any(|x| x.abs() > 0.249));
    }

    #[test]
    fn value_stability() {
        let expected: [(&str, [f64; 4]); 4] = [
            (
                "1",
                [
                    -0.3138597532812252,
                    -0.10281792261728386,
                    -0.1336582106453648,
                    -1.4150846788197455,
                ],
            ),
            (
                "he",
                [
                    -0.3138597532812252,
                    -0.10281792261728386,
                    -0.1336582106453648,
                    -1.4150846788197455,
                ],
            ),
            (
                "glorot-uniform",
                [
                    -0.2537201217775356,
                    -0.22195880825937728,
                    -0.1285729735329792,
                    -1.0222279978046351,
                ],
            ),
            (
                "orthogonal",
                [-0.950307418547685, -0.3113130422151245, 0.3113130422151245, -0.9503074185476845],
            ),
        ];
        for (name, values) in expected {
            assert_eq!(drawn(name.parse().unwrap(), 2, 2, 0), values, "{name}");
        }
    }

    #[test]
    fn f32_weights_are_the_f64_ones_rounded() {
        let mut w = DMatrix::<f32>::zeros(20, 30);
        Initializer::He.fill(&mut w, &mut Seed::new(1).stream(Purpose::Weights, 5));
        let wide = drawn(Initializer::He, 20, 30, 5);
        assert!(w.iter().zip(wide).all(|(&a, b)| a == b as f32));
    }

    #[test]
    fn names_round_trip_and_mistakes_list_what_is_allowed() {
        for name in [
            "zeros",
            "constant:-2.5",
            "0.01",
            "uniform:0.3",
            "xavier",
            "he",
            "glorot-normal",
            "glorot-uniform",
            "he-uniform",
            "lecun-uniform",
            "orthogonal:1.5",
        ] {
            assert_eq!(name.parse::<Initializer>().unwrap().to_string(), name);
        }
        for (alias, name) in [("ReLU", "he"), ("Sigmoid", "xavier"), ("lecun-normal", "xavier")] {
            assert_eq!(alias.parse::<Initializer>().unwrap().to_string(), name);
        }
        for wrong in ["kaiming", "-0.1", "nan", "inf", "uniform:x", "orthogonal:-1", ""] {
            let message = wrong.parse::<Initializer>().unwrap_err().to_string();
            assert!(message.contains(&format!("{wrong:?}")) && message.contains("he (relu)"));
        }
    }

    #[test]
    fn empty_matrices_are_fine() {
        for name in ["he", "glorot-uniform", "orthogonal", "zeros"] {
            assert!(drawn(name.parse().unwrap(), 0, 3, 0).is_empty());
        }
    }
}
