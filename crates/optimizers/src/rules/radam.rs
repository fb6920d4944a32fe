use kernels::each_with_root;
use num_traits::Float;

use super::bias_correction;
use crate::range::cast;
use crate::{Range, Rule};

/// RAdam: Adam that leaves out the second moment until the variance of its estimate is tractable.
///
/// m := β₁·m + (1−β₁)·g, m̂ = m / (1−β₁ᵗ)\
/// v := β₂·v + (1−β₂)·g²\
/// ρ_∞ = 2/(1−β₂) − 1, ρ_t = ρ_∞ − 2t·β₂ᵗ / (1−β₂ᵗ)\
/// if ρ_t > 5: r = √((ρ_t−4)(ρ_t−2)ρ_∞ / ((ρ_∞−4)(ρ_∞−2)ρ_t)),
/// W := W − η·r·m̂·√(1−β₂ᵗ) / (√v + ε)\
/// otherwise: W := W − η·m̂
///
/// Defaults: `lr` 0.001, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8. Same as `torch.optim.RAdam`; the
/// paper has no ε and the threshold 4 in place of 5. With β₂ ≤ 0.6667 no step is ever rectified.
///
/// Reference: Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020,
/// arXiv:1908.03265.
///
/// ```
/// use optimizers::{RAdam, Rule, Slot};
///
/// let mut w = [0.0_f64];
/// let mut radam = RAdam { lr: 0.1, ..RAdam::default() }.build()?;
/// radam.step(&mut [Slot { value: &mut w, grad: &mut [-3.0], decay: true }])?;
/// assert!((w[0] - 0.3).abs() < 1e-12); // the first steps are those of momentum
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RAdam {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Decay rate β₁ of the mean gradient, in [0, 1).
    pub beta1: f64,
    /// Decay rate β₂ of the mean squared gradient, in [0, 1).
    pub beta2: f64,
    /// ε > 0, outside the root.
    pub eps: f64,
}

impl Default for RAdam {
    fn default() -> Self {
        Self { lr: 0.001, beta1: 0.9, beta2: 0.999, eps: 1e-8 }
    }
}

impl RAdam {
    /// r of step t, or `None` while the variance of the step length is not tractable.
    fn rectification(&self, t: u64) -> Option<f64> {
        let longest = 2.0 / (1.0 - self.beta2) - 1.0;
        let length = self.length(t);
        let ratio = ((length - 4.0) * (length - 2.0) * longest)
            / ((longest - 4.0) * (longest - 2.0) * length);
        (length > 5.0).then(|| ratio.sqrt())
    }

    /// ρ_t.
    ///
    /// With x = −t·ln β₂ it is ρ_∞ − 2t/(eˣ − 1). For β₂ near 1 this difference cancels, so the
    /// series of both terms in δ = 1 − β₂ and x are subtracted term by term:
    /// t + δ/6 + δ²/12 − t·(x/6 − x³/360 + …).
    fn length(&self, t: u64) -> f64 {
        let rate = 1.0 - self.beta2;
        let steps = t as f64;
        let x = -steps * libm::log1p(-rate);
        if rate > 1e-3 || x > 0.1 {
            return 2.0 / rate - 1.0 - 2.0 * steps / libm::expm1(x);
        }
        let of_steps = steps * (x / 6.0 - x.powi(3) / 360.0 + x.powi(5) / 15_120.0);
        steps + rate / 6.0 + rate.powi(2) / 12.0 - of_steps
    }
}

impl Rule<2> for RAdam {
    const NAME: &'static str = "radam";
    const STATE: [&'static str; 2] = ["m", "v"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![
            ("beta1", &mut self.beta1, Range::FRACTION),
            ("beta2", &mut self.beta2, Range::FRACTION),
            ("eps", &mut self.eps, Range::POSITIVE),
        ]
    }

    fn update<T: Float + 'static>(&self, t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 2]) {
        let lr_t = self.lr / bias_correction(self.beta1, t);
        let rectified =
            self.rectification(t).map(|r| cast(lr_t * r * bias_correction(self.beta2, t).sqrt()));
        let (lr_t, eps): (T, T) = (cast(lr_t), cast(self.eps));
        let (rate1, rate2): (T, T) = (cast(1.0 - self.beta1), cast(1.0 - self.beta2));
        move |value, grad, [m, v]| {
            each_with_root(
                grad,
                [value, m, v],
                |g, [_, m, v]| {
                    *m = *m + rate1 * (g - *m);
                    *v = *v + rate2 * (g * g - *v);
                    *v
                },
                |_, [w, m, _], root| {
                    // Not scale/(√v + ε)·m: where both are 0 but for ε, the quotient may overflow.
                    let step = rectified.map_or(lr_t * *m, |scale: T| scale * *m / (root + eps));
                    *w = *w - step;
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectification_begins_at_step_six_and_tends_to_one() {
        let radam = RAdam::default();
        assert_eq!(radam.rectification(5), None);
        assert!(radam.rectification(6).is_some_and(|r| r < 0.1));
        assert!(radam.rectification(100_000).is_some_and(|r| (r - 1.0).abs() < 1e-9));
    }

    /// ρ_t computed with 80 digits. The plain difference of two large numbers made r 5 % too small
    /// at β₂ = 1 − 10⁻⁸ and twice too large at 1 − 10⁻¹⁰.
    #[test]
    fn lengths_are_exact_however_long_the_memory() {
        for (beta2, t, length) in [
            (0.9, 6, 5.389564601256192),
            (0.999, 6, 5.994163751656718),
            (0.999, 100, 98.33294432272474),
            (0.999, 1000, 835.9673756107934),
            (1.0 - 1e-8, 6, 5.999999941666666),
            (1.0 - 1e-10, 6, 5.999999999416667),
            (1.0 - 1e-12, 1000, 999.9999998333371),
            (1.0 - f64::EPSILON / 2.0, 6, 5.999999999999999),
        ] {
            let found = RAdam { beta2, ..RAdam::default() }.length(t);
            assert!((found / length - 1.0).abs() < 1e-10, "{beta2}, step {t}: {found}");
        }
    }

    #[test]
    fn a_short_memory_is_never_rectified() {
        let radam = RAdam { beta2: 0.6, ..RAdam::default() };
        assert!((1..10_000).all(|t| radam.rectification(t).is_none()));
    }
}
