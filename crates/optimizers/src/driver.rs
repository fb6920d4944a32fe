//! The one generic optimizer: a rule, its state for every slot, and the checks.

use std::fmt;

use num_traits::Float;
use tensor_ops::with_wide_registers;

use crate::check::non_negative;
use crate::{Decay, Optimizer, OptimizerError, OptimizerState, Rule, Slot, Slots, StateArray};

/// Steps from one [`flush`] to the next: so few that a pass over the state costs next to nothing.
const STEPS_A_FLUSH: u64 = 16;

/// Sets numbers to zero whose last digits are subnormal.
///
/// An average of gradients fades by a factor a step where there are no more of them, as behind a pixel that
/// is seldom lit, and would stay among the subnormal numbers for good: some processors take many
/// times as long for those.
fn flush<T: Float>(values: &mut [T]) {
    let least = T::min_positive_value() / T::epsilon();
    for value in values {
        *value = if value.abs() < least { T::zero() } else { *value };
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
    steps: u64,
    /// Length of each slot; meaningless before the first step.
    lens: Vec<usize>,
    /// The rule's arrays for each slot: allocations of their own, so that each begins on a cache line where the
    /// allocator puts it there.
    arrays: Vec<[Vec<T>; N]>,
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
        Ok(Self { rule, decay, lr, steps: 0, lens: Vec::new(), arrays: Vec::new() })
    }

    /// Checks all slots before anything is touched.
    fn check(&self, slots: &mut dyn Slots<T>) -> Result<(), OptimizerError> {
        let known = self.steps > 0;
        if known && slots.len() != self.lens.len() {
            return Err(OptimizerError::SlotCount {
                expected: self.lens.len(),
                found: slots.len(),
            });
        }
        for slot in 0..slots.len() {
            let Slot { value, grad, .. } = slots.slot(slot);
            let (values, grads) = (value.len(), grad.len());
            if values != grads {
                return Err(OptimizerError::GradientLength { slot, values, grads });
            }
            if known && values != self.lens[slot] {
                let expected = self.lens[slot];
                return Err(OptimizerError::SlotLength { slot, expected, found: values });
            }
        }
        Ok(())
    }

    /// Lays out the state for the slots of the first step.
    fn allocate(&mut self, slots: &mut dyn Slots<T>) {
        self.lens = (0..slots.len()).map(|i| slots.slot(i).value.len()).collect();
        let zeros = |&len| std::array::from_fn(|_| vec![T::zero(); len]);
        self.arrays = self.lens.iter().map(zeros).collect();
    }
}

impl<R: Rule<N>, T: Float + Send + 'static, const N: usize> Optimizer<T> for Driver<R, T, N> {
    fn step(&mut self, slots: &mut dyn Slots<T>) -> Result<(), OptimizerError> {
        self.check(slots)?;
        if self.steps == 0 {
            self.allocate(slots);
        }
        self.steps += 1;
        let update = self.rule.update::<T>(self.lr, self.steps);
        for (index, (len, arrays)) in self.lens.iter().zip(&mut self.arrays).enumerate() {
            let Slot { value, grad, decay } = slots.slot(index);
            let lens = (value.len(), grad.len());
            assert_eq!(lens, (*len, *len), "slot {index} changed its length within a step");
            let arrays = arrays.each_mut().map(Vec::as_mut_slice);
            // A loop each: more is not inlined, and so not compiled for the registers.
            if decay {
                with_wide_registers(|| self.decay.apply(self.lr, value, grad));
            }
            with_wide_registers(|| update(value, grad, arrays));
        }
        if self.steps.is_multiple_of(STEPS_A_FLUSH) {
            for array in self.arrays.as_flattened_mut() {
                with_wide_registers(|| flush(array));
            }
        }
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

    fn steps(&self) -> u64 {
        self.steps
    }

    fn state(&self) -> OptimizerState<T> {
        let arrays = R::STATE.iter().enumerate().map(|(n, &name)| StateArray {
            name: name.into(),
            values: self.arrays.iter().flat_map(|slot| &slot[n]).copied().collect(),
        });
        OptimizerState {
            rule: R::NAME.to_owned(),
            lr: self.lr,
            steps: self.steps,
            lens: self.lens.clone(),
            arrays: arrays.collect(),
        }
    }

    fn load_state(&mut self, state: OptimizerState<T>) -> Result<(), OptimizerError> {
        let OptimizerState { rule, lr, steps, lens, arrays } = state;
        if rule != R::NAME {
            return Err(OptimizerError::StateRule { expected: R::NAME, found: rule });
        }
        non_negative::<T>("lr", lr)?;
        if steps == 0 && !lens.is_empty() {
            return Err(OptimizerError::StateSteps { slots: lens.len() });
        }
        // A sum that overflows is no array's length either.
        let total = lens.iter().fold(0, |sum: usize, &len| sum.saturating_add(len));
        if let Some(array) = arrays.iter().find(|array| array.values.len() != total) {
            let (array, found) = (array.name.clone(), array.values.len());
            return Err(OptimizerError::StateLength { array, expected: total, found });
        }
        if !arrays.iter().map(|array| array.name.as_str()).eq(R::STATE) {
            return Err(OptimizerError::StateArrays {
                rule: R::NAME,
                expected: R::STATE.to_vec(),
                found: arrays.into_iter().map(|array| array.name).collect(),
            });
        }
        let mut rest: Vec<_> = arrays.into_iter().map(|array| array.values.into_iter()).collect();
        let slot = |&len: &usize| std::array::from_fn(|n| rest[n].by_ref().take(len).collect());
        self.arrays = lens.iter().map(slot).collect();
        (self.lr, self.steps, self.lens) = (lr, steps, lens);
        Ok(())
    }
}

/// Everything but the arrays, which are as long as the network.
impl<R: fmt::Debug, T, const N: usize> fmt::Debug for Driver<R, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("rule", &self.rule)
            .field("decay", &self.decay)
            .field("lr", &self.lr)
            .field("steps", &self.steps)
            .field("lens", &self.lens)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Momentum;

    #[test]
    fn state_that_has_faded_becomes_zero_and_nan_stays() {
        let tiny = f32::MIN_POSITIVE / f32::EPSILON;
        let mut values = [tiny / 2.0, -tiny / 2.0, tiny, -1.0, f32::NAN];
        flush(&mut values);
        assert_eq!(values[..4], [0.0, 0.0, tiny, -1.0]);
        assert!(values[4].is_nan());

        let mut momentum =
            Driver::<Momentum, f32, 1>::new(Momentum::default(), Decay::None).unwrap();
        let (mut value, mut grad) = ([0.0], [1.0]);
        for _ in 0..1600 {
            momentum.step(&mut [Slot { value: &mut value, grad: &mut grad, decay: true }]).unwrap();
            grad = [0.0];
        }
        assert_eq!(momentum.state().arrays[0].values, [0.0]);
    }

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
