//! A rule is the hyperparameters and the formula of an optimizer; a driver turns it into one.

use std::fmt::{self, Debug};

use kernels::with_wide_registers;
use num_traits::Float;

use crate::memory::Memory;
use crate::{Decay, Optimizer, OptimizerError, OptimizerState, Range, Slots};

/// The formula of one optimizer, with its hyperparameters as fields.
///
/// A rule says which arrays it keeps for each parameter (`N` of them) and how one step changes
/// them. The [`Driver`] stores the arrays, counts the steps, applies weight decay, checks the slots
/// and sets the rule's fields. A rule of your own needs nothing else:
///
/// ```
/// use num_traits::Float;
/// use optimizers::{OptimizerError, Range, Rule, Slot};
///
/// /// Signum: v := α·v + (1−α)·g, W := W − η·sign(v)
/// #[derive(Debug, Clone)]
/// struct Signum { lr: f64, momentum: f64 }
///
/// impl Rule<1> for Signum {
///     const NAME: &'static str = "signum";
///     const STATE: [&'static str; 1] = ["v"];
///
///     fn lr(&mut self) -> &mut f64 {
///         &mut self.lr
///     }
///
///     fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
///         vec![("momentum", &mut self.momentum, Range::FRACTION)]
///     }
///
///     fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
///         let [lr, momentum] = [self.lr, self.momentum].map(|x| T::from(x).unwrap());
///         move |value, grad, [v]| {
///             for ((w, &g), v) in value.iter_mut().zip(grad).zip(v) {
///                 *v = momentum * *v + (T::one() - momentum) * g;
///                 *w = *w - lr * v.signum();
///             }
///         }
///     }
/// }
///
/// let mut x = [3.0_f32, -3.0];
/// let mut signum = Signum { lr: 1.0, momentum: 0.5 }.build()?;
/// signum.step(&mut [Slot { value: &mut x, grad: &mut [0.1, -20.0], decay: true }])?;
/// assert_eq!(x, [2.0, -2.0]);
/// signum.set_lr(0.5)?; // sets the field that `update` reads
/// signum.step(&mut [Slot { value: &mut x, grad: &mut [0.1, -20.0], decay: true }])?;
/// assert_eq!(x, [1.5, -1.5]);
/// # Ok::<(), OptimizerError>(())
/// ```
pub trait Rule<const N: usize>: Clone + Debug + Send + Sync + Sized + 'static {
    /// Name on the command line and in saved states.
    const NAME: &'static str;

    /// Names of the arrays kept for each parameter, all of them zero before the first step.
    const STATE: [&'static str; N];

    /// The field that holds the learning rate, which must be finite and not negative.
    fn lr(&mut self) -> &mut f64;

    /// The other hyperparameters: names, which saved states and [`Optimizer::set`] use, fields and
    /// ranges.
    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)>;

    /// The update of step `t` (the first is 1): a function of values, gradients and state arrays of
    /// one slot, or of a part of a large one, whose parts may be updated by several threads. So an
    /// element may depend on the numbers of its own place only, not on a norm of the slot.
    ///
    /// What all elements share is computed here, once for each slot or part; the returned function
    /// holds the loop. If the loop takes a square root, [`kernels::each_with_root`] makes it
    /// faster; see [`Adam`](crate::Adam).
    fn update<T: Float + 'static>(&self, t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; N]);

    /// The optimizer of this rule, without weight decay.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] for the first hyperparameter that is out of range.
    fn build<T: Float + Send + Sync + 'static>(
        self,
    ) -> Result<Box<dyn Optimizer<T>>, OptimizerError> {
        self.build_with(Decay::None)
    }

    /// The optimizer of this rule with weight decay.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] for the first hyperparameter that is out of range.
    fn build_with<T: Float + Send + Sync + 'static>(
        self,
        decay: Decay,
    ) -> Result<Box<dyn Optimizer<T>>, OptimizerError> {
        Ok(Box::new(Driver::new(self, decay)?))
    }
}

