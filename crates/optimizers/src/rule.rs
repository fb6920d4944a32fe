//! An update rule: hyperparameters and a formula, without state.

use std::fmt::Debug;

use num_traits::Float;

use crate::{Decay, Driver, Optimizer, OptimizerError};

/// The formula of one optimizer: an immutable struct of hyperparameters.
///
/// A rule says which arrays it keeps for each parameter (`N` of them) and how one step changes
/// them; the [`Driver`] keeps the arrays, counts the steps, applies weight decay and checks the
/// slots. A rule of one's own needs nothing else:
///
/// ```
/// use num_traits::Float;
/// use optimizers::{OptimizerError, Rule, Slot};
///
/// /// W := W − η·sign(g)
/// #[derive(Debug, Clone)]
/// struct SignDescent { lr: f64 }
///
/// impl Rule<0> for SignDescent {
///     const NAME: &'static str = "sign-descent";
///     const STATE: [&'static str; 0] = [];
///
///     fn lr(&self) -> f64 {
///         self.lr
///     }
///     fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64)> {
///         Vec::new()
///     }
///     fn validate<T: Float>(&self) -> Result<(), OptimizerError> {
///         Ok(()) // the driver checks lr
///     }
///     fn update<T: Float + 'static>(&self, lr: f64, _: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 0]) {
///         let lr = T::from(lr).unwrap();
///         move |value, grad, []| {
///             for (w, g) in value.iter_mut().zip(grad) {
///                 *w = *w - lr * g.signum();
///             }
///         }
///     }
/// }
///
/// let mut x = [3.0_f32, -3.0];
/// let mut slots = [Slot { value: &mut x, grad: &mut [0.1, -20.0], decay: true }];
/// SignDescent { lr: 1.0 }.build()?.step(&mut slots)?;
/// assert_eq!(x, [2.0, -2.0]);
/// # Ok::<(), OptimizerError>(())
/// ```
pub trait Rule<const N: usize>: Clone + Debug + Send + Sized + 'static {
    /// Name on the command line and in saved states.
    const NAME: &'static str;

    /// Names of the arrays kept for each parameter, all of them zero before the first step.
    const STATE: [&'static str; N];

    /// The learning rate to begin with.
    fn lr(&self) -> f64;

    /// The other hyperparameters by their names, which saved states and [`Optimizer::set`] use.
    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64)>;

    /// Checks the hyperparameters other than the learning rate, as `T` holds them.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] for the first one out of range.
    fn validate<T: Float>(&self) -> Result<(), OptimizerError>;

    /// The update of step `t` (the first is 1) at learning rate `lr`: a function of one slot's
    /// values, gradients and state arrays, called for each slot in turn.
    ///
    /// What is common to the step is worked out here, once; the function returned holds the loop: one that takes a
    /// square root on the way is faster through [`kernels::each_with_root`], as that of [`Adam`](crate::Adam).
    fn update<T: Float + 'static>(&self, lr: f64, t: u64)
    -> impl Fn(&mut [T], &[T], [&mut [T]; N]);

    /// The optimizer of this rule, without weight decay.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] if one is not finite or out of range.
    fn build<T: Float + Send + 'static>(self) -> Result<Box<dyn Optimizer<T>>, OptimizerError> {
        self.build_with(Decay::None)
    }

    /// The optimizer of this rule with weight decay.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] if one is not finite or out of range.
    fn build_with<T: Float + Send + 'static>(
        self,
        decay: Decay,
    ) -> Result<Box<dyn Optimizer<T>>, OptimizerError> {
        Ok(Box::new(Driver::new(self, decay)?))
    }
}
