//! The one generic optimizer: a rule, its state for every slot, and the checks.

use std::fmt;

use kernels::with_wide_registers;
use num_traits::Float;

use crate::check::non_negative;
use crate::memory::Memory;
use crate::{Decay, Optimizer, OptimizerError, OptimizerState, Rule, Slots};

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
impl<R: fmt::Debug, T, const N: usize> fmt::Debug for Driver<R, T, N> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Momentum, Slot};

    /// Two values for the check, one for the update.
    struct Shrinking([f64; 2], [f64; 2], usize);

    impl Slots<f64> for Shrinking {
        fn len(&self) -> usize {
            1
        }

        fn slot(&mut self, _index: usize) -> Slot<'_, f64> {
            self.2 += 1;
            let len = if self.2 > 2 { 1 } else { 2 };
            Slot { value: &mut self.0[..len], grad: &mut self.1[..len], decay: true }
        }
    }

    #[test]
    #[should_panic(expected = "slot 0 changed its length within a step")]
    fn a_slot_that_changes_within_a_step_panics() {
        let mut optimizer = Momentum::default().build().unwrap();
        let _ = optimizer.step(&mut Shrinking([0.0; 2], [0.0; 2], 0));
    }

    #[test]
    fn debug_output_does_not_print_the_arrays() {
        let mut optimizer = Momentum::default().build().unwrap();
        let (mut value, mut grad) = ([0.0; 1000], [0.0; 1000]);
        let slot = Slot { value: &mut value, grad: &mut grad, decay: true };
        optimizer.step(&mut [slot]).unwrap();
        let debug = format!("{optimizer:?}");
        assert!(debug.contains("momentum: 0.9") && debug.len() < 200, "{debug}");
    }
}
