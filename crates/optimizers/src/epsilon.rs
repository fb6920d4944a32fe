//! The two places where Adam and its kin add ε.

use num_traits::Float;

use crate::Range;
use crate::range::cast;

/// ε > 0, and whether it is added to the root of the second moment before or after that moment is
/// corrected for starting at zero.
///
/// | | step | in |
/// |---|---|---|
/// | `Uncorrected` | η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m / (√v + ε) | the book, Keras, scikit-learn |
/// | `Corrected` | η · m̂ / (√v̂ + ε) | PyTorch, optax |
///
/// Here m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ). The paper's algorithm 1 is the second form, its "more
/// efficient" one the first.
///
/// `Corrected(ε)` is `Uncorrected(ε·√(1−β₂ᵗ))`. The two differ where |g| is not much larger than ε:
///
/// ```
/// use optimizers::{Adam, Epsilon, Rule, Slot};
///
/// let first_step = |eps| {
///     let mut w = [0.0_f64];
///     let mut adam = Adam { lr: 1.0, eps, ..Adam::default() }.build()?;
///     adam.step(&mut [Slot { value: &mut w, grad: &mut [1e-6], decay: true }])?;
///     Ok::<f64, optimizers::OptimizerError>(-w[0])
/// };
/// assert!((first_step(Epsilon::Corrected(1e-8))? - 0.990).abs() < 1e-3); // torch.optim.Adam
/// assert!((first_step(Epsilon::Uncorrected(1e-8))? - 0.760).abs() < 1e-3);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
///
/// Saved states and [`Optimizer::set`](crate::Optimizer::set) call the first `eps`, the second
/// `eps_corrected`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Epsilon {
    /// Added to √(v / (1−β₂ᵗ)). In JSON, `{"corrected": 1e-8}`.
    Corrected(f64),
    /// Added to √v. In JSON, `1e-7`.
    #[cfg_attr(feature = "serde", serde(untagged))]
    Uncorrected(f64),
}

impl Epsilon {
    /// The name of [`Corrected`](Self::Corrected) in saved states.
    pub(crate) const CORRECTED: &'static str = "eps_corrected";

    pub(crate) fn hyperparameter(&mut self) -> (&'static str, &mut f64, Range) {
        match self {
            Self::Uncorrected(eps) => ("eps", eps, Range::POSITIVE),
            Self::Corrected(eps) => (Self::CORRECTED, eps, Range::POSITIVE),
        }
    }

    /// What is added to the uncorrected root, given √(1−β₂ᵗ). Where their product is 0 in `T`, ε
    /// itself: a root of 0 divided by 0 would be NaN.
    pub(crate) fn before<T: Float>(self, correction: f64) -> T {
        match self {
            Self::Uncorrected(eps) => cast(eps),
            Self::Corrected(eps) => {
                let product: T = cast(eps * correction);
                if product.is_zero() { cast(eps) } else { product }
            }
        }
    }
}
