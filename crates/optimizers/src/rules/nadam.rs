use kernels::each_with_root;
use num_traits::Float;

use super::bias_correction;
use crate::range::cast;
use crate::{Range, Rule};

/// NAdam: Adam with Nesterov momentum.
///
/// μ_t = β₁·(1 − ½·0.96^(t·ψ))\
/// m := β₁·m + (1−β₁)·g\
/// v := β₂·v + (1−β₂)·g²\
/// m̂ = μ_{t+1}·m / (1 − μ₁⋯μ_{t+1}) + (1−μ_t)·g / (1 − μ₁⋯μ_t)\
/// W := W − η·m̂ / (√(v / (1−β₂ᵗ)) + ε)
///
/// Defaults: `lr` 0.002, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, `momentum_decay` (ψ) 0.004.
/// Formula and defaults are `torch.optim.NAdam`'s, so here ε is added to the *corrected* root.
/// optax has no μ schedule: its `nadam` has μ_t = β₁, the limit of large ψ.
///
/// Reference: Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.
///
/// ```
/// use optimizers::{NAdam, Rule, Slot};
///
/// let mut w = [1.0_f64];
/// let mut nadam = NAdam { lr: 0.1, ..NAdam::default() }.build()?;
/// for _ in 0..100 {
///     let mut grad = [2.0 * w[0]]; // f(w) = w²
///     nadam.step(&mut [Slot { value: &mut w, grad: &mut grad, decay: true }])?;
/// }
/// assert!(w[0].abs() < 0.05);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NAdam {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Decay rate β₁ of the mean gradient, in [0, 1).
    pub beta1: f64,
    /// Decay rate β₂ of the mean squared gradient, in [0, 1).
    pub beta2: f64,
    /// ε > 0, outside the root.
    pub eps: f64,
    /// How fast μ rises from β₁/2 to β₁: ψ ≥ 0.
    pub momentum_decay: f64,
}

impl Default for NAdam {
    fn default() -> Self {
        Self { lr: 0.002, beta1: 0.9, beta2: 0.999, eps: 1e-8, momentum_decay: 0.004 }
    }
}

impl NAdam {
    /// ln 0.96^ψ.
    fn log_ratio(&self) -> f64 {
        self.momentum_decay * libm::log(0.96_f64)
    }

    /// μ_t.
    fn momentum(&self, t: u64) -> f64 {
        self.beta1 * (1.0 - 0.5 * libm::exp(self.log_ratio() * t as f64))
    }

    /// μ₁⋯μ_t in closed form, so that the rule need not keep the product as state.
    ///
    /// With q = 0.96^ψ, ln μ₁⋯μ_t = t·ln β₁ + Σᵢ ln(1 − qⁱ/2), and expanding the logarithm gives
    /// −Σₖ (1/(k·2ᵏ))·Σᵢ qᵏⁱ, whose inner sum is geometric.
    fn momentum_product(&self, t: u64) -> f64 {
        let (steps, log_ratio) = (t as f64, self.log_ratio());
        let geometric = |k: f64| {
            let x = k * log_ratio;
            if x == 0.0 { steps } else { libm::exp(x) * libm::expm1(x * steps) / libm::expm1(x) }
        };
        let terms = (1..=60).map(|k| geometric(f64::from(k)) / (f64::from(k) * 2.0_f64.powi(k)));
        libm::exp(steps * libm::log(self.beta1) - terms.sum::<f64>())
    }
}

impl Rule<2> for NAdam {
    const NAME: &'static str = "nadam";
    const STATE: [&'static str; 2] = ["m", "v"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![
            ("beta1", &mut self.beta1, Range::FRACTION),
            ("beta2", &mut self.beta2, Range::FRACTION),
            ("eps", &mut self.eps, Range::POSITIVE),
            ("momentum_decay", &mut self.momentum_decay, Range::NON_NEGATIVE),
        ]
    }

    fn update<T: Float + 'static>(&self, t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 2]) {
        let lr_m = self.lr * self.momentum(t + 1) / (1.0 - self.momentum_product(t + 1));
        let lr_g = self.lr * (1.0 - self.momentum(t)) / (1.0 - self.momentum_product(t));
        let (lr_m, lr_g, eps): (T, T, T) = (cast(lr_m), cast(lr_g), cast(self.eps));
        let (rate1, rate2): (T, T) = (cast(1.0 - self.beta1), cast(1.0 - self.beta2));
        let root_scale: T = cast(bias_correction(self.beta2, t).sqrt().recip());
        move |value, grad, [m, v]| {
            each_with_root(
                grad,
                [value, m, v],
                |g, [_, m, v]| {
                    *m = *m + rate1 * (g - *m);
                    *v = *v + rate2 * (g * g - *v);
                    *v
                },
                |g, [w, m, _], root| *w = *w - (lr_m * *m + lr_g * g) / (root * root_scale + eps),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_in_closed_form_equals_the_running_product() {
        for momentum_decay in [0.0, 0.004, 0.5, 100.0] {
            let nadam = NAdam { momentum_decay, ..NAdam::default() };
            let mut product = 1.0;
            for t in 1..2000 {
                product *= nadam.momentum(t);
                let relative = (nadam.momentum_product(t) - product).abs() / product;
                let near = (1.0 - nadam.momentum_product(t)) / (1.0 - product) - 1.0;
                assert!(relative < 1e-11 || product < 1e-290, "t = {t}: off by {relative}");
                assert!(near.abs() < 1e-14, "t = {t}: 1 − product off by {near}");
            }
        }
        assert_eq!(NAdam { beta1: 0.0, ..NAdam::default() }.momentum_product(3), 0.0);
    }
}
