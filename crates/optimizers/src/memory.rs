//! What an optimizer remembers between steps: the arrays of its rule for every slot.

use kernels::with_wide_registers;
use num_traits::Float;

use crate::check::non_negative;
use crate::{Decay, OptimizerError, OptimizerState, Slot, Slots, StateArray};

/// Steps from one [`flush`] to the next: so few that a pass over the state costs next to nothing.
const STEPS_A_FLUSH: u64 = 16;

/// The update of one slot: its values, gradients and arrays.
pub(crate) type Update<'a, T, const N: usize> = &'a dyn Fn(&mut [T], &[T], [&mut [T]; N]);

/// `N` arrays for each slot. It knows no rule, so that it is compiled once for all rules with as many.
#[derive(Clone)]
pub(crate) struct Memory<T, const N: usize> {
    pub(crate) steps: u64,
    /// Length of each slot; meaningless before the first step.
    pub(crate) lens: Vec<usize>,
    /// Allocations of their own, so that each begins on a cache line where the allocator puts it there.
    arrays: Vec<[Vec<T>; N]>,
}

impl<T: Float, const N: usize> Memory<T, N> {
    /// Before the first step.
    pub(crate) fn new() -> Self {
        Self { steps: 0, lens: Vec::new(), arrays: Vec::new() }
    }

    /// Checks all slots before anything is touched, and lays out the arrays at the first step.
    pub(crate) fn prepare(&mut self, slots: &mut dyn Slots<T>) -> Result<(), OptimizerError> {
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
        decay_form: Decay,
        update: Update<'_, T, N>,
    ) {
        for (index, (len, arrays)) in self.lens.iter().zip(&mut self.arrays).enumerate() {
            let Slot { value, grad, decay } = slots.slot(index);
            let lens = (value.len(), grad.len());
            assert_eq!(lens, (*len, *len), "slot {index} changed its length within a step");
            if decay {
                with_wide_registers(|| decay_form.apply(lr, value, grad));
            }
            update(value, grad, arrays.each_mut().map(Vec::as_mut_slice));
        }
        if self.steps.is_multiple_of(STEPS_A_FLUSH) {
            for array in self.arrays.as_flattened_mut() {
                with_wide_registers(|| flush(array));
            }
        }
    }

    /// All that a continued run needs: the arrays of all slots after one another, under these names.
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

    /// Learning rate and arrays of a state, cut into slots again, if it fits a rule and its hyperparameters.
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
        non_negative::<T>("lr", lr)?;
        let (expected, found) = (owned(hyperparameters), state.hyperparameters);
        if expected != found {
            return Err(OptimizerError::StateHyperparameters { expected, found });
        }
        if steps == 0 && !lens.is_empty() {
            return Err(OptimizerError::StateSteps { slots: lens.len() });
        }
        // A sum that overflows is no array's length either.
        let total = lens.iter().fold(0, |sum: usize, &len| sum.saturating_add(len));
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
