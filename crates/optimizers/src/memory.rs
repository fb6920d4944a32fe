//! The state of an optimizer: its step count and its rule's arrays for every slot.

use kernels::with_wide_registers;
use num_traits::Float;

use crate::sharing::{Update, update_slot};
use crate::{Decay, OptimizerError, OptimizerState, Range, Slot, Slots, StateArray};

/// Steps from one [`flush`] to the next: enough for an extra pass over the state to cost little.
const STEPS_PER_FLUSH: u64 = 16;

/// `N` arrays for each slot. Not generic over the rule, so that it is compiled once for every `N`.
#[derive(Clone)]
pub(crate) struct Memory<T, const N: usize> {
    pub(crate) steps: u64,
    /// Length of each slot; meaningless before the first step.
    pub(crate) lens: Vec<usize>,
    /// One allocation for each array, so that the allocator can align all of them to cache lines.
    arrays: Vec<[Vec<T>; N]>,
}

impl<T: Float + Send + Sync, const N: usize> Memory<T, N> {
    /// The memory of an optimizer that has done no step.
    pub(crate) fn new() -> Self {
        Self { steps: 0, lens: Vec::new(), arrays: Vec::new() }
    }

    /// Checks all slots before anything is modified, and allocates the arrays at the first step.
    pub(crate) fn prepare(&mut self, slots: &mut dyn Slots<T>) -> Result<(), OptimizerError> {
        let known = self.steps > 0;
        let (expected, found) = (self.lens.len(), slots.len());
        if known && expected != found {
            return Err(OptimizerError::SlotCount { expected, found });
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
        if !known {
            self.lens = (0..slots.len()).map(|i| slots.slot(i).value.len()).collect();
            let zeros = |&len| std::array::from_fn(|_| vec![T::zero(); len]);
            self.arrays = self.lens.iter().map(zeros).collect();
        }
        Ok(())
    }

    /// Decays and updates every slot.
    pub(crate) fn step(
        &mut self,
        slots: &mut dyn Slots<T>,
        lr: f64,
        decay: Decay,
        update: Update<'_, T, N>,
    ) {
        for (index, (len, arrays)) in self.lens.iter().zip(&mut self.arrays).enumerate() {
            if slots.frozen(index) {
                continue;
            }
            let Slot { value, grad, decay: decays } = slots.slot(index);
            let lens = (value.len(), grad.len());
            assert_eq!(lens, (*len, *len), "slot {index} changed its length within a step");
            let arrays = arrays.each_mut().map(Vec::as_mut_slice);
            update_slot(value, grad, arrays, &|value, grad, arrays| {
                if decays {
                    with_wide_registers(|| decay.apply(lr, value, grad));
                }
                update(value, grad, arrays);
            });
        }
        if self.steps.is_multiple_of(STEPS_PER_FLUSH) {
            for array in self.arrays.as_flattened_mut() {
                with_wide_registers(|| flush(array));
            }
        }
    }

    /// The state to save; each array is one `Vec` that concatenates all slots.
    pub(crate) fn state(
        &self,
        rule: &str,
        names: [&'static str; N],
        lr: f64,
        hyperparameters: Vec<(&'static str, f64)>,
    ) -> OptimizerState<T> {
        let array = |(n, name): (usize, &str)| StateArray {
            name: name.to_owned(),
            values: self.arrays.iter().flat_map(|slot| &slot[n]).copied().collect(),
        };
        OptimizerState {
            rule: rule.to_owned(),
            lr,
            hyperparameters: owned(hyperparameters),
            steps: self.steps,
            lens: self.lens.clone(),
            arrays: names.into_iter().enumerate().map(array).collect(),
        }
    }

    /// Learning rate and memory from a saved state, if it fits the rule and its hyperparameters.
    pub(crate) fn load(
        rule: &'static str,
        names: [&'static str; N],
        hyperparameters: Vec<(&'static str, f64)>,
        state: OptimizerState<T>,
    ) -> Result<(f64, Self), OptimizerError> {
        let OptimizerState { lr, steps, lens, arrays, .. } = state;
        if state.rule != rule {
            return Err(OptimizerError::StateRule { expected: rule, found: state.rule });
        }
        Range::NON_NEGATIVE.check::<T>("lr", lr)?;
        let (expected, found) = (owned(hyperparameters), state.hyperparameters);
        if expected != found {
            return Err(OptimizerError::StateHyperparameters { expected, found });
        }
        if steps == 0 && !lens.is_empty() {
            return Err(OptimizerError::StateSteps { slots: lens.len() });
        }
        // Saturating: no array is usize::MAX long, so a sum that overflows is refused below.
        let total = lens.iter().copied().fold(0, usize::saturating_add);
        if let Some(array) = arrays.iter().find(|array| array.values.len() != total) {
            let (array, found) = (array.name.clone(), array.values.len());
            return Err(OptimizerError::StateLength { array, expected: total, found });
        }
        if !arrays.iter().map(|array| array.name.as_str()).eq(names) {
            return Err(OptimizerError::StateArrays {
                rule,
                expected: names.to_vec(),
                found: arrays.into_iter().map(|array| array.name).collect(),
            });
        }
        let mut rest: Vec<_> = arrays.into_iter().map(|array| array.values.into_iter()).collect();
        let slot = |&len: &usize| std::array::from_fn(|n| rest[n].by_ref().take(len).collect());
        let arrays = lens.iter().map(slot).collect();
        Ok((lr, Self { steps, lens, arrays }))
    }
}

fn owned(hyperparameters: Vec<(&'static str, f64)>) -> Vec<(String, f64)> {
    hyperparameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Sets values to zero that are so small that their last digits are subnormal.
///
/// A moving average decays exponentially where gradients have become zero, for example behind a
/// pixel that is seldom lit. It would stay subnormal for good, and some processors are many times
/// slower on subnormal numbers.
fn flush<T: Float>(values: &mut [T]) {
    let least = T::min_positive_value() / T::epsilon();
    for value in values {
        *value = if value.abs() < least { T::zero() } else { *value };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_next_to_zero_become_zero_and_nan_stays() {
        let tiny = f32::MIN_POSITIVE / f32::EPSILON;
        let mut values = [tiny / 2.0, -tiny / 2.0, tiny, -1.0, f32::NAN];
        flush(&mut values);
        assert_eq!(values[..4], [0.0, 0.0, tiny, -1.0]);
        assert!(values[4].is_nan());
    }
}
