//! An update rule, which is hyperparameters and a formula, and the optimizer made of it.

use std::fmt::{self, Debug};

use kernels::with_wide_registers;
use num_traits::Float;

use crate::check::non_negative;
use crate::memory::Memory;
use crate::{Decay, Optimizer, OptimizerError, OptimizerState, Slots};

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

/// A [`Rule`] with weight decay, its step count and its state.
///
/// Every sixteenth step sets numbers of the state next to zero (f32: below 9.9e-32, f64: 1e-292) to zero,
/// which PyTorch does not: they move no parameter, but become subnormal, which takes some processors long.
///
/// [`Rule::build`] returns it behind `Box<dyn Optimizer<T>>`; name the type itself where one rule
/// is fixed and a box is unwanted.
///
/// ```
/// use optimizers::{Adam, Decay, Driver, Optimizer};
///
/// let adam = Driver::<Adam, f32, 2>::new(Adam::default(), Decay::L2(1e-4))?;
/// assert_eq!((adam.name(), adam.lr(), adam.steps()), ("adam", 0.001, 0));
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Clone)]
pub struct Driver<R, T, const N: usize> {
    rule: R,
    decay: Decay,
    lr: f64,
    memory: Memory<T, N>,
}

impl<R: Rule<N>, T: Float, const N: usize> Driver<R, T, N> {
    /// An optimizer that has done no step.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] if one is not finite or out of range.
    pub fn new(rule: R, decay: Decay) -> Result<Self, OptimizerError> {
        let lr = rule.lr();
        non_negative::<T>("lr", lr)?;
        rule.validate::<T>()?;
        decay.validate::<T>()?;
        Ok(Self { rule, decay, lr, memory: Memory::new() })
    }
}

impl<R: Rule<N>, T: Float + Send + 'static, const N: usize> Optimizer<T> for Driver<R, T, N> {
    fn step(&mut self, slots: &mut dyn Slots<T>) -> Result<(), OptimizerError> {
        self.memory.prepare(slots)?;
        self.memory.steps = self.memory.steps.saturating_add(1);
        let update = self.rule.update::<T>(self.lr, self.memory.steps);
        // This loop alone: more is not inlined, and so not compiled for the registers.
        self.memory.step(slots, self.lr, self.decay, &|value, grad, arrays| {
            with_wide_registers(|| update(value, grad, arrays));
        });
        Ok(())
    }

    fn name(&self) -> &'static str {
        R::NAME
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) -> Result<(), OptimizerError> {
        non_negative::<T>("lr", lr)?;
        self.lr = lr;
        Ok(())
    }

    fn hyperparameters(&self) -> Vec<(&'static str, f64)> {
        let (mut rule, mut decay) = (self.rule.clone(), self.decay);
        let all = rule.hyperparameters().into_iter().chain(decay.hyperparameter());
        all.map(|(name, value)| (name, *value)).collect()
    }

    fn set(&mut self, name: &str, value: f64) -> Result<(), OptimizerError> {
        if name == "lr" {
            return self.set_lr(value);
        }
        let (mut rule, mut decay) = (self.rule.clone(), self.decay);
        let mut all = rule.hyperparameters();
        all.extend(decay.hyperparameter());
        *named(R::NAME, all, name)? = value;
        rule.validate::<T>()?;
        decay.validate::<T>()?;
        (self.rule, self.decay) = (rule, decay);
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.memory.steps
    }

    fn state(&self) -> OptimizerState<T> {
        self.memory.state(R::NAME, R::STATE, self.lr, self.hyperparameters())
    }

    fn load_state(&mut self, state: OptimizerState<T>) -> Result<(), OptimizerError> {
        let ours = self.hyperparameters();
        (self.lr, self.memory) = Memory::load(R::NAME, R::STATE, ours, state)?;
        Ok(())
    }
}

/// The place of the hyperparameter of this name. Apart from the rule's type, so that it is compiled once.
fn named<'a>(
    rule: &'static str,
    all: Vec<(&'static str, &'a mut f64)>,
    name: &str,
) -> Result<&'a mut f64, OptimizerError> {
    let known: Vec<&str> = ["lr"].into_iter().chain(all.iter().map(|(known, _)| *known)).collect();
    let known = known.join(", ");
    let found = all.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, place)| place).ok_or_else(|| OptimizerError::UnknownHyperparameter {
        rule,
        found: name.to_owned(),
        known,
    })
}

/// Everything but the arrays, which are as long as the network.
impl<R: Debug, T, const N: usize> Debug for Driver<R, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("rule", &self.rule)
            .field("decay", &self.decay)
            .field("lr", &self.lr)
            .field("steps", &self.memory.steps)
            .field("lens", &self.memory.lens)
            .finish_non_exhaustive()
    }
}