/// A [`Rule`] with weight decay, its step count and its state.
///
/// Every sixteenth step sets state values near zero (f32: below 9.9e-32, f64: below 1e-292) to
/// zero, which PyTorch does not do. They are too small to move a parameter, but become subnormal
/// numbers, with which some processors are slow.
///
/// [`Rule::build`] returns a driver as `Box<dyn Optimizer<T>>`; name the type itself to do without
/// the box where the rule is fixed.
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
    memory: Memory<T, N>,
}

impl<R: Rule<N>, T: Float + Send + Sync, const N: usize> Driver<R, T, N> {
    /// An optimizer that has done no step.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] for the first hyperparameter that is out of range.
    pub fn new(mut rule: R, mut decay: Decay) -> Result<Self, OptimizerError> {
        Range::NON_NEGATIVE.check::<T>("lr", *rule.lr())?;
        for (name, value, range) in all_but_lr(&mut rule, &mut decay) {
            range.check::<T>(name, *value)?;
        }
        Ok(Self { rule, decay, memory: Memory::new() })
    }
}

impl<R: Rule<N>, T: Float + Send + Sync + 'static, const N: usize> Optimizer<T>
    for Driver<R, T, N>
{
    fn step(&mut self, slots: &mut dyn Slots<T>) -> Result<(), OptimizerError> {
        self.memory.prepare(slots)?;
        self.memory.steps = self.memory.steps.saturating_add(1);
        let (lr, t, rule) = (*self.rule.lr(), self.memory.steps, &self.rule);
        self.memory.step(slots, lr, self.decay, &|value, grad, arrays| {
            let update = rule.update::<T>(t);
            // Only this loop: a larger body is not inlined, and so not compiled for wide registers.
            with_wide_registers(|| update(value, grad, arrays));
        });
        Ok(())
    }

    fn name(&self) -> &'static str {
        R::NAME
    }

    fn lr(&self) -> f64 {
        *self.rule.clone().lr()
    }

    fn set_lr(&mut self, lr: f64) -> Result<(), OptimizerError> {
        Range::NON_NEGATIVE.check::<T>("lr", lr)?;
        *self.rule.lr() = lr;
        Ok(())
    }

    fn hyperparameters(&self) -> Vec<(&'static str, f64)> {
        let (mut rule, mut decay) = (self.rule.clone(), self.decay);
        let all = all_but_lr(&mut rule, &mut decay).into_iter();
        all.map(|(name, value, _)| (name, *value)).collect()
    }

    fn set(&mut self, name: &str, value: f64) -> Result<(), OptimizerError> {
        if name == "lr" {
            return self.set_lr(value);
        }
        let mut all = all_but_lr(&mut self.rule, &mut self.decay).into_iter();
        let Some((name, place, range)) = all.find(|(known, ..)| *known == name) else {
            let (rule, found, others) = (R::NAME, name.to_owned(), self.hyperparameters());
            let known = others.iter().fold("lr".to_owned(), |known, (name, _)| known + ", " + name);
            return Err(OptimizerError::UnknownHyperparameter { rule, found, known });
        };
        range.check::<T>(name, value)?;
        *place = value;
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.memory.steps
    }

    fn state(&self) -> OptimizerState<T> {
        self.memory.state(R::NAME, R::STATE, self.lr(), self.hyperparameters())
    }

    fn load_state(&mut self, state: OptimizerState<T>) -> Result<(), OptimizerError> {
        let ours = self.hyperparameters();
        (*self.rule.lr(), self.memory) = Memory::load(R::NAME, R::STATE, ours, state)?;
        Ok(())
    }
}

fn all_but_lr<'a, R: Rule<N>, const N: usize>(
    rule: &'a mut R,
    decay: &'a mut Decay,
) -> Vec<(&'static str, &'a mut f64, Range)> {
    let mut all = rule.hyperparameters();
    all.extend(decay.hyperparameter());
    all
}

/// Leaves out the arrays, which are as large as the network.
impl<R: Debug, T, const N: usize> Debug for Driver<R, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("rule", &self.rule)
            .field("decay", &self.decay)
            .field("steps", &self.memory.steps)
            .field("lens", &self.memory.lens)
            .finish_non_exhaustive()
    }
}
